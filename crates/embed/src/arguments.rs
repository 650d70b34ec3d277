//! The command line of the process.

use std::ffi::{CStr, OsStr, OsString, c_char, c_int};
use std::os::unix::ffi::OsStrExt;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

/// What `main` was given.
static GIVEN: AtomicPtr<*const c_char> = AtomicPtr::new(null_mut());

/// Says what the `main` of C was given, for programs that have one instead of Rust's: with musl, Rust does not know it.
/// Other programs, and such with glibc, need not call this.
///
/// # Safety
///
/// They are those that the C library calls `main` with.
pub unsafe fn given_to_main(_argc: c_int, argv: *const *const c_char) {
    GIVEN.store(argv.cast_mut(), Ordering::Relaxed);
}

/// The name of the program, and its arguments.
pub(crate) fn arguments() -> Vec<OsString> {
    let known: Vec<OsString> = std::env::args_os().collect();
    let mut word = GIVEN.load(Ordering::Relaxed).cast_const();
    if !known.is_empty() || word.is_null() {
        return known;
    }
    let mut arguments = Vec::new();
    // SAFETY: `main` gets an array of C strings that ends with null, which nothing changes.
    while let Some(argument) = unsafe { (*word).as_ref().map(|start| CStr::from_ptr(start)) } {
        arguments.push(OsStr::from_bytes(argument.to_bytes()).to_owned());
        // SAFETY: this was not the end.
        word = unsafe { word.add(1) };
    }
    arguments
}
