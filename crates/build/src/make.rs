//! Making artifacts.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use pyox_build_cache::Cache;
use pyox_distribution::{Installed, Libpython, LinkSettings, PythonInfo};
use pyox_linker::{Compiled, Progress, link_arguments, pyo3_config};
use pyox_output::{PLAIN, Stage};
use pyox_packaging::{Report, Request, pack_resources};

use crate::artifacts::{Artifacts, FOR_PYTHON, IN_DIRECTORY};
use crate::cargo::{LinkedPython, variable};
use crate::error::Error;
use crate::link::tell;

/// Makes the artifacts of a request in a directory, which is created. The request gets its output from here, and its
/// launcher is not asked for.
///
/// # Errors
///
/// [`Error`]
pub fn make(request: &mut Request<'_>, directory: &Path, progress: &mut dyn Progress) -> Result<Artifacts, Error> {
    fs::create_dir_all(directory).map_err(Error::io("create", directory))?;
    // Paths in the artifacts are read from other directories than this one.
    let directory = std::path::absolute(directory).map_err(Error::io("find", directory))?;
    let target = request.python.target();
    let mut link = target.link()?;
    request.output = Some(directory.join(Artifacts::PACKED_RESOURCES));
    let report = pack_resources(request, progress)?;

    let mut stage = Stage::default();
    let (major, minor) = target.minor();
    let config = directory.join(Artifacts::DEFAULT_PYTHON_CONFIG);
    let mut metadata = format!("{FOR_PYTHON}{major}.{minor}\n{IN_DIRECTORY}{}\n", directory.display());
    let mut tell = |line: String| metadata += &format!("cargo:{line}\n");
    for argument in arguments(&mut link, target.info(), &directory, &mut stage)? {
        tell(format!("rustc-link-arg={argument}"));
    }
    for path in sources(request, &report) {
        tell(format!("rerun-if-changed={}", path.display()));
    }
    tell(format!("rustc-env={}={}", Artifacts::CONFIG_VARIABLE, config.display()));
    write(&mut stage, &config, DEFAULT_CONFIG.as_bytes())?;
    write(&mut stage, &directory.join(Artifacts::PYO3_CONFIG), pyo3_config(target).as_bytes())?;
    write(&mut stage, &directory.join(Artifacts::CARGO_METADATA), metadata.as_bytes())?;
    stage.put_in_place()?;
    Artifacts::open(directory)
}

/// For build scripts: makes artifacts in the `OUT_DIR`, for the Python that `pyembed` is compiled for, and tells cargo
/// how the program is linked. The function says what is packed.
///
/// ```no_run
/// // build.rs of a package without `build-mode-*` features
/// use pyox_build::packaging::{Inputs, Silent};
///
/// fn main() -> Result<(), pyox_build::Error> {
///     pyox_build::make_and_link(|request| request.inputs = Inputs::new("app.py"), &mut Silent)
/// }
/// ```
///
/// # Errors
///
/// [`Error`]
pub fn make_and_link(describe: impl FnOnce(&mut Request<'_>), progress: &mut dyn Progress) -> Result<(), Error> {
    let linked = LinkedPython::of_package()?;
    if linked.is_linked {
        return Err(Error::LinkedTwice { feature: "packaging of pyox-build" });
    }
    let spec = linked.executable.as_ref().map_or(linked.version.clone(), |path| path.display().to_string());
    let (python, cache) = (Installed::locate(Some(&spec))?, Cache::of_user()?);
    let launchers = Compiled::new(&cache);
    let mut request = Request::new(&python, &launchers, &cache);
    // The program goes on when Python has ended.
    request.interpreter.fast_exit = false;
    describe(&mut request);
    let artifacts = make(&mut request, &PathBuf::from(variable("OUT_DIR")?), progress)?;
    artifacts.check_python(&linked.version)?;
    let mut lines = vec!["cargo:rerun-if-changed=build.rs".to_owned()];
    lines.extend(artifacts.lines()?);
    tell(&lines);
    Ok(())
}

/// `default_python_config.rs`.
const DEFAULT_CONFIG: &str = "\
/// The interpreter that the packed resources describe, with what it imports.
pub fn default_python_config() -> pyembed::OxidizedPythonInterpreterConfig {
    match pyembed::OxidizedPythonInterpreterConfig::from_resources(pyembed::include_resources!(\"packed-resources\")) {
        Ok(config) => config,
        Err(error) => panic!(\"{error}\"),
    }
}
";

/// Arguments for the linker. A static libpython, and what it needs, are copied: the Python may have changed when cargo
/// links again.
fn arguments(
    link: &mut LinkSettings,
    python: &PythonInfo,
    directory: &Path,
    stage: &mut Stage,
) -> Result<Vec<String>, Error> {
    match &mut link.libpython {
        Libpython::Static(library) => {
            for archive in std::iter::once(library).chain(&mut link.extra_archives) {
                let copy = directory.join(archive.file_name().unwrap_or_default());
                write(stage, &copy, &fs::read(&*archive).map_err(Error::io("read", &*archive))?)?;
                *archive = copy;
            }
            Ok(link_arguments(link, python))
        }
        Libpython::Shared(library) => Ok(vec![
            library.display().to_string(),
            "-Wl,--export-dynamic".into(),
            // Beside the program, if that is where it goes, and where it is now.
            "-Wl,-rpath,$ORIGIN".into(),
            format!("-Wl,-rpath,{}", library.parent().unwrap_or(Path::new("/")).display()),
        ]),
    }
}

/// Writes a file, unless it is there as it should be.
fn write(stage: &mut Stage, path: &Path, content: &[u8]) -> Result<(), Error> {
    if fs::read(path).is_ok_and(|there| there == content) {
        return Ok(());
    }
    stage.file(path, PLAIN, |out| out.write_all(content).map_err(Error::io("write", path)))
}

/// What the resources are made of, as far as a person changes it: neither the files of Python nor those in the cache.
fn sources(request: &Request<'_>, report: &Report) -> BTreeSet<PathBuf> {
    let inputs = &request.inputs;
    let named = inputs.source.iter().chain(&inputs.requirements).chain(&inputs.constraints).chain(&inputs.virtualenv);
    let named = named.chain(inputs.package_roots.iter().map(|root| &root.directory)).chain(&request.import_order);
    let packed = report.resources.iter().map(|row| Path::new(&row.origin));
    let mut places = request.python.target().files();
    places.push(request.cache.root().to_owned());
    named
        .map(PathBuf::as_path)
        .chain(packed)
        .filter_map(|path| std::path::absolute(path).ok())
        .filter(|path| path.exists() && !places.iter().any(|place| path.starts_with(place)))
        .collect()
}
