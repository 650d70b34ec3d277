#![cfg_attr(doc, doc = include_str!("../README.md"))]
#![cfg_attr(not(doc), doc = "README.md describes this crate.")]
#![no_main]

use std::ffi::{c_char, c_int};
use std::io::Write as _;

use pyembed::{ExtensionModule, MainPythonInterpreter, OxidizedPythonInterpreterConfig};

pyembed::launcher_marker!();

include!(concat!(env!("OUT_DIR"), "/extensions.rs"));

/// Entry point of C: without Rust's own runtime, which would read `/proc/self/maps` and change signal handling.
///
/// # Safety
///
/// The C library calls it, once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn main(argc: c_int, argv: *const *const c_char) -> c_int {
    // SAFETY: what the C library gives.
    unsafe { pyembed::given_to_main(argc, argv) };
    let config = OxidizedPythonInterpreterConfig::from_program();
    let config = config.map(|config| extensions().into_iter().fold(config, |c, module| c.extension_module(module)));
    match config.and_then(MainPythonInterpreter::new) {
        Ok(python) => python.run(),
        Err(error) => {
            // What cannot be written is lost.
            let _ = std::io::stderr().write_all(error.report().as_bytes());
            error.status()
        }
    }
}
