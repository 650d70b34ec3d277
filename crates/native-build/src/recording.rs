//! What a recorder has kept.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pyox_binary::stays_with_system;
use pyox_build_cache::{self as kept, Cache, Kept, Scratch, digest};
use pyox_distribution::LinkedExtension;
use pyox_packed_resources::hex;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::error::Error;
use crate::object::{defined, init_of_library, init_of_program, isolate};

/// Changes whenever other objects are made of the same ones.
const VERSION: &[u8] = b"objects 4";

/// What the links of shared libraries were made of, while something was built.
#[derive(Debug)]
pub struct Recording {
    directory: PathBuf,
    links: Vec<Link>,
}

/// The link of a shared library, as `recorder.py` has written it.
#[derive(Debug, Deserialize)]
struct Link {
    /// The name of the shared library.
    output: String,
    /// Of the shared library, hexadecimal.
    sha256: String,
    /// The name of the object.
    object: String,
    /// Libraries of the system by name, with their static forms.
    libraries: BTreeMap<String, Option<PathBuf>>,
    /// Other shared libraries.
    shared: Vec<PathBuf>,
    /// What the linker said if there is no object.
    failure: Option<String>,
}

/// An extension module that a program can be linked with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StaticExtension {
    /// Its object.
    pub linked: LinkedExtension,
    /// Libraries that it needs, as names for `-l`.
    pub libraries: Vec<String>,
}

impl Recording {
    /// Reads what was kept in a directory.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] or [`Error::Damaged`].
    pub fn read(directory: impl Into<PathBuf>) -> Result<Self, Error> {
        let directory = directory.into();
        let entries = fs::read_dir(&directory).map_err(Error::io("read", &directory))?;
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        let read = |path: &PathBuf| {
            let text = fs::read(path).map_err(Error::io("read", path))?;
            serde_json::from_slice(&text).map_err(|source| Error::Damaged { path: path.clone(), source })
        };
        let links = paths.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self { directory, links })
    }

    /// Makes the object of an extension module for a program to be linked with, or finds it in the cache. `library` is
    /// the shared library that the module is in otherwise.
    ///
    /// # Errors
    ///
    /// What is missing, or cannot be linked.
    pub fn extension(&self, module: &str, library: &[u8], cache: &Cache) -> Result<StaticExtension, Error> {
        let link = self.link_of(module, library)?;
        if let Some(output) = &link.failure {
            return Err(Error::NoObject { module: module.to_owned(), output: output.clone() });
        }
        let not_static = |library: String| Error::NoStaticLibrary { module: module.to_owned(), library };
        if let Some(path) = link.shared.first() {
            return Err(not_static(path.display().to_string()));
        }
        let of_system = |name: &str| stays_with_system(&format!("lib{name}.so"));
        if let Some((name, _)) = link.libraries.iter().find(|(name, path)| path.is_none() && !of_system(name)) {
            return Err(not_static(name.clone()));
        }
        let object = self.directory.join(&link.object);
        let content = fs::read(&object).map_err(Error::io("read", &object))?;
        let key = digest([VERSION, module.as_bytes(), &Sha256::digest(&content)]);
        let directory = cache.directory("native-build").join("objects");
        let path = directory.join(format!("{key}.o"));
        // What comes after the sections of an object, as the digest of what is kept does, is no part of it.
        if !matches!(kept::read(&path), Kept::Intact(_)) {
            let scratch = Scratch::new(&directory).map_err(Error::io("create a directory in", &directory))?;
            let isolated = isolate(&object, module, scratch.path())?;
            kept::write(&path, &[&isolated]).map_err(Error::io("write", &path))?;
        }
        let linked = LinkedExtension::new(module, init_of_program(module), path, key);
        Ok(StaticExtension { linked, libraries: link.libraries.keys().cloned().collect() })
    }

    /// The link that has made a shared library; if that was changed after it, the one with the function of the module.
    fn link_of(&self, module: &str, library: &[u8]) -> Result<&Link, Error> {
        let sha256 = hex(&Sha256::digest(library));
        if let Some(link) = self.links.iter().find(|link| link.sha256 == sha256) {
            return Ok(link);
        }
        let init = init_of_library(module);
        let has_function = |link: &&Link| {
            let object = self.directory.join(&link.object);
            link.failure.is_some() && is_named(&link.output, module)
                || fs::read(object).is_ok_and(|object| defined(&object).contains(&init))
        };
        let found: Vec<&Link> = self.links.iter().filter(has_function).collect();
        let outputs = |links: &mut dyn Iterator<Item = &Link>| links.map(|link| link.output.clone()).collect();
        match *found {
            [link] => Ok(link),
            [] => {
                let outputs = outputs(&mut self.links.iter());
                Err(Error::NotRecorded { module: module.to_owned(), outputs })
            }
            [first, ..] => {
                // The same was linked several times, as build tools do when they install.
                let (first, others) = (self.content(first), &found[1..]);
                if others.iter().all(|link| self.content(link) == first) {
                    return Ok(found[0]);
                }
                let outputs = outputs(&mut found.into_iter());
                Err(Error::Ambiguous { module: module.to_owned(), outputs })
            }
        }
    }

    fn content(&self, link: &Link) -> Option<Vec<u8>> {
        fs::read(self.directory.join(&link.object)).ok()
    }
}

/// Whether a shared library is called as a module is.
fn is_named(output: &str, module: &str) -> bool {
    let last = module.rsplit('.').next().unwrap_or(module);
    Path::new(output).file_name().is_some_and(|name| name.to_string_lossy().split('.').next() == Some(last))
}
