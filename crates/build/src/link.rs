//! What the build script of a program calls.

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::artifacts::Artifacts;
use crate::cargo::{LinkedPython, setting, variable};
use crate::error::Error;
use crate::mode::Mode;

/// Links the program whose build script runs with Python: tells cargo how, and the compiler where
/// `default_python_config.rs` is. What is wrong, cargo says as an error of the package.
pub fn link() {
    match try_link() {
        Ok(lines) => tell(&lines),
        Err(error) => {
            let mut text = error.to_string();
            let mut source = std::error::Error::source(&error);
            while let Some(cause) = source {
                text += &format!(": {cause}");
                source = cause.source();
            }
            tell(&text.lines().map(|line| format!("cargo::error={line}")).collect::<Vec<_>>());
        }
    }
}

/// As [`link`]; the lines that cargo is to be told are returned.
///
/// # Errors
///
/// [`Error`]
pub fn try_link() -> Result<Vec<String>, Error> {
    let (mode, python) = (Mode::of_package()?, LinkedPython::of_package()?);
    let mut lines = Vec::new();
    // By default cargo would run the build script again whenever any file of the package changes.
    lines.push("cargo:rerun-if-changed=build.rs".to_owned());
    let given = setting(Artifacts::DIRECTORY_VARIABLE, &mut lines).map(PathBuf::from);
    let directory = given.map_or_else(|| variable("OUT_DIR").map(PathBuf::from), Ok)?;
    if mode == Mode::Standalone {
        standalone(&python, &PathBuf::from(variable("OUT_DIR")?), &mut lines)?;
        return Ok(lines);
    }
    if python.is_linked {
        return Err(Error::LinkedTwice { feature: mode.feature() });
    }
    if mode == Mode::PyoxidizerExe {
        run_build_script(&python, &directory, &mut lines)?;
    }
    let artifacts = Artifacts::open(directory)?;
    artifacts.check_python(&python.version)?;
    lines.extend(if mode == Mode::PyoxidizerExe { artifacts.lines()? } else { artifacts.prebuilt_lines()? });
    Ok(lines)
}

/// Has the command make artifacts.
fn run_build_script(python: &LinkedPython, directory: &Path, lines: &mut Vec<String>) -> Result<(), Error> {
    // One of them says what is packed.
    for file in ["Cargo.toml", "pyoxidizer.bzl"].into_iter().filter(|file| Path::new(file).is_file()) {
        lines.push(format!("cargo:rerun-if-changed={file}"));
    }
    let exe = setting("PYOXIDIZER_EXE", lines).map_or_else(|| "pyoxidizer".into(), PathBuf::from);
    if exe.is_absolute() {
        lines.push(format!("cargo:rerun-if-changed={}", exe.display()));
    }
    for name in ["PYOXIDIZER_BUILD_TARGET", "PYOXIDIZER_CONFIG", "PYOXIDIZER_CACHE_DIR", "VIRTUAL_ENV"] {
        setting(name, lines);
    }
    let spec = python.executable.as_ref().map_or_else(|| OsString::from(&python.version), OsString::from);
    let mut command = Command::new(&exe);
    command.args(["--quiet", "run-build-script", "build.rs", "--python"]).arg(spec);
    command.env(Artifacts::DIRECTORY_VARIABLE, directory).stdin(Stdio::null());
    let output = command.output().map_err(|source| Error::NoExe { exe: exe.clone(), source })?;
    if output.status.success() {
        return Ok(());
    }
    let output_text = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
    Err(Error::Exe { exe, status: output.status.to_string(), output: output_text })
}

/// A program that imports from the Python of this machine, which `pyo3-ffi` links.
fn standalone(python: &LinkedPython, out: &Path, lines: &mut Vec<String>) -> Result<(), Error> {
    let path = out.join(Artifacts::DEFAULT_PYTHON_CONFIG);
    let executable = python.executable.as_ref().map(|path| path.display().to_string());
    let text = STANDALONE_CONFIG.replace("EXECUTABLE", &format!("{executable:?}"));
    fs::write(&path, text).map_err(Error::io("write", &path))?;
    lines.push(format!("cargo:rustc-env={}={}", Artifacts::CONFIG_VARIABLE, path.display()));
    // Extension modules want symbols of the program if it has libpython in it.
    lines.push("cargo:rustc-link-arg=-Wl,--export-dynamic".into());
    if let Some(directory) = &python.library_directory {
        lines.push(format!("cargo:rustc-link-arg=-Wl,-rpath,{}", directory.display()));
    }
    Ok(())
}

/// `default_python_config.rs` of a program without artifacts.
const STANDALONE_CONFIG: &str = "\
/// An interpreter that imports from the Python which this program was built with, where that is installed.
pub fn default_python_config() -> pyembed::OxidizedPythonInterpreterConfig {
    let executable: Option<&str> = EXECUTABLE;
    let config = pyembed::InterpreterConfig::default().oxidized_importer(false).filesystem_importer(true);
    let config = config.program_name(executable.map(str::to_owned));
    pyembed::OxidizedPythonInterpreterConfig::new(config).set_missing_path_configuration(false)
}
";

/// Tells cargo. If that cannot be written, cargo has gone.
pub(crate) fn tell(lines: &[String]) {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let _ = std::io::stdout().write_all(text.as_bytes());
}
