//! A command in Rust that asks Python for what Python has: `compare OLD NEW` prints a unified diff, `compare --lines
//! FILE` counts lines, and starts no Python for that.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use hosts::default_python_config;
use pyembed::MainPythonInterpreter;
use pyo3::prelude::*;

const USAGE: &str = "usage: compare OLD NEW | compare --lines FILE";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match &arguments[..] {
        [option, file] if option == "--lines" => lines(file.as_ref()),
        [old, new] => diff(old, new),
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(status) => status,
        Err(error) => {
            eprintln!("compare: {error}");
            ExitCode::from(2)
        }
    }
}

fn lines(file: &Path) -> Result<ExitCode, Box<dyn Error>> {
    println!("{}", std::fs::read_to_string(file)?.lines().count());
    Ok(ExitCode::SUCCESS)
}

/// Status 0 if the files are the same, as that of diff.
fn diff(old: &str, new: &str) -> Result<ExitCode, Box<dyn Error>> {
    let texts = [std::fs::read_to_string(old)?, std::fs::read_to_string(new)?];
    if texts[0] == texts[1] {
        return Ok(ExitCode::SUCCESS);
    }
    let python = MainPythonInterpreter::new(default_python_config())?;
    // An exception is an error of Rust: it has the traceback, and outlives the interpreter.
    let lines: Vec<String> = python.attach(|py| {
        let [old_lines, new_lines] =
            texts.map(|text| text.split_inclusive('\n').map(str::to_owned).collect::<Vec<_>>());
        let difflib = py.import("difflib")?;
        let lines = difflib.call_method1("unified_diff", (old_lines, new_lines, old, new))?;
        lines.try_iter()?.map(|line| line?.extract()).collect()
    })?;
    print!("{}", lines.concat());
    python.finalize()?;
    Ok(ExitCode::from(1))
}
