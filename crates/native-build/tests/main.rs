//! The tests of this crate are one program: linking is slow.

mod recorder;
