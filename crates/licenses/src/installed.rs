//! Distributions that are installed in a directory.

use std::path::Path;
use std::{fs, io};

use crate::component::Component;
use crate::distribution::Distribution;

/// How deep the texts of a metadata directory may lie.
const DEPTH: usize = 16;

/// The distributions whose metadata directories (`NAME-VERSION.dist-info`, `.egg-info`) are in a directory, usually
/// `site-packages`, with the parts that they list.
///
/// # Errors
///
/// The directory, or a file that is about licences, cannot be read.
pub fn installed_distributions(directory: &Path) -> io::Result<Vec<Component>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "dist-info" || extension == "egg-info") {
            paths.push(path);
        }
    }
    paths.sort();
    let mut components = Vec::new();
    for path in paths {
        let places = if path.is_file() {
            vec![path.clone()]
        } else {
            ["METADATA", "PKG-INFO"].map(|name| path.join(name)).into()
        };
        let Some(metadata) = places.iter().find_map(|place| fs::read(place).ok()) else { continue };
        let mut files = Vec::new();
        if path.is_dir() {
            collect(&path, "", DEPTH, &mut files)?;
        }
        components.extend(Distribution::new(&String::from_utf8_lossy(&metadata), files).components());
    }
    Ok(components)
}

/// The files that are about licences or components. Links are not followed.
fn collect(directory: &Path, below: &str, depth: usize, files: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    let mut entries = fs::read_dir(directory)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (kind, name) = (entry.file_type()?, format!("{below}{}", entry.file_name().to_string_lossy()));
        if kind.is_dir() && depth > 0 {
            collect(&entry.path(), &format!("{name}/"), depth - 1, files)?;
        } else if kind.is_file() && Distribution::is_of_interest(&name) {
            files.push((name, fs::read(entry.path())?));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_metadata_is_read() {
        let place = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = place.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("a-1.dist-info/METADATA", "Name: a\nVersion: 1\nLicense-Expression: MIT");
        write("a-1.dist-info/licenses/sub/LICENSE", "text");
        write("b.egg-info/PKG-INFO", "Name: b\nLicense: ISC");
        write("c-2.egg-info", "Name: c\nVersion: 2");
        write("d.dist-info/RECORD", "");
        let found = installed_distributions(place.path()).unwrap();
        let found: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.expression(), one.texts.len())).collect();
        assert_eq!(found, [("a", Some("MIT"), 1), ("b", Some("ISC"), 0), ("c", None, 0)]);
        assert!(installed_distributions(&place.path().join("none")).is_err());
    }
}
