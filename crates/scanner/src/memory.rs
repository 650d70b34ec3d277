use std::path::Path;

use pyox_packed_resources::Data;

use crate::candidate::Candidate;
use crate::classify::Classifier;
use crate::error::Error;
use crate::scan::Scan;
use crate::source::ResourceSource;

/// Files that are made by a program, as if they were in a directory of `sys.path`.
///
/// ```
/// use pyox_scanner::{MemorySource, ResourceSource};
///
/// let source = MemorySource::new().file("app/__init__.py", "").file("app/version.txt", "1.0");
/// assert_eq!(source.scan()?.resources.len(), 2);
/// # Ok::<(), pyox_scanner::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct MemorySource {
    files: Vec<Candidate>,
    classifier: Classifier,
}

impl MemorySource {
    /// No files yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file with this content, which is not meant to be executed, at a path below `sys.path`, with `/`. Of two
    /// with the same path the first one counts.
    #[must_use]
    pub fn file(mut self, path: impl Into<String>, content: impl Into<Data>) -> Self {
        let path = path.into();
        let origin = Path::new("<memory>").join(&path);
        self.files.push(Candidate::new(path, origin, content.into()));
        self
    }

    /// The interpreter's `importlib.machinery.EXTENSION_SUFFIXES`, in the same order. See
    /// [`Directory::new`](crate::Directory::new) for the default.
    #[must_use]
    pub fn extension_suffixes<S: Into<String>>(mut self, suffixes: impl IntoIterator<Item = S>) -> Self {
        self.classifier = self.classifier.extension_suffixes(suffixes);
        self
    }
}

impl ResourceSource for MemorySource {
    fn scan(&self) -> Result<Scan, Error> {
        let mut scan = self.classifier.classify(self.files.clone())?;
        scan.set_owners()?;
        Ok(scan)
    }
}
