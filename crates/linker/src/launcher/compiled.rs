//! Compiling the stock launcher with cargo, once per Python, and keeping it.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use pyox_build_cache::{Cache, Scratch, digest};
use pyox_distribution::{LibpythonKind, Target};
use pyox_output::{EXECUTABLE, create_new, write_atomically};
use pyox_program_format::{LauncherMarker, MarkerField};

use super::cargo::{LINK_ARGUMENTS, SHARED_FEATURE, build_environment, cargo, check_machine, in_turn, run, seal};
use super::musl;
use super::{Launcher, LauncherSource, fit, sources};
use crate::error::Error;
use crate::progress::{Progress, Step};

/// Changes whenever launchers are linked differently from the same sources.
const LINK_VERSION: &[u8] = b"4";

/// Launchers that are compiled when they are not in the cache. Two processes may want the same one at a time: one
/// compiles, the other waits.
#[derive(Debug, Clone)]
pub struct Compiled {
    directory: PathBuf,
    /// The directory of cargo for launchers that are compiled quickly.
    quick: Option<PathBuf>,
}

/// A launcher in the cache.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CachedLauncher {
    /// The file.
    pub path: PathBuf,
    /// Version of Python, for example `3.12.1`.
    pub python: String,
    /// Tag of the binary interface, for example `cpython-312-x86_64-linux-gnu`.
    pub abi: String,
    /// Size in bytes.
    pub size: u64,
    /// Whether these sources and an installed Python would make the same one again.
    pub current: bool,
    /// Whether it is as it was made.
    pub intact: bool,
}

impl Compiled {
    /// Launchers kept in this cache.
    pub fn new(cache: &Cache) -> Self {
        Self { directory: cache.directory("launchers"), quick: None }
    }

    /// The same for work on the launcher and for tests: compiled quickly instead of for speed, and in a directory of
    /// cargo that is kept and trusted. The cache has them beside the others.
    #[must_use]
    pub fn quick(self, target: impl Into<PathBuf>) -> Self {
        Self { quick: Some(target.into()), ..self }
    }

    /// Where the launcher for a Python is, or would be.
    pub fn path(&self, target: &dyn Target) -> PathBuf {
        let kind = kind_or_static(target);
        let name = fit::file_name(target, kind);
        let sources = sources::identity();
        // Without libpython, nothing of a Python goes into it but what is in the name, and its ABI.
        let python = match kind {
            LibpythonKind::Static => target.identity(),
            LibpythonKind::Shared => format!("{:?}", (&target.info().soabi, &target.info().magic)),
        };
        let extensions = target.link().map(|link| link.extensions).unwrap_or_default();
        let extensions = extensions.iter().flat_map(|one| [&one.module, &one.init, &one.digest]).map(String::as_bytes);
        let key = [LINK_VERSION, self.profile().as_bytes(), sources.as_bytes(), python.as_bytes(), name.as_bytes()];
        let key = digest(key.into_iter().chain(extensions));
        self.directory.join(format!("{name}-{key}"))
    }

    /// All launchers in the cache; `installed` tells which are current.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the directory cannot be read; that it does not exist is no error.
    pub fn list(&self, installed: &[&dyn Target]) -> Result<Vec<CachedLauncher>, Error> {
        let current: Vec<PathBuf> = installed.iter().map(|python| self.path(*python)).collect();
        let entries = match fs::read_dir(&self.directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::io("read", &self.directory)(error)),
        };
        let mut found = BTreeMap::new();
        for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()) {
            let bytes = fs::read(&path).map_err(Error::io("read", &path))?;
            if let Ok(Some(marker)) = LauncherMarker::read(&bytes) {
                let text = |value: Option<&str>| value.unwrap_or("unknown").to_owned();
                let launcher = CachedLauncher {
                    python: text(marker.field(MarkerField::Version).or(marker.field(MarkerField::Python))),
                    abi: text(marker.field(MarkerField::Abi)),
                    size: bytes.len() as u64,
                    current: current.contains(&path),
                    intact: LauncherMarker::is_intact(&bytes),
                    path: path.clone(),
                };
                found.insert(path, launcher);
            }
        }
        Ok(found.into_values().collect())
    }

    /// Copies the launcher for a Python, which is compiled if it is not in the cache, into a directory under the name
    /// by which [`Prebuilt`](super::Prebuilt) finds it.
    ///
    /// # Errors
    ///
    /// As [`LauncherSource::launcher`], or the copy cannot be written.
    pub fn copy_to(
        &self,
        directory: &Path,
        target: &dyn Target,
        progress: &mut dyn Progress,
    ) -> Result<PathBuf, Error> {
        let bytes = self.launcher(target, progress)?.bytes;
        let copy = Self::copy_path(directory, target);
        write_atomically(&copy, EXECUTABLE, |out| {
            std::io::Write::write_all(out, &bytes).map_err(Error::io("write", &copy))
        })?;
        Ok(copy)
    }

    /// Where in a directory [`Compiled::copy_to`] puts the launcher for a Python.
    pub fn copy_path(directory: &Path, target: &dyn Target) -> PathBuf {
        directory.join(fit::file_name(target, kind_or_static(target)))
    }

    /// Removes all launchers and what was left of compiling them.
    ///
    /// # Errors
    ///
    /// [`Error::Io`]
    pub fn clean(&self) -> Result<(), Error> {
        match fs::remove_dir_all(&self.directory) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io("remove", &self.directory)(error))
            }
            _ => Ok(()),
        }
    }

    /// The profile of cargo.
    fn profile(&self) -> &'static str {
        if self.quick.is_some() { "dev" } else { "launcher" }
    }

    /// Where that profile's results are.
    fn profile_directory(&self) -> &'static str {
        if self.quick.is_some() { "debug" } else { "launcher" }
    }

    fn compile(&self, target: &dyn Target, path: &Path, progress: &mut dyn Progress) -> Result<Vec<u8>, Error> {
        check_machine(target.info())?;
        let kind = fit::kind_for(target)?;
        fs::create_dir_all(&self.directory).map_err(Error::io("create", &self.directory))?;
        let version = &target.info().version;
        let mut lock_path = path.as_os_str().to_owned();
        lock_path.push(".lock");
        let lock = File::create(&lock_path).map_err(Error::io("create", &lock_path))?;
        if let Err(TryLockError::WouldBlock) = lock.try_lock() {
            progress.begin(Step::Wait, version);
            lock.lock().map_err(Error::io("lock", &lock_path))?;
            progress.end();
        }
        if let Some(bytes) = read(path, target) {
            return Ok(bytes);
        }
        progress.begin(Step::Launcher, version);
        // Everything is made in a directory of its own, and goes with it: cargo would use again whatever it finds,
        // damaged or not. Where it is made quickly, it may.
        let scratch = Scratch::new(&self.directory).map_err(Error::io("create a directory in", &self.directory))?;
        let target_directory = self.quick.clone().unwrap_or_else(|| scratch.path().join("target"));
        // The directory may be one for all Pythons: each has to take what it has made.
        let in_turn = in_turn(&target_directory)?;
        // Always the same one: cargo remembers which files it has compiled, and would look at those of another directory.
        let sources_directory = match &self.quick {
            Some(quick) => quick.join("launcher-sources"),
            None => scratch.path().join("source"),
        };
        sources::unpack(&sources_directory)?;
        let mut environment = build_environment(target, &sources_directory.join("pyo3-config.txt"))?;
        if self.quick.is_some() {
            // The profile would have all that is compiled differ from what other work has compiled.
            let arguments = environment.iter_mut().find(|(name, _)| *name == LINK_ARGUMENTS);
            arguments.into_iter().for_each(|(_, arguments)| arguments.push("\n-Wl,--strip-all"));
        }
        let mut cargo = cargo();
        cargo
            .args(["build", "--profile", self.profile(), "--package", "pyox-launcher", "--color", "never"])
            .arg("--manifest-path")
            .arg(sources_directory.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&target_directory)
            .envs(environment)
            // What is compiled in parts differs from what is compiled at once.
            .env("CARGO_INCREMENTAL", "0")
            .env_remove("CARGO_BUILD_TARGET");
        let compiled_for = musl::target(target.info())?;
        if let Some(name) = &compiled_for {
            musl::compile_for(&mut cargo, name, target.info(), &target_directory)?;
        }
        if kind == LibpythonKind::Shared {
            cargo.args(["--features", SHARED_FEATURE]);
        }
        let results = target_directory.join(compiled_for.unwrap_or_default()).join(self.profile_directory());
        let built = results.join("pyox-launcher");
        run(cargo, version, progress)?;
        let bytes = seal(&built, target)?;
        drop(in_turn);
        let sealed = scratch.path().join("sealed");
        let keep = || {
            std::io::Write::write_all(&mut create_new(&sealed, EXECUTABLE)?, &bytes)?;
            fs::rename(&sealed, path)
        };
        keep().map_err(Error::io("write", path))?;
        progress.end();
        Ok(bytes)
    }
}

/// The form of libpython for a Python; one without any may have a launcher that was made elsewhere.
fn kind_or_static(target: &dyn Target) -> LibpythonKind {
    fit::kind_for(target).unwrap_or(LibpythonKind::Static)
}

/// The launcher at a path, if it is there and undamaged.
fn read(path: &Path, target: &dyn Target) -> Option<Vec<u8>> {
    fs::read(path).ok().filter(|bytes| super::check(path, bytes, target).is_ok())
}

impl LauncherSource for Compiled {
    fn check(&self, target: &dyn Target) -> Result<(), Error> {
        if self.path(target).is_file() {
            return Ok(());
        }
        check_machine(target.info())?;
        target.link()?;
        let (major, minor) = target.minor();
        let version = cargo().arg("--version").stdin(Stdio::null()).output();
        version.map(drop).map_err(|source| Error::NoCargo { python: format!("{major}.{minor}"), source })
    }

    fn launcher(&self, target: &dyn Target, progress: &mut dyn Progress) -> Result<Launcher, Error> {
        let path = self.path(target);
        let bytes = match read(&path, target) {
            Some(bytes) => bytes,
            None => {
                if path.exists() {
                    progress.damaged(&path, 1);
                }
                self.compile(target, &path, progress)?
            }
        };
        Ok(Launcher::new(bytes, path))
    }
}
