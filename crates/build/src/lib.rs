#![cfg_attr(doc, doc = include_str!("../README.md"))]
#![cfg_attr(not(doc), doc = "README.md describes this crate.")]
#![forbid(unsafe_code)]

mod artifacts;
mod cargo;
mod error;
mod link;
#[cfg(feature = "packaging")]
mod make;
mod mode;

pub use artifacts::Artifacts;
pub use cargo::LinkedPython;
pub use error::Error;
pub use link::{link, try_link};
#[cfg(feature = "packaging")]
pub use make::{make, make_and_link};
pub use mode::Mode;
/// What [`make`] is asked for.
#[cfg(feature = "packaging")]
pub use pyox_packaging as packaging;
