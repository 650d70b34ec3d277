//! Running Python code in an interpreter that a Rust program has started.

use std::path::Path;

use pyo3_ffi as ffi;
use pyox_interpreter_config::Run;
use pyox_python_objects::Gil;

use crate::exception::PythonError;
use crate::exit::{self, Outcome};
use crate::interpreter::{MainPythonInterpreter, finish_files};
use crate::run;

impl MainPythonInterpreter {
    /// Runs what the configuration says, ends Python, and returns the status to exit with. With
    /// [`fast_exit`](pyox_interpreter_config::InterpreterConfig::fast_exit) the process ends with that status instead.
    pub fn run(mut self) -> i32 {
        // SAFETY: the thread runs the main interpreter, and keeps it until the end of this function.
        let gil = unsafe { Gil::held() };
        let program = &self.program;
        let inspects = self.config.inspect.is_some_and(|level| level.0 > 0);
        let outcome = match (&self.config.run_mode, &self.finder) {
            _ if self.is_told => None,
            (Run::Script { .. }, Some(finder)) => Some(run::script(finder, program, inspects)),
            (Run::Module(name), _) => Some(run::module(gil, name, program, inspects)),
            (Run::Code(code), _) => Some(run::code(gil, code, program, inspects)),
            (Run::None, _) if !self.has_run_fields() => Some(Outcome::Status(0)),
            _ => None,
        };
        if inspects && outcome.is_some() {
            run::repl(gil);
        }
        let config = &self.config;
        let writes_at_end = [config.malloc_stats, config.show_ref_count, config.dump_refs].contains(&Some(true));
        let fast = config.fast_exit && !writes_at_end;
        self.release();
        match outcome {
            // SAFETY: the thread runs the main interpreter, and the finder was the last object that Rust code has here.
            Some(outcome) => unsafe { exit::finish(outcome, fast) },
            // SAFETY: as above.
            None => unsafe { ffi::Py_RunMain() },
        }
    }

    /// Does what the `python` command does after its start (`Py_RunMain`): runs what options and the fields
    /// `run_command`, `run_module` and `run_filename` say, or the interactive interpreter. Ends Python, and returns the
    /// status to exit with.
    pub fn run_as_main(mut self) -> i32 {
        self.release();
        // SAFETY: the thread runs the main interpreter, and the finder was the last object that Rust code has here.
        unsafe { ffi::Py_RunMain() }
    }

    /// Runs statements in the module `__main__`.
    ///
    /// # Errors
    ///
    /// The exception that they raise, or with which they do not compile.
    pub fn run_code(&self, code: &str) -> Result<(), PythonError> {
        self.with_gil(|gil| run::statements(gil, code).map_err(|raised| PythonError::take(gil, raised)))
    }

    /// Runs a file as the module `__main__`, with the path as its `__file__`.
    ///
    /// # Errors
    ///
    /// The exception that it raises: `OSError` if it cannot be read.
    pub fn run_file(&self, path: &Path) -> Result<(), PythonError> {
        self.with_gil(|gil| run::file(gil, path).map_err(|raised| PythonError::take(gil, raised)))
    }

    /// Runs a module or package as `python -m NAME` does.
    ///
    /// # Errors
    ///
    /// The exception that it raises: `ImportError` if there is none.
    pub fn run_module_as_main(&self, name: &str) -> Result<(), PythonError> {
        self.with_gil(|gil| run::named(gil, name).map_err(|raised| PythonError::take(gil, raised)))
    }

    /// Runs the interactive interpreter on standard input until its end. What is typed has its errors told there.
    pub fn run_repl(&self) {
        self.with_gil(run::repl);
    }

    /// Lets go of what Rust code has of Python: it ends Python itself after this.
    fn release(&mut self) {
        self.runs = false;
        drop(self.finder.take());
        finish_files();
    }

    /// Whether `Py_RunMain` has something to run by the configuration.
    fn has_run_fields(&self) -> bool {
        let config = &self.config;
        [&config.run_command, &config.run_module, &config.run_filename].into_iter().any(Option::is_some)
    }
}
