//! A host program that ends Python in the way its first argument says, and goes on. `tests/embedding` runs it.

#![expect(clippy::print_stderr, reason = "what the test reads")]

use pyembed::{Attached, InterpreterConfig, MainPythonInterpreter, OxidizedPythonInterpreterConfig};
use pyo3_ffi as ffi;

pyembed::launcher_marker!();

/// Buffered: standard output is a pipe, and the line does not end.
const PRINT: &str = "import atexit; atexit.register(print, 'at exit'); print('buffered', end=' ')";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let python = MainPythonInterpreter::new(OxidizedPythonInterpreterConfig::from_program()?)?;
    python.run_code(PRINT)?;
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
            let cycles = Cycles::new(std::env::args().skip(2))?;
            for _ in 0..2 {
                let again = MainPythonInterpreter::new(cycles.config()?)?;
                again.run_code(PRINT)?;
                again.run_code("import decimal, sqlite3, ssl; sqlite3.connect(':memory:').close()")?;
            }
        }
        Some("cycles") => {
            drop(python);
            let count: i64 = std::env::args().nth(2).unwrap_or_default().parse()?;
            let cycles = Cycles::new(std::env::args().skip(3))?;
            // The first ones fill what is kept for the life of the process.
            let first = count / 4;
            let mut before = 0;
            for number in 0..count {
                if number == first {
                    before = kept()?;
                }
                let python = MainPythonInterpreter::new(cycles.config()?)?;
                python.run_code("import json, collections, importlib.metadata; json.dumps([1])")?;
                drop(python);
            }
            eprintln!("{}", (kept()? - before) / (count - first));
        }
        Some("twice") => {
            let second = MainPythonInterpreter::new(OxidizedPythonInterpreterConfig::from_program()?);
            eprintln!("{}", second.err().map(|error| error.to_string()).unwrap_or_default());
            drop(python);
        }
        Some("error") => {
            let error = python.run_code("def f():\n    1 / 0\nf()").err().ok_or("no exception")?;
            assert!(error.traceback.contains("line 2, in f") && error.exit_status.is_none(), "{error:?}");
            let exit = python.run_code("raise SystemExit(7)").err().and_then(|error| error.exit_status);
            assert_eq!(exit, Some(7));
            let missing = python.run_file("/no/such/file.py".as_ref()).err().ok_or("no exception")?;
            assert_eq!(missing.kind, "FileNotFoundError");
            python.run_module_as_main("no_such_module").expect_err("there is no such module");
            let other = python.without_gil(|| std::thread::spawn(|| 42).join());
            assert_eq!(other.ok(), Some(42));
            assert!(python.with_gil(|gil| pyox_python_objects::import(gil, c"json").is_ok()));
            let imports = |python: &Attached| python.with_gil(|gil| pyox_python_objects::import(gil, c"json").is_ok());
            let imported = python.with_threads(|python| {
                std::thread::scope(|scope| {
                    let threads = [(); 4].map(|()| scope.spawn(|| imports(python)));
                    threads.map(|thread| thread.join().is_ok_and(|imported| imported))
                })
            });
            assert_eq!(imported, [true; 4]);
            let panics = std::panic::AssertUnwindSafe(|| python.without_gil(|| panic!("without the GIL")));
            assert!(std::panic::catch_unwind(panics).is_err());
            python.without_gil(|| python.without_gil(|| ()));
            python.run_code("pass")?;
            eprintln!("{error}");
            drop(python);
        }
        other => return Err(format!("no way to end: {other:?}").into()),
    }
    // SAFETY: reads a variable, at any time.
    assert_eq!(unsafe { ffi::Py_IsInitialized() }, 0, "Python has ended");
    Ok(())
}

/// Interpreters one after the other.
struct Cycles {
    /// Instead of what is packed, directories with the standard library.
    search_paths: Vec<String>,
    /// The settings of the program: those that directories are used with too.
    program: InterpreterConfig,
}

impl Cycles {
    fn new(search_paths: impl Iterator<Item = String>) -> Result<Self, Box<dyn std::error::Error>> {
        let program = OxidizedPythonInterpreterConfig::from_program()?.interpreter_config;
        Ok(Self { search_paths: search_paths.collect(), program })
    }

    /// What is packed, or else the directories, without anything of ours.
    fn config(&self) -> Result<OxidizedPythonInterpreterConfig, Box<dyn std::error::Error>> {
        if self.search_paths.is_empty() {
            return Ok(OxidizedPythonInterpreterConfig::from_program()?);
        }
        let files = InterpreterConfig::default().oxidized_importer(false).filesystem_importer(true);
        let mut files = files.virtual_files(false);
        files.module_search_paths = self.search_paths.clone();
        // Objects that outlive an interpreter may be freed by another: all have one allocator.
        files.allocator = self.program.allocator;
        files.hash_seed = self.program.hash_seed;
        Ok(OxidizedPythonInterpreterConfig::new(files))
    }
}

/// Bytes that this process has not given back: those that `malloc` has given out, and what is mapped elsewhere. Unlike
/// the pages that are there, they do not depend on where something is.
#[cfg(target_env = "gnu")]
fn kept() -> Result<i64, Box<dyn std::error::Error>> {
    // Older C libraries do not have `mallinfo2`, and the numbers are small. SAFETY: reads what the allocator counts.
    let given_out = unsafe { libc::mallinfo() }.uordblks;
    let mut mapped = 0;
    for line in std::fs::read_to_string("/proc/self/maps")?.lines() {
        if line.ends_with("[heap]") || line.ends_with("[stack]") {
            continue;
        }
        let (range, _) = line.split_once(' ').ok_or("no range")?;
        let (start, end) = range.split_once('-').ok_or("no end")?;
        mapped += u64::from_str_radix(end, 16)? - u64::from_str_radix(start, 16)?;
    }
    Ok(i64::from(given_out) + i64::try_from(mapped)?)
}

#[cfg(not(target_env = "gnu"))]
fn kept() -> Result<i64, Box<dyn std::error::Error>> {
    Err("this C library does not count what it gives out".into())
}
