//! Compiling with cargo: its environment and arguments, and its output.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pyox_binary::{stays_with_system, weaken_undefined};
use pyox_distribution::{Libpython, LibpythonKind, LinkSettings, LinkedExtension, PythonInfo, Target};
use pyox_program_format::LauncherMarker;

use super::fit;
use super::musl::is_static;
use crate::error::Error;
use crate::progress::Progress;

/// The variable by which the build of a launcher is given arguments for the linker, one a line.
pub(super) const LINK_ARGUMENTS: &str = "PYOX_LAUNCHER_LINK_ARGS";

/// The variable by which it is given the extension modules that are linked in: a name and a function, one a line.
const EXTENSIONS: &str = "PYOX_LAUNCHER_EXTENSIONS";

/// The feature of the launcher, and of `pyembed`, without libpython.
pub(super) const SHARED_FEATURE: &str = "shared-libpython";

/// Libraries of other systems that musl has no files of: their functions are in its `libc`.
const PARTS_OF_MUSL: [&str; 8] = ["c", "crypt", "dl", "m", "pthread", "resolv", "rt", "util"];

/// Lines of cargo's output that an error repeats.
const REPORTED_LINES: usize = 40;

/// The variables with which cargo compiles a launcher for a Python, ours or one of someone else's on `pyembed`;
/// [`seal`] then makes it usable. For a Python with a shared library, `pyembed` has to have the feature
/// `shared-libpython`. Writes the configuration of pyo3-ffi to a path, unless it is there: cargo compiles
/// anew what depends on it.
///
/// # Errors
///
/// The Python cannot be linked, or the file not be written.
pub fn build_environment(target: &dyn Target, config: &Path) -> Result<Vec<(&'static str, OsString)>, Error> {
    let text = pyo3_config(target);
    if fs::read(config).ok().is_none_or(|there| there != text.as_bytes()) {
        fs::write(config, text).map_err(Error::io("write", config))?;
    }
    let link = target.link()?;
    let extension = |one: &LinkedExtension| format!("{} {}\n", one.module, one.init);
    Ok(vec![
        ("PYO3_CONFIG_FILE", config.into()),
        (LINK_ARGUMENTS, link_arguments(&link, target.info()).join("\n").into()),
        (EXTENSIONS, link.extensions.iter().map(extension).collect::<String>().into()),
        ("PYOX_LAUNCHER_MARKER", fit::marker(target)?.into()),
    ])
}

/// The launcher that cargo has made at a path with its digest in it, as programs are made of.
///
/// # Errors
///
/// It is no launcher for this Python.
pub fn seal(path: &Path, target: &dyn Target) -> Result<Vec<u8>, Error> {
    let mut bytes = fs::read(path).map_err(Error::io("read", path))?;
    let marker = LauncherMarker::read(&bytes).ok().flatten();
    if marker.is_some_and(|marker| fit::kind_of(&marker) == LibpythonKind::Shared) {
        // It starts without them, and binds them once libpython is loaded.
        let is_of_python = |name: &str| name.starts_with("Py") || name.starts_with("_Py");
        let weakened = weaken_undefined(&bytes, is_of_python);
        bytes = weakened.map_err(|source| Error::Binary { path: path.to_owned(), source })?.0;
    }
    LauncherMarker::seal(&mut bytes).map_err(|_| Error::NotALauncher { path: path.to_owned() })?;
    super::check(path, &bytes, target)?;
    Ok(bytes)
}

/// The right to use a directory of cargo.
pub(super) fn in_turn(target: &Path) -> Result<File, Error> {
    fs::create_dir_all(target).map_err(Error::io("create", target))?;
    let path = target.join("pyox-launcher.lock");
    let lock = File::create(&path).map_err(Error::io("create", &path))?;
    lock.lock().map_err(Error::io("lock", &path))?;
    Ok(lock)
}

/// The configuration of `pyo3-ffi` for a Python, as `PYO3_CONFIG_FILE` names one: the build script of the program has
/// to link it.
pub fn pyo3_config(target: &dyn Target) -> String {
    let (major, minor) = target.minor();
    let mut text = format!(
        "implementation=CPython\nversion={major}.{minor}\nshared=true\nsuppress_build_script_link_lines=true\n"
    );
    let flags = [(target.info().gil_disabled, "Py_GIL_DISABLED"), (target.info().debug, "Py_DEBUG")];
    let flags: Vec<&str> = flags.iter().filter(|(set, _)| *set).map(|(_, name)| *name).collect();
    if !flags.is_empty() {
        let _ = writeln!(text, "build_flags={}", flags.join(","));
    }
    text
}

/// Arguments for the C compiler that links a program with a Python.
///
/// All of a static libpython goes in and is exported: extension modules may want anything of it. A shared one is not
/// needed to link: what is missing is found when the program starts. The library of musl is all that several libraries
/// of glibc are.
pub fn link_arguments(link: &LinkSettings, python: &PythonInfo) -> Vec<String> {
    let mut arguments: Vec<String> = link.extensions.iter().map(|one| one.object.display().to_string()).collect();
    match &link.libpython {
        Libpython::Static(path) => {
            arguments.extend(["-Wl,--whole-archive".to_owned(), path.display().to_string()]);
            arguments.push("-Wl,--no-whole-archive".into());
        }
        Libpython::Shared(_) => arguments.push("-Wl,--unresolved-symbols=ignore-all".into()),
    }
    if !link.extra_archives.is_empty() {
        // They need each other, in an order that their names do not tell.
        arguments.push("-Wl,--start-group".into());
        arguments.extend(link.extra_archives.iter().map(|archive| archive.display().to_string()));
        arguments.push("-Wl,--end-group".into());
    }
    if !is_static(python) {
        // A static program relocates only what is relative to itself: what it exports would be wrong.
        arguments.push("-Wl,--export-dynamic".into());
    }
    arguments.push("-Wl,--as-needed".into());
    let is_of_musl = |library: &str| python.is_musl() && PARTS_OF_MUSL.contains(&library);
    let libraries = link.system_libraries.iter().map(String::as_str);
    for library in libraries.filter(|library| !is_of_musl(library)) {
        match archive(library) {
            Some(path) => {
                arguments.push(format!("-Wl,--exclude-libs,lib{library}.a"));
                arguments.push(path.display().to_string());
            }
            None => arguments.push(format!("-l{library}")),
        }
    }
    arguments.extend(match is_static(python) {
        true => ["-Wl,-Bstatic", "-lc", "-lgcc"].map(String::from).to_vec(),
        // Libraries in memory are found by their numbers there, since musl finds none by its name.
        false if python.is_musl() => ["-lgcc", "-Wl,-rpath,/proc/self/fd"].map(String::from).to_vec(),
        false => ["dl", "m", "util", "pthread"].map(|library| format!("-l{library}")).to_vec(),
    });
    arguments
}

/// The static library to use for one of the system that not every machine has; Debian's libpython needs zlib and expat.
/// Its symbols are not exported: extension modules bring their own copy, perhaps of another version.
fn archive(library: &str) -> Option<PathBuf> {
    if stays_with_system(&format!("lib{library}.so")) {
        return None;
    }
    let output =
        Command::new("cc").arg(format!("-print-file-name=lib{library}.a")).stdin(Stdio::null()).output().ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    (path.is_absolute() && path.is_file()).then_some(path)
}

/// Whether cargo compiles for the machine, the system and the C library that a Python is for. Of rare machines each
/// system has its own name: those count as this one.
pub(super) fn check_machine(python: &PythonInfo) -> Result<(), Error> {
    use std::env::consts::{ARCH, OS};
    let triple = python.triple.as_str();
    let machine = triple.split('-').next().unwrap_or_default();
    let is_machine = machine == ARCH || !["aarch64", "x86_64"].contains(&machine);
    let is_system = triple.contains(if OS == "macos" { "-apple-" } else { OS });
    // With musl-gcc, programs of musl are linked where the C library is glibc; nothing does the opposite.
    let is_library = python.is_musl() || cfg!(not(target_env = "musl"));
    match is_machine && is_system && is_library {
        true => Ok(()),
        false => Err(Error::OtherMachine { target: triple.to_owned() }),
    }
}

pub(super) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs cargo, passing its lines on, and keeps the last ones for the error.
pub(super) fn run(mut cargo: Command, python: &str, progress: &mut dyn Progress) -> Result<(), Error> {
    let child = cargo.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(|source| Error::NoCargo { python: python.to_owned(), source })?;
    let mut lines = Vec::new();
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            progress.line(&line);
            lines.push(line);
        }
    }
    let status = child.wait().map_err(|source| Error::NoCargo { python: python.to_owned(), source })?;
    if status.success() {
        return Ok(());
    }
    let output = lines[lines.len().saturating_sub(REPORTED_LINES)..].join("\n");
    Err(Error::Build { python: python.to_owned(), status: status.to_string(), output })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
    fn launchers_of_other_machines_are_not_compiled() {
        let is_compiled = |triple: &&str| check_machine(&PythonInfo::new((3, 13, 5), *triple)).is_ok();
        assert!(["x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"].iter().all(is_compiled));
        assert!(
            !["aarch64-unknown-linux-gnu", "x86_64-apple-darwin", "x86_64-pc-windows-msvc"].iter().any(is_compiled)
        );
    }

    #[test]
    fn programs_with_musl_take_nothing_of_glibc() {
        let mut link = LinkSettings::new(Libpython::Static("libpython3.13.a".into()));
        link.system_libraries = ["m", "crypt"].map(String::from).to_vec();
        link.extra_archives = vec!["libcrypto.a".into(), "libssl.a".into()];
        let mut python = PythonInfo::new((3, 13, 5), "x86_64-unknown-linux-musl");
        let dynamic = link_arguments(&link, &python);
        python.loads_extensions = false;
        let arguments = link_arguments(&link, &python);
        for argument in ["-Wl,--export-dynamic", "-Wl,-rpath,/proc/self/fd"] {
            assert!(dynamic.iter().any(|other| other == argument), "{dynamic:?}");
        }
        assert!(!dynamic.iter().any(|argument| argument == "-lm"), "{dynamic:?}");
        // It relocates only what is relative to itself.
        assert!(!arguments.iter().any(|argument| argument == "-Wl,--export-dynamic"), "{arguments:?}");
        let libraries: Vec<&str> =
            arguments.iter().map(String::as_str).filter(|argument| argument.starts_with("-l")).collect();
        assert_eq!(libraries, ["-lc", "-lgcc"]);
        let place = |text: &str| arguments.iter().position(|argument| argument == text);
        assert!(place("-Wl,--start-group") < place("libcrypto.a"), "{arguments:?}");
        assert!(place("libssl.a") < place("-Wl,--end-group"), "{arguments:?}");
    }
}
