//! The interpreter as a shared library, for launchers that have none in themselves.

use std::fs;
use std::path::{Path, PathBuf};

use pyox_binary::{ElfFacts, bind_own_symbols};
use pyox_packed_resources::{PartsDigest, Resource, SharedLibrary};
use pyox_scanner::{Found, ResourceSource, Scan};

use crate::error::Error;

/// The file of a shared libpython.
pub(crate) struct LibpythonFile {
    path: PathBuf,
    soname: String,
    content: Vec<u8>,
}

impl LibpythonFile {
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let content = fs::read(path).map_err(Error::io("read", path))?;
        let facts = ElfFacts::parse(path, &content)?;
        let file_name = || path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { path: path.to_owned(), soname: facts.soname.unwrap_or_else(file_name), content })
    }

    /// A key that differs where the file does.
    pub(crate) fn identity(&self) -> String {
        PartsDigest::default()
            .with("libpython 3")
            .with(self.path.as_os_str().as_encoded_bytes())
            .with(&self.content)
            .hex()
    }
}

impl ResourceSource for LibpythonFile {
    fn scan(&self) -> Result<Scan, pyox_scanner::Error> {
        let mut scan = Scan::default();
        let library = bind_own_symbols(self.content.clone()).into();
        let library = SharedLibrary { name: self.soname.clone(), relative_path: None, library };
        scan.resources.push(Found::new(Resource::SharedLibrary(library), &self.path));
        Ok(scan)
    }
}
