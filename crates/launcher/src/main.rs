//! The stock program: finds the payload in its own executable and runs it.
#![no_main]

mod payload;

use std::ffi::{c_char, c_int};
use std::io::Write as _;

use pyembed::{MainPythonInterpreter, NewInterpreterError, OxidizedPythonInterpreterConfig};

// Says which Python the launcher is for, to the tool that attaches payloads.
pyox_program_format::embed_launcher_marker!(include_bytes!(concat!(env!("OUT_DIR"), "/marker")));

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
        Ok(status) | Err(Error::Start(NewInterpreterError::Exit { status })) => status,
        Err(error) => {
            report(&error);
            1
        }
    }
}

/// Writes one line. A name or an exception may hold any characters; what cannot be written is lost.
fn report(error: &dyn std::error::Error) {
    let mut text = format!("{}: {error}", std::env::args_os().next().unwrap_or_default().display());
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    let mut line = String::new();
    for character in text.chars() {
        if character.is_control() { line.extend(character.escape_default()) } else { line.push(character) }
    }
    line.push('\n');
    let _ = std::io::stderr().write_all(line.as_bytes());
}
