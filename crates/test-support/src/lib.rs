//! What tests share.
//!
//! * [`pythons`]: the Pythons that tests run over, as `PYOX_TEST_PYTHONS` chooses them.
//! * [`sample`]: what tests take of what they have, for each change another part.
//! * [`Place`]: a directory in which `pyoxidizer` is run as a person would; [`wheel`] and [`mount`] make what it may
//!   need.
//! * [`Program`]: a packed program that runs where Python is [`hidden`], while what it does to files is [`trace`]d, and
//!   is compared with what it was packed from. [`display`] is where its windows are.
//! * [`extension`]: the module `oxidized_importer`, and whatever else depends on a Python, compiled for one.
//! * [`command`]: the command with the settings of tests: one cache, and launchers that are compiled quickly.
#![allow(missing_docs, reason = "a harness documents itself")]

pub mod allowed;
pub mod command;
mod comparison;
pub mod display;
pub mod extension;
pub mod hidden;
pub mod mount;
pub mod place;
pub mod program;
pub mod pythons;
pub mod ran;
pub mod report;
pub mod sample;
pub mod trace;
pub mod wheel;
pub mod wrapped;

pub use place::{Outcome, Place};
pub use program::Program;
pub use pythons::{for_each_python, for_two_pythons};
pub use ran::{Ran, Run};
