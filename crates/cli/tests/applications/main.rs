//! Applications of all sorts are packed, and do without Python what they do with it: over every CPython of this
//! machine, in a mount namespace in which no Python exists, and under strace, which tells that nothing is read from
//! disk but what belongs to the operating system, and nothing is written.
//!
//! `PYOX_TEST_PYTHONS=3.11` restricts the tests to some Pythons.

#[path = "../common/mod.rs"]
mod common;
#[path = "../command/mount.rs"]
mod mount;

mod flask;
mod importer;
mod native;
mod packages;
mod scripts;
mod start;
mod stdlib;
mod wheels;
