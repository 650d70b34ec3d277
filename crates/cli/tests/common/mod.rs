//! What end-to-end tests share: the Pythons of this machine, packing, and running a program from which everything that
//! it must not need has been taken away.

pub mod allowed;
pub mod hidden;
pub mod program;
pub mod pythons;
pub mod ran;
pub mod trace;

pub use program::Program;
pub use pythons::for_each_python;
pub use ran::{Ran, Run};
