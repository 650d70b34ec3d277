//! The bridge between a window and Python, as programs with a web view have one, here on standard input and output. A
//! line `ID COMMAND ARGUMENTS` calls a command, in Rust or else in `commands.py`; the answer is a line `ID ok RESULT`
//! or `ID error MESSAGE`. While a command runs it may send events, lines `event NAME VALUE`. Values are JSON.

use std::error::Error;
use std::io::{BufRead as _, Write as _};

use hosts::default_python_config;
use pyembed::{Attached, MainPythonInterpreter};
use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyDict, PyTuple};

fn main() -> Result<(), Box<dyn Error>> {
    let python = MainPythonInterpreter::new(default_python_config())?;
    python.with_threads(|python| {
        // Each command has a thread: a slow one keeps no other waiting.
        std::thread::scope(|scope| {
            for line in std::io::stdin().lock().lines() {
                let line = line?;
                scope.spawn(move || reply(python, &line));
            }
            std::io::Result::Ok(())
        })
    })?;
    Ok(python.finalize()?)
}

fn reply(python: &Attached, line: &str) {
    let mut words = line.splitn(3, ' ');
    let [id, name, arguments] = [(); 3].map(|()| words.next().unwrap_or_default());
    match call(python, name, arguments) {
        Ok(result) => send(&format!("{id} ok {result}")),
        // One line of the exception; a log would have `error.traceback`.
        Err(error) => send(&format!("{id} error {}", error.lines().next().unwrap_or_default())),
    }
}

fn call(python: &Attached, name: &str, arguments: &str) -> Result<String, String> {
    match name {
        "version" => Ok(format!("{:?}", env!("CARGO_PKG_VERSION"))),
        name => in_python(python, name, arguments).map_err(|error| error.to_string()),
    }
}

/// Calls a command of `commands.py`.
fn in_python(python: &Attached, name: &str, arguments: &str) -> Result<String, pyembed::PythonError> {
    python.attach(|py| {
        let emit = PyCFunction::new_closure(py, Some(c"emit"), None, emit)?;
        py.import("commands")?.call_method1("invoke", (name, arguments, emit))?.extract()
    })
}

/// `emit(name, value)` in Python.
fn emit(arguments: &Bound<'_, PyTuple>, _: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
    let (name, value): (String, String) = arguments.extract()?;
    send(&format!("event {name} {value}"));
    Ok(())
}

/// Sends a line to the window. If that is closed, it is lost.
fn send(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
