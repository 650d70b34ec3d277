//! Files that a program places in a directory of the cache, which is named by their content.

use std::io::{self, Write as _};

use pyox_packed_resources::{Collector, Data, PartsDigest, Value, hex};

/// The files of one directory.
#[derive(Default)]
pub(super) struct CacheFiles {
    digest: PartsDigest,
    files: Vec<(String, Value)>,
    /// Names of extension modules and shared libraries among the files, with their paths.
    libraries: Vec<(String, String)>,
}

impl CacheFiles {
    /// Adds a file. Files come sorted. `library` is the name of its entry if that is to be loaded from the file.
    pub(super) fn add(&mut self, path: &str, content: &Data, value: Value, library: Option<&str>) -> io::Result<()> {
        self.digest.push(path);
        let content = content.open()?;
        self.digest.begin_part(content.len());
        content.copy(|piece| self.digest.write_all(piece))?;
        self.digest.push_number(value.mode());
        self.files.push((path.to_owned(), value));
        self.libraries.extend(library.map(|name| (name.to_owned(), path.to_owned())));
        Ok(())
    }

    /// Lists the files in the collector, under a directory named by `name` and their content, and gives that.
    pub(super) fn finish(self, name: &str, collector: &mut Collector) -> String {
        let digest = hex(&self.digest.bytes()[..16]);
        let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
        let name: String = name.chars().map(plain).collect();
        let directory = format!("{}-{digest}", name.trim_start_matches('.'));
        for (path, value) in self.files {
            collector.cache_file(&directory, &path, value);
        }
        for (library, path) in self.libraries {
            collector.cache_library(&library, &directory, &path);
        }
        directory
    }
}
