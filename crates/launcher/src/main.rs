//! The stock program: finds the payload in its own executable and runs it.
#![no_main]

mod payload;

use std::ffi::{c_char, c_int};

use pyembed::{MainPythonInterpreter, NewInterpreterError, OxidizedPythonInterpreterConfig};

/// Says which Python the launcher is for, to the tool that attaches payloads.
#[used]
#[unsafe(link_section = ".pyoxidizer")]
static MARKER: [u8; include_bytes!(concat!(env!("OUT_DIR"), "/marker")).len()] =
    *include_bytes!(concat!(env!("OUT_DIR"), "/marker"));

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Payload(#[from] payload::Error),
    #[error(transparent)]
    Start(#[from] NewInterpreterError),
}

fn run() -> Result<c_int, Error> {
    let config = OxidizedPythonInterpreterConfig::from_blob(payload::find()?)?;
    Ok(MainPythonInterpreter::new(config)?.run())
}

/// Entry point of C: without Rust's own runtime, which would read `/proc/self/maps` and change signal handling.
#[unsafe(no_mangle)]
pub extern "C" fn main(_argc: c_int, _argv: *const *const c_char) -> c_int {
    match run() {
        Ok(status) => status,
        Err(error) => {
            report(&error);
            1
        }
    }
}

#[expect(clippy::print_stderr, reason = "a program speaks to its user")]
fn report(error: &dyn std::error::Error) {
    let program = std::env::args().next().unwrap_or_default();
    eprint!("{program}: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        eprint!(": {cause}");
        source = cause.source();
    }
    eprintln!();
}
