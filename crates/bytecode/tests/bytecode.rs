//! The bytecode compiler, over the Pythons that are chosen.
//!
//! By default some 150 modules of each standard library are compiled; with `PYOX_TEST_ALL=1` all of them.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use pyox_bytecode::{BytecodeCompiler, CompileBytecode as _, CompileError, CompileJob};
use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_test_support::pythons::owned as pythons;
use pyox_test_support::wrapped::Wrapped;

type Test = Result<(), Box<dyn Error>>;

/// Modules of the standard library, spread evenly.
fn stdlib(python: &Installed) -> Vec<CompileJob> {
    fn collect(directory: &Path, found: &mut Vec<PathBuf>) {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for path in entries {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() && !matches!(&*name, "site-packages" | "dist-packages" | "__pycache__" | "lib2to3") {
                collect(&path, found);
            } else if name.ends_with(".py") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    collect(python.stdlib_dir(), &mut found);
    let limit = if std::env::var_os("PYOX_TEST_ALL").is_some() { usize::MAX } else { 150 };
    let step = found.len().div_ceil(limit).max(1);
    let name = |path: &Path| path.strip_prefix(python.stdlib_dir()).unwrap_or(path).display().to_string();
    let job = |(index, path): (usize, PathBuf)| {
        let source = std::fs::read(&path).unwrap_or_default();
        CompileJob::new(name(&path), source, u8::try_from(index % 3).unwrap_or_default())
    };
    found.into_iter().step_by(step).enumerate().map(job).collect()
}

/// The code of each module that compiles; the standard library has test data that does not.
fn codes(compiler: &BytecodeCompiler, jobs: Vec<CompileJob>) -> Vec<Option<Vec<u8>>> {
    let total = jobs.len();
    let mut last = 0;
    let results = compiler.compile_all(jobs, &mut |done, of| {
        assert_eq!((done, of), (last + 1, total));
        last = done;
    });
    assert_eq!((last, results.len()), (total, total));
    let code = |result| match result {
        Ok(module) => Some(module),
        Err(CompileError::Syntax { .. }) => None,
        Err(error) => panic!("{error}: {:?}", error.source()),
    };
    results.into_iter().map(|result| code(result).map(|module| module.code)).collect()
}

#[allow(clippy::print_stdout, reason = "how small the canonical form is, for `--nocapture`")]
#[test]
fn code_does_not_depend_on_what_else_is_compiled_and_loads_to_the_same() -> Test {
    for python in pythons() {
        let jobs = stdlib(&python);
        let version = &python.info().version;
        let first = codes(&BytecodeCompiler::new(&python, None), jobs.clone());
        let reversed = jobs.iter().rev().cloned().collect();
        let mut second = codes(&BytecodeCompiler::new(&python, None).with_workers(1), reversed);
        second.reverse();
        for ((job, first), second) in jobs.iter().zip(&first).zip(&second) {
            assert!(first == second, "{version}: {} differs", job.filename);
        }
        // In a process of its own.
        for (job, first) in jobs.iter().zip(&first).step_by(12) {
            let alone = codes(&BytecodeCompiler::new(&python, None), vec![job.clone()]);
            assert!(alone[0] == *first, "{version}: {} differs from itself alone", job.filename);
        }
        assert!(first.iter().flatten().count() * 20 > jobs.len() * 19, "{version}: too few modules compile");

        let directory = tempfile::tempdir()?;
        for (index, (job, code)) in jobs.iter().zip(&first).enumerate() {
            let Some(code) = code else { continue };
            let place = |ending: &str| directory.path().join(format!("{index}.{ending}"));
            std::fs::write(place("py"), &job.source)?;
            std::fs::write(place("code"), code)?;
            std::fs::write(place("name"), format!("{}{}", job.optimize, job.filename))?;
        }
        let output = Command::new(python.executable())
            .args(["-s", "-S", "-W", "ignore", "-c", include_str!("same_code.py")])
            .arg(directory.path())
            .env("PYTHONHASHSEED", "0")
            .output()?;
        assert!(output.status.success(), "{version}: {}", String::from_utf8_lossy(&output.stderr));
        println!("{version}: {}", String::from_utf8_lossy(&output.stdout).trim());
    }
    Ok(())
}

#[test]
fn a_module_that_does_not_compile_is_told_in_python_s_words() -> Test {
    for python in pythons() {
        let compiler = BytecodeCompiler::new(&python, None);
        let jobs = vec![
            CompileJob::new("good.py", b"x = 1".as_slice(), 0),
            CompileJob::new("bad.py", b"x = 1\nif x\n    pass\n".as_slice(), 0),
            CompileJob::new("indent.py", b"  x = 1\n y = 2\n".as_slice(), 0),
            CompileJob::new("null.py", b"x = '\0'".as_slice(), 0),
            CompileJob::new("encoding.py", b"# coding: nonsense\n".as_slice(), 0),
            CompileJob::new("latin.py", b"x = '\xe4'\n".as_slice(), 0),
            CompileJob::new("surrogate.py", b"x = '\\ud800'; import".as_slice(), 0),
            CompileJob::new("good2.py", b"# coding: latin-1\nx = '\xe4'\n".as_slice(), 0),
        ];
        let mut results = compiler.compile_all(jobs, &mut |_, _| {});
        assert!(results.pop().is_some_and(|result| result.is_ok()));
        for (index, result) in results.into_iter().enumerate() {
            match (index, result) {
                (0, result) => drop(result?),
                (1, Err(CompileError::Syntax { line, text, message, kind, .. })) => {
                    assert_eq!((line, text.as_deref().map(str::trim)), (Some(2), Some("if x")));
                    assert_eq!(kind, "SyntaxError");
                    assert!(!message.is_empty());
                }
                (2, Err(error)) => assert!(error.to_string().starts_with("indent.py:"), "{error}"),
                (_, Err(CompileError::Syntax { .. })) => {}
                (_, other) => panic!("{index}: {other:?}"),
            }
        }
    }
    Ok(())
}

#[test]
fn a_worker_that_dies_fails_its_module_alone() -> Test {
    let directory = tempfile::tempdir()?;
    // An interpreter that ends at once, and says why.
    let python = Wrapped::new(&pythons()[0], directory.path(), "echo 'out of luck' >&2\nexit 3")?;
    let compiler = BytecodeCompiler::new(&python, None);
    let jobs = vec![CompileJob::new("a.py", b"".as_slice(), 0), CompileJob::new("b.py", b"".as_slice(), 0)];
    let results = compiler.compile_all(jobs, &mut |_, _| {});
    assert_eq!(results.len(), 2);
    for result in results {
        let error = result.expect_err("a dead worker");
        let source = error.source().ok_or("a source")?.to_string();
        assert!(source.contains("out of luck") && source.contains('3'), "{source}");
    }
    Ok(())
}

#[test]
fn the_cache_is_used_and_damage_is_repaired() -> Test {
    let python = &pythons()[0];
    let cache = tempfile::tempdir()?;
    let compile = |source: &[u8], optimize| {
        let compiler = BytecodeCompiler::new(python, Some(cache.path().into()));
        compiler.compile_all(vec![CompileJob::new("m.py", source, optimize)], &mut |_, _| {}).remove(0)
    };
    let first = compile(b"x = 1", 0)?;
    assert!(!first.cached);
    let second = compile(b"x = 1", 0)?;
    assert!(second.cached);
    assert_eq!(first.code, second.code);
    assert!(!compile(b"x = 2", 0)?.cached);
    assert!(!compile(b"x = 1", 1)?.cached);

    for directory in std::fs::read_dir(cache.path())? {
        for entry in std::fs::read_dir(directory?.path())? {
            std::fs::write(entry?.path(), "damage")?;
        }
    }
    let third = compile(b"x = 1", 0)?;
    assert_eq!((third.cached, third.code), (false, first.code));
    assert!(compile(b"x = 1", 0)?.cached);
    Ok(())
}
