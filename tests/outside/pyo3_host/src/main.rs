//! A Rust program that calls Python through `pyo3`; all of Python is in the program.

use pyembed::{MainPythonInterpreter, OxidizedPythonInterpreterConfig};
use pyo3::prelude::*;

pyembed::launcher_marker!();

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let python = MainPythonInterpreter::new(OxidizedPythonInterpreterConfig::from_program()?)?;
    Python::attach(|py| {
        let json = py.import("json")?;
        let text: String = json.call_method1("dumps", (vec![1, 2, 3],))?.extract()?;
        println!("{text}, as {} says", json.getattr("__loader__")?.get_type().name()?);
        PyResult::Ok(())
    })?;
    Ok(python.finalize()?)
}
