//! Applications of all sorts are packed, and do without Python what they do with it: over every Python that is chosen,
//! in a mount namespace in which no Python exists, and under strace, which tells that nothing is read from disk but
//! what belongs to the operating system, and nothing is written.

mod flask;
mod importer;
mod installed;
mod native;
mod packages;
mod scripts;
mod start;
mod stdlib;
mod tkinter;
mod virtual_files;
pub mod wheels;
