//! A full distribution: what its `PYTHON.json` describes, unpacked.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::UNIX_EPOCH;

use pyox_build_cache::Cache;
use pyox_distribution::{
    Error as PythonError, ExtensionForm, ExtensionModule, Installed, LinkSettings, Python, PythonInfo, Target, Tcl,
};
use pyox_licenses::Component;
use pyox_packed_resources::{PartsDigest, Resource};
use pyox_scanner::{Directory, Found, ResourceSource};

use crate::archive::{Archive, PYTHON_JSON, ROOT};
use crate::components::components;
use crate::form::{form, is_linked, module};
use crate::info::{info, plain_triple};
use crate::python_json::PythonJson;
use crate::selection::{ExtensionFilter, Selection};
use crate::tree::Tree;
use crate::{Error, link};

/// A full distribution, unpacked: a [`Target`] for programs, and where its interpreter runs here, with a host.
#[derive(Debug, Clone)]
pub struct Standalone {
    /// As given: an archive or a directory.
    path: PathBuf,
    /// The directory that `PYTHON.json` is in.
    root: PathBuf,
    json: PythonJson,
    info: PythonInfo,
    host: Option<Installed>,
    /// What tells the files of the distribution from others.
    content: String,
    selection: Selection,
    /// Where static libraries are made.
    libraries: PathBuf,
    link: OnceLock<LinkSettings>,
}

impl Standalone {
    /// Opens a full archive, which is unpacked into the cache unless that was done before, or the directory that one
    /// was unpacked into. If it is for machines like this one, its interpreter is started to describe itself.
    ///
    /// # Errors
    ///
    /// [`Error::NotADistribution`], [`Error::InstallOnly`], those of [`Archive::extract`] and [`PythonJson::parse`],
    /// [`Error::MissingFile`] and [`Error::Untrue`] if `PYTHON.json` does not say what is there.
    pub fn open(path: &Path, cache: &Cache) -> Result<Self, Error> {
        let (root, content) = match path.is_dir() {
            true => (description_in(path).ok_or_else(|| without_description(path))?, None),
            false => {
                let archive = Archive::open(path)?.ok_or_else(|| not_a_distribution(path))?;
                let tree = Tree::of(&archive, cache)?;
                (tree.path.join(ROOT), Some(tree.digest))
            }
        };
        let description = root.join(PYTHON_JSON);
        if !description.is_file() {
            return Err(without_description(path));
        }
        let text = fs::read(&description).map_err(Error::io("read", &description))?;
        let json = PythonJson::parse(&text)?;
        check_files(&root, &json)?;
        let mut info = info(&json)?;
        let host = if info.triple == host_triple() { Some(host(&root, &json)?) } else { None };
        if let Some(host) = &host {
            // What the interpreter says is more than what is written down.
            let described = std::mem::replace(&mut info, host.info().clone());
            (info.triple, info.builtin_modules) = (described.triple, described.builtin_modules);
        }
        let content = content.unwrap_or_else(|| state(&root, &json, &text));
        let libraries = cache.directory("distributions").join("libraries");
        let (path, selection, link) = (path.to_owned(), Selection::default(), OnceLock::new());
        Ok(Self { path, root, json, info, host, content, selection, libraries, link })
    }

    /// Whether [`Standalone::open`] is for a path: an archive, or a directory with a `PYTHON.json`.
    #[must_use]
    pub fn is_one(path: &Path) -> bool {
        match path.is_dir() {
            true => description_in(path).is_some(),
            false => matches!(Archive::open(path), Ok(Some(_))),
        }
    }

    /// The same with other extension modules: the chosen ones go in as the archive has them, linked into the launcher
    /// where there is no shared library.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`].
    pub fn with_extension_modules(mut self, selection: Selection) -> Result<Self, Error> {
        let chosen = selection.choose(&self.json)?;
        self.info.builtin_modules =
            chosen.iter().filter(|(_, one)| is_linked(one)).map(|(name, _)| (*name).to_owned()).collect();
        (self.selection, self.link) = (selection, OnceLock::new());
        Ok(self)
    }

    /// What `PYTHON.json` says.
    #[must_use]
    pub fn json(&self) -> &PythonJson {
        &self.json
    }

    /// The directory that `PYTHON.json` is in.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Its interpreter, if that runs here.
    #[must_use]
    pub fn host(&self) -> Option<&Installed> {
        self.host.as_ref()
    }

    /// The directory of the standard library.
    #[must_use]
    pub fn stdlib_dir(&self) -> PathBuf {
        self.root.join(self.json.python_paths.get("stdlib").map(String::as_str).unwrap_or_default())
    }

    /// Whether the scan of the standard library goes in: all but extension modules that are not chosen, or linked.
    fn takes(&self, found: &Found, chosen: &link::Chosen<'_>) -> bool {
        let Resource::ExtensionModule(module) = &found.resource else { return true };
        match chosen.get(module.name.as_str()).and_then(|variant| form(&self.root, variant)) {
            Some(ExtensionForm::Shared(path)) => path == found.origin,
            Some(_) => false,
            None => {
                let is_described = self.json.build_info.extensions.contains_key(&module.name);
                !is_described && self.selection.filter == ExtensionFilter::All
            }
        }
    }
}

impl Python for Standalone {
    fn info(&self) -> &PythonInfo {
        &self.info
    }

    fn identity(&self) -> String {
        let digest = PartsDigest::default().with("standalone 1").with(&self.content).with(self.selection.key());
        digest.hex()[..24].to_owned()
    }
}

impl Target for Standalone {
    fn standard_library(&self) -> Result<Box<dyn ResourceSource + '_>, PythonError> {
        let directory = Directory::standard_library(self.stdlib_dir());
        let directory = directory.extension_suffixes(self.info.extension_suffixes.iter());
        let chosen = self.selection.choose(&self.json).map_err(other)?;
        Ok(Box::new(directory.filter(move |found| self.takes(found, &chosen))))
    }

    fn extension_modules(&self) -> Result<Vec<ExtensionModule>, PythonError> {
        let chosen = self.selection.choose(&self.json).map_err(other)?;
        let modules = chosen.iter().map(|(name, variant)| module(&self.root, &self.json.build_info, name, variant));
        Ok(modules.filter(|module| !module.variants.is_empty()).collect())
    }

    fn link(&self) -> Result<LinkSettings, PythonError> {
        if let Some(settings) = self.link.get() {
            return Ok(settings.clone());
        }
        let chosen = self.selection.choose(&self.json).map_err(other)?;
        let directory = self.libraries.join(self.identity());
        let settings = link::settings(&self.root, &self.json, &chosen, &directory).map_err(other)?;
        Ok(self.link.get_or_init(|| settings).clone())
    }

    fn tcl(&self) -> Result<Option<Tcl>, PythonError> {
        self.host.as_ref().map_or(Ok(None), Target::tcl)
    }

    fn components(&self, names: &BTreeSet<String>) -> Vec<Component> {
        let chosen = self.selection.choose(&self.json).unwrap_or_default();
        let chosen = chosen.into_iter().filter(|(name, _)| names.contains(*name));
        components(&self.json, chosen, &mut |path| fs::read(self.root.join(path)).ok())
    }

    fn files(&self) -> Vec<PathBuf> {
        vec![self.path.clone(), self.root.clone()]
    }
}

fn other(error: Error) -> PythonError {
    PythonError::Other(Box::new(error))
}

/// The interpreter of an install-only distribution: an archive, which is unpacked into the cache unless that was done
/// before, or the directory that one was unpacked into. It is that of an installed Python like others. `None` for
/// everything else.
///
/// # Errors
///
/// Those of [`Archive::open`] and [`Archive::extract`].
pub fn installed_interpreter(path: &Path, cache: &Cache) -> Result<Option<PathBuf>, Error> {
    let root = match (path.is_dir(), path.is_file()) {
        (true, _) => path.join(ROOT),
        (_, true) => match Archive::open(path)? {
            Some(archive) => Tree::of(&archive, cache)?.path.join(ROOT),
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    let interpreter = root.join("bin/python3");
    Ok((!root.join(PYTHON_JSON).exists() && interpreter.is_file()).then_some(interpreter))
}

/// The directory of the `PYTHON.json` in a directory that an archive was unpacked into.
fn description_in(path: &Path) -> Option<PathBuf> {
    let places = [path.join(ROOT), path.to_owned()];
    places.into_iter().find(|place| place.join(PYTHON_JSON).is_file())
}

fn without_description(path: &Path) -> Error {
    let has_python = |place: &Path| place.join("bin/python3").exists() || place.join("python.exe").exists();
    match !path.is_dir() || has_python(path) || has_python(&path.join(ROOT)) {
        true => Error::InstallOnly { path: path.to_owned() },
        false => not_a_distribution(path),
    }
}

fn not_a_distribution(path: &Path) -> Error {
    Error::NotADistribution { path: path.to_owned() }
}

/// The triple of programs that run here.
fn host_triple() -> String {
    let (machine, libc) = (std::env::consts::ARCH, if cfg!(target_env = "musl") { "musl" } else { "gnu" });
    match std::env::consts::OS {
        "linux" => format!("{machine}-unknown-linux-{libc}"),
        "macos" => format!("{machine}-apple-darwin"),
        "windows" => format!("{machine}-pc-windows-msvc"),
        other => format!("{machine}-unknown-{other}"),
    }
}

/// Whether everything is there that is read or linked.
fn check_files(root: &Path, json: &PythonJson) -> Result<(), Error> {
    json.paths(&mut |field, path| {
        let key = field.rsplit('.').next().unwrap_or(field);
        let is_needed = matches!(key, "python_exe" | "stdlib" | "objs" | "shared_lib" | "static_lib")
            || matches!(key, "path_static" | "path_dynamic" | "inittab_object");
        match is_needed && !root.join(path).exists() {
            true => Err(Error::MissingFile { field: field.into(), path: path.into() }),
            false => Ok(()),
        }
    })
}

/// The interpreter, which has to be what `PYTHON.json` says.
fn host(root: &Path, json: &PythonJson) -> Result<Installed, Error> {
    let executable = root.join(&json.python_exe);
    let spec = executable.to_str().ok_or_else(|| not_a_distribution(&executable))?;
    let host = Installed::locate(Some(spec))?;
    let found = host.info();
    let version = json.python_version.trim_start_matches(&found.version);
    let is_version = version.is_empty() || !version.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let said = [
        ("python_version", is_version, &json.python_version, &found.version),
        (
            "python_bytecode_magic_number",
            json.python_bytecode_magic_number == found.magic,
            &json.python_bytecode_magic_number,
            &found.magic,
        ),
        (
            "target_triple",
            plain_triple(&json.target_triple) == found.triple || found.soabi.is_none(),
            &json.target_triple,
            &found.triple,
        ),
    ];
    match said.into_iter().find(|(_, is_true, ..)| !is_true) {
        Some((field, _, said, found)) => Err(Error::Untrue { field, said: said.clone(), found: found.clone() }),
        None => Ok(host.clone()),
    }
}

/// What changes when the files of a directory do.
fn state(root: &Path, json: &PythonJson, text: &[u8]) -> String {
    let mut state = PartsDigest::default().with(root.as_os_str().as_encoded_bytes()).with(text);
    let mut add = |path: &str| {
        if let Ok(metadata) = root.join(path).metadata() {
            let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            state.push(metadata.len().to_le_bytes());
            state.push(modified.map_or(0, |time| time.as_nanos()).to_le_bytes());
        }
    };
    let all = json.paths(&mut |_, path| {
        add(path);
        Ok(())
    });
    debug_assert!(all.is_ok());
    state.hex()
}
