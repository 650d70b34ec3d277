//! A host program that ends Python in the way its first argument says, and goes on. `tests/embedding` runs it.

#![expect(clippy::print_stderr, reason = "what the test reads")]

use std::ffi::CStr;

use pyembed::{MainPythonInterpreter, OxidizedPythonInterpreterConfig};
use pyo3_ffi as ffi;

pyembed::launcher_marker!();

/// Buffered: standard output is a pipe, and the line does not end.
const PRINT: &CStr = c"import atexit; atexit.register(print, 'at exit'); print('buffered', end=' ')";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let python = MainPythonInterpreter::new(OxidizedPythonInterpreterConfig::from_program()?)?;
    // SAFETY: this thread runs Python.
    let outcome = unsafe { ffi::PyRun_SimpleString(PRINT.as_ptr()) };
    assert_eq!(outcome, 0, "Python prints");
    match std::env::args().nth(1).as_deref() {
        Some("drop") => drop(python),
        Some("finalize") => eprintln!("{:?}", python.finalize()),
        Some("return") => return Err("the program ends by returning an error".into()),
        Some("panic") => panic!("the program ends by unwinding"),
        Some("ended") => {
            // SAFETY: this thread runs Python, and no object of it is used after this.
            unsafe { ffi::Py_FinalizeEx() };
            drop(python);
        }
        Some("again") => {
            drop(python);
            let second = MainPythonInterpreter::new(OxidizedPythonInterpreterConfig::from_program()?);
            eprintln!("{}", second.err().map(|error| error.to_string()).unwrap_or_default());
        }
        other => return Err(format!("no way to end: {other:?}").into()),
    }
    // SAFETY: reads a variable, at any time.
    assert_eq!(unsafe { ffi::Py_IsInitialized() }, 0, "Python has ended");
    Ok(())
}
