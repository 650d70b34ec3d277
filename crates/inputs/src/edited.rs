//! Projects that were edited since a wheel was made of them.
//!
//! A build backend may make anything of a project, so its wheel can stand for a changed project only where it is known
//! what would be another: every file that the wheel installs is one of the project, byte by byte, all at their own
//! paths below one directory; the backend is one that copies files, without hooks and plug-ins, and takes no metadata
//! from code; and nothing has changed but the content of such files. Anything else is built again.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pyox_build_cache::{self as kept, Kept};
use pyox_packed_resources::{Data, Place, Resource, hex};
use pyox_scanner::{ResourceSource, Scan, Wheel, record_rows};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What was known when a wheel was made.
#[derive(Serialize, Deserialize)]
pub(crate) struct Built {
    /// The key of the wheel.
    pub(crate) key: String,
    /// Every file of the project, with what tells its content.
    files: BTreeMap<String, String>,
    /// Where the files of the wheel are in the project: empty or with a slash at the end.
    base: String,
    /// The paths of the files that the wheel installs.
    installed: BTreeSet<String>,
}

impl Built {
    /// What is kept in a file.
    pub(crate) fn read(place: &Path) -> Option<Self> {
        match kept::read(place) {
            Kept::Intact(bytes) => serde_json::from_slice(&bytes).ok(),
            _ => None,
        }
    }

    /// Keeps it. It only saves time.
    pub(crate) fn write(&self, place: &Path) {
        if let (Some(parent), Ok(bytes)) = (place.parent(), serde_json::to_vec(self)) {
            let _ = std::fs::create_dir_all(parent).and_then(|()| kept::write(place, &[&bytes]));
        }
    }

    /// What is known of a wheel that was just made of these files; nothing if a file of it is none of the project, or
    /// there are two directories that it could come from.
    pub(crate) fn of(key: &str, files: BTreeMap<String, String>, wheel: &Wheel) -> Option<Self> {
        let scan = wheel.scan().ok().filter(|scan| scan.skipped.is_empty() && scan.path_lines.is_empty())?;
        let mut installed = BTreeMap::new();
        for found in &scan.resources {
            // Commands follow from the metadata.
            let is_command = found.place == Some(Place::Prefix) && found.origin.ends_with("entry_points.txt");
            // A path there says nothing of the project.
            if !is_command && found.place == Some(Place::Prefix) {
                return None;
            }
            if !is_command && !matches!(found.resource, Resource::DistributionResource(_)) {
                let content = found.resource.data().read().ok()?;
                installed.insert(found.resource.relative_path(), hex(&Sha256::digest(&content)));
            }
        }
        let (first, _) = installed.first_key_value()?;
        let is_base = |base: &&str| {
            installed
                .iter()
                .all(|(path, digest)| files.get(&format!("{base}{path}")).is_some_and(|known| known == digest))
        };
        let bases = files.keys().filter_map(|path| path.strip_suffix(&**first));
        let mut bases = bases.filter(|base| base.is_empty() || base.ends_with('/')).filter(is_base);
        let base = bases.next()?.to_owned();
        if bases.next().is_some() {
            return None;
        }
        Some(Self { key: key.to_owned(), base, installed: installed.into_keys().collect(), files })
    }

    /// The files of the wheel that are different in the project now, by their path in it; nothing if anything else is.
    pub(crate) fn edits(&self, project: &Path, files: &BTreeMap<String, String>) -> Option<BTreeMap<String, PathBuf>> {
        if !self.files.keys().eq(files.keys()) {
            return None;
        }
        let changed = files.iter().filter(|(path, digest)| self.files[*path] != **digest);
        let edit = |(path, _): (&String, &String)| {
            let installed = path.strip_prefix(&*self.base).filter(|path| self.installed.contains(*path))?;
            (!is_named_by_metadata(installed)).then(|| (installed.to_owned(), project.join(path)))
        };
        changed.map(edit).collect()
    }
}

/// Whether metadata may have the content of a file.
pub(crate) fn is_named_by_metadata(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_uppercase();
    ["LICEN", "COPYING", "NOTICE", "AUTHORS", "README"].iter().any(|start| name.starts_with(start))
}

/// A wheel with files that were edited since it was made, as a new one would have them.
pub(crate) struct Edited {
    pub(crate) wheel: Wheel,
    /// The files of the project by their paths in the wheel.
    pub(crate) edits: BTreeMap<String, PathBuf>,
}

impl ResourceSource for Edited {
    fn scan(&self) -> Result<Scan, pyox_scanner::Error> {
        let mut scan = self.wheel.scan()?;
        let mut contents: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
        for (path, file) in &self.edits {
            let read = |source| pyox_scanner::Error::Read { path: file.clone(), source };
            contents.insert(path, std::fs::read(file).map_err(read)?);
        }
        for found in &mut scan.resources {
            let path = found.resource.relative_path();
            if let Some(content) = contents.get(&*path) {
                replace(&mut found.resource, content.clone());
                found.origin.clone_from(&self.edits[&path]);
            } else if matches!(&found.resource, Resource::DistributionResource(file) if file.name == "RECORD") {
                let read = |source| pyox_scanner::Error::Read { path: found.origin.clone(), source };
                let text = found.resource.data().read().map(Cow::into_owned).map_err(read)?;
                let text = record(&String::from_utf8_lossy(&text), &contents);
                replace(&mut found.resource, text.into_bytes());
            }
        }
        Ok(scan)
    }
}

/// A `RECORD` that is right for other contents.
fn record(text: &str, contents: &BTreeMap<&str, Vec<u8>>) -> String {
    let rows = record_rows(text).into_iter().map(|row| {
        let (hash, size) = match contents.get(&*row.path) {
            Some(content) => {
                let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(content));
                (format!("sha256={digest}"), content.len().to_string())
            }
            None => (row.hash, row.size),
        };
        let is_quoted = row.path.contains([',', '"', '\n']);
        let path = if is_quoted { format!("\"{}\"", row.path.replace('"', "\"\"")) } else { row.path };
        format!("{path},{hash},{size}\n")
    });
    rows.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Gives a resource another content.
fn replace(resource: &mut Resource, content: impl Into<Data>) {
    let data = match resource {
        Resource::ModuleSource(module) => &mut module.source,
        Resource::ModuleBytecode(module) => &mut module.bytecode,
        Resource::ExtensionModule(module) => &mut module.library,
        Resource::PackageResource(file) => &mut file.data,
        Resource::DistributionResource(file) => &mut file.data,
        Resource::SharedLibrary(library) => &mut library.library,
        Resource::File(file) => &mut file.data,
        _ => return,
    };
    *data = content.into();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(all: &[(&str, &str)]) -> BTreeMap<String, String> {
        all.iter().map(|(path, digest)| ((*path).to_owned(), (*digest).to_owned())).collect()
    }

    #[test]
    fn only_content_of_installed_files_may_change() {
        let before =
            [("pyproject.toml", "1"), ("src/p/__init__.py", "2"), ("src/p/README.txt", "3"), ("tests/t.py", "4")];
        let built = Built {
            key: "key".into(),
            files: files(&before),
            base: "src/".into(),
            installed: ["p/__init__.py", "p/README.txt"].map(str::to_owned).into(),
        };
        let edits = |changed: &str| {
            let after = before.map(|(path, digest)| (path, if path == changed { "new" } else { digest }));
            built.edits(Path::new("/x"), &files(&after))
        };
        assert_eq!(edits(""), Some(BTreeMap::new()));
        let expected = [("p/__init__.py".to_owned(), PathBuf::from("/x/src/p/__init__.py"))];
        assert_eq!(edits("src/p/__init__.py"), Some(expected.into()));
        for path in ["pyproject.toml", "src/p/README.txt", "tests/t.py"] {
            assert_eq!(edits(path), None, "{path}");
        }
        assert_eq!(built.edits(Path::new("/x"), &files(&before[1..])), None);
        let more = [&before[..], &[("src/p/new.py", "5")]].concat();
        assert_eq!(built.edits(Path::new("/x"), &files(&more)), None);
    }

    #[test]
    fn records_follow_contents() {
        let text = "\"a,b\",sha256=x,1\nc,sha256=y,2\nd/RECORD,,\n";
        let contents = BTreeMap::from([("a,b", b"new".to_vec())]);
        assert_eq!(
            record(text, &contents),
            "\"a,b\",sha256=EVB6Di9eadXfpApiob17buV-a82FxnybhDGzb_8hxDc,3\nc,sha256=y,2\nd/RECORD,,\n"
        );
    }
}
