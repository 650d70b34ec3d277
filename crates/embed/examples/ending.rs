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
            let search_paths: Vec<String> = std::env::args().skip(2).collect();
            for _ in 0..2 {
                let again = MainPythonInterpreter::new(of_cycle(&search_paths)?)?;
                again.run_code(PRINT)?;
                again.run_code("import decimal, sqlite3, ssl; sqlite3.connect(':memory:').close()")?;
            }
        }
        Some("cycles") => {
            drop(python);
            let (count, search_paths) = (std::env::args().nth(2).unwrap_or_default(), std::env::args().skip(3));
            let (count, search_paths): (usize, Vec<String>) = (count.parse()?, search_paths.collect());
            let mut before = 0;
            for number in 0..count {
                let python = MainPythonInterpreter::new(of_cycle(&search_paths)?)?;
                python.run_code("import json, collections, importlib.metadata; json.dumps([1])")?;
                drop(python);
                if number == count / 4 {
                    before = resident()?;
                }
            }
            eprintln!("{}", (resident()? - before) * 1024 / (count - count / 4));
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

/// What is packed, or else these directories with the standard library, without anything of ours.
fn of_cycle(search_paths: &[String]) -> Result<OxidizedPythonInterpreterConfig, Box<dyn std::error::Error>> {
    if search_paths.is_empty() {
        return Ok(OxidizedPythonInterpreterConfig::from_program()?);
    }
    let files = InterpreterConfig::default().oxidized_importer(false).filesystem_importer(true);
    let mut files = files.virtual_files(false);
    files.module_search_paths = search_paths.to_vec();
    Ok(OxidizedPythonInterpreterConfig::new(files))
}

/// The memory of this process that is there, in KiB. Pages of files come and go as the kernel likes: they do not count.
fn resident() -> Result<usize, Box<dyn std::error::Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let counted = status.lines().filter_map(|line| line.split_once(':'));
    let counted = counted.filter(|(name, _)| matches!(*name, "RssAnon" | "RssShmem"));
    let sizes: Vec<usize> =
        counted.map(|(_, size)| size.trim().trim_end_matches("kB").trim().parse()).collect::<Result<_, _>>()?;
    if sizes.len() == 2 { Ok(sizes.iter().sum()) } else { Err("no RssAnon and RssShmem".into()) }
}
