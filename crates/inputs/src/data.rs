//! Files that are added as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern};
use pyox_layers::{Layer, ReportRow};
use pyox_packed_resources::{EntryFlags, PackageResource, Place, Resource};
use pyox_scanner::{DataFiles, ResourceSource, Scan};

use crate::beside;
use crate::error::Error;
use crate::source::Source;

/// As in a shell.
const OPTIONS: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// Files that go in as they are, for the program to open.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddedData {
    /// A file, a directory, or a pattern of such (`*`, `?`, `[a-z]`, and `**` for any directories).
    pub source: PathBuf,
    /// The path beside the application's own modules: of the file or directory itself, or of the directory that it is
    /// in if the path ends with a slash or the source is a pattern. `None` for the place that the source has below the
    /// directory of the application, or else its name.
    pub destination: Option<String>,
}

impl AddedData {
    /// These files.
    pub fn new(source: impl Into<PathBuf>, destination: Option<&str>) -> Self {
        Self { source: source.into(), destination: destination.map(str::to_owned) }
    }

    /// What is read, as far as it is no pattern.
    pub(crate) fn root(&self) -> PathBuf {
        if self.source.exists() { self.source.clone() } else { literal_part(&self.source) }
    }

    /// The files and directories that are meant, with their paths in the program.
    fn places(&self, roots: &[PathBuf]) -> Result<Vec<(PathBuf, String)>, Error> {
        let into = self.destination.as_deref().map(|text| Destination::parse(text, &self.source)).transpose()?;
        if self.source.exists() {
            let path = match into {
                Some(Destination { path, is_directory: false }) => path,
                Some(Destination { path, is_directory: true }) => join(&path, &name(&self.source)?),
                None => place(&self.source, self.source.parent().unwrap_or(Path::new("")), roots)?,
            };
            return Ok(vec![(self.source.clone(), path)]);
        }
        let invalid = |error: glob::PatternError| Error::DataPattern {
            source_path: self.source.clone(),
            message: error.msg.to_owned(),
        };
        // Paths are found without `.` in them.
        let parts = self.source.components().filter(|part| !matches!(part, Component::CurDir));
        let pattern: PathBuf = parts.collect();
        let base = literal_part(&pattern);
        let pattern = pattern.to_str().ok_or_else(|| Error::NotUtf8 { path: self.source.clone() })?;
        let mut found = Vec::new();
        for path in glob::glob_with(pattern, OPTIONS).map_err(invalid)? {
            let path =
                path.map_err(|error| Error::io("read", error.path())(std::io::Error::from(error.error().kind())))?;
            let place = match &into {
                Some(into) => join(&into.path, &place(&path, &base, &[])?),
                None => place(&path, &base, roots)?,
            };
            found.push((path, place));
        }
        Ok(found)
    }
}

/// All files of some that are added, none of which takes the place of another one.
pub(crate) fn files(added: &[AddedData], source: &Source) -> Result<DataFiles, Error> {
    let (mut all, mut origins) = (DataFiles::new(), BTreeMap::<String, PathBuf>::new());
    for data in added {
        let mut files = DataFiles::new();
        for (path, place) in data.places(&source.roots())? {
            files = files.add(&path, &place);
            // Patterns find directories and what is in them.
            all = all.add(path, place);
        }
        let scan = files.scan()?;
        if scan.resources.is_empty() {
            return Err(Error::NoData { source_path: data.source.clone() });
        }
        for found in scan.resources {
            let (path, origin) = (found.resource.relative_path(), found.origin);
            if let Some(other) = origins.get(&path).filter(|other| !is_same(other, &origin)) {
                return Err(Error::DataClash { path, added: origin, packed: other.display().to_string() });
            }
            origins.insert(path, origin);
        }
    }
    Ok(all)
}

/// The paths of files that are not added, since the program has them anyway, or since packing writes them.
///
/// # Errors
///
/// [`Error::DataClash`] for another file, or a directory in the place of a file.
pub(crate) fn packed(
    files: &DataFiles,
    layers: &[Layer],
    source: &Source,
    outputs: &[PathBuf],
) -> Result<BTreeSet<String>, Error> {
    let is_beside = |row: &ReportRow, layer: &Layer| layer.kind().place() == source.place() || row.path.contains('/');
    let rows = layers.iter().flat_map(|layer| layer.rows().iter().filter(move |row| is_beside(row, layer)));
    let mut there: BTreeMap<&str, &str> = rows.map(|row: &ReportRow| (&*row.path, &*row.origin)).collect();
    let script = match source {
        Source::Script { path, .. } => path.file_name().and_then(|name| Some((name.to_str()?, path.to_str()?))),
        _ => None,
    };
    there.extend(script);
    let directories: BTreeMap<&str, &str> =
        there.iter().flat_map(|(path, origin)| parents(path).map(|parent| (parent, *origin))).collect();
    let mut same = BTreeSet::new();
    for found in files.scan()?.resources {
        let path = found.resource.relative_path();
        if beside::is_no_part(&found.origin, outputs) {
            same.insert(path);
            continue;
        }
        let clash = |origin: &&str| Error::DataClash {
            path: path.clone(),
            added: found.origin.clone(),
            packed: (*origin).to_owned(),
        };
        if let Some(origin) = there.get(&*path) {
            if !is_same(Path::new(origin), &found.origin) {
                return Err(clash(origin));
            }
            same.insert(path.clone());
        } else if let Some(origin) =
            directories.get(&*path).or_else(|| parents(&path).find_map(|parent| there.get(parent)))
        {
            return Err(clash(origin));
        }
    }
    Ok(same)
}

/// The names of all packages of some layers that are in a place.
pub(crate) fn packages(layers: &[Layer], place: Place) -> Result<BTreeSet<String>, Error> {
    let mut found = BTreeSet::new();
    for layer in layers {
        for entry in layer.blob()?.entries() {
            let entry = entry?;
            if entry.is(EntryFlags::PACKAGE) && entry.flags().place() == place {
                found.insert(entry.name().to_owned());
            }
        }
    }
    Ok(found)
}

/// Files that are added, those in a package as its own: loaders and `importlib.resources` find them.
pub(crate) struct InPackages<'a> {
    pub(crate) files: &'a DataFiles,
    /// Paths that are passed over.
    pub(crate) packed: BTreeSet<String>,
    /// The names of packages.
    pub(crate) packages: BTreeSet<String>,
    /// Where the application's own modules are.
    pub(crate) place: Place,
}

impl ResourceSource for InPackages<'_> {
    fn scan(&self) -> Result<Scan, pyox_scanner::Error> {
        let mut scan = self.files.scan()?;
        scan.resources.retain(|found| !self.packed.contains(&found.resource.relative_path()));
        for found in &mut scan.resources {
            found.place = Some(self.place);
            let Resource::File(file) = &found.resource else { continue };
            let is_package = |directory: &&str| self.packages.contains(&directory.replace('/', "."));
            // The innermost one comes last.
            if let Some(directory) = parents(&file.path).filter(is_package).last() {
                let (package, name) = (directory.replace('/', "."), file.path[directory.len() + 1..].to_owned());
                found.resource = Resource::PackageResource(PackageResource { package, name, data: file.data.clone() });
            }
        }
        Ok(scan)
    }
}

/// The directories that a path is in.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

/// Whether two files are one, or have the same content.
fn is_same(one: &Path, other: &Path) -> bool {
    let length = |path: &Path| path.metadata().map(|metadata| metadata.len()).ok();
    let canonical = |path: &Path| path.canonicalize().ok();
    (canonical(one).is_some() && canonical(one) == canonical(other))
        || (length(one).is_some()
            && length(one) == length(other)
            && std::fs::read(one).is_ok_and(|bytes| std::fs::read(other).is_ok_and(|others| bytes == others)))
}

/// Where something goes that was said.
struct Destination {
    path: String,
    /// Whether it is a directory for it to be in.
    is_directory: bool,
}

impl Destination {
    fn parse(text: &str, source: &Path) -> Result<Self, Error> {
        let outside = || Error::DataOutside { source_path: source.to_owned(), destination: text.to_owned() };
        let mut parts: Vec<&str> = Vec::new();
        for part in Path::new(text).components() {
            match part {
                Component::Normal(part) => parts.push(part.to_str().ok_or_else(outside)?),
                Component::CurDir => (),
                Component::ParentDir => parts.pop().map(drop).ok_or_else(outside)?,
                Component::RootDir | Component::Prefix(_) => return Err(outside()),
            }
        }
        if text.is_empty() || text.contains('\0') {
            return Err(outside());
        }
        // A directory has no name of its own at the root.
        let is_directory = (text.ends_with('/') || parts.is_empty() || text.ends_with("/.")) && !source.is_dir();
        Ok(Self { path: parts.join("/"), is_directory })
    }
}

/// The place of what was found below a directory of the application, or else below `base`.
fn place(path: &Path, base: &Path, roots: &[PathBuf]) -> Result<String, Error> {
    let absolute = std::path::absolute(path).map_err(Error::io("read", path))?;
    // The last part may be a link, whose place counts.
    let parent = absolute.parent().and_then(|parent| parent.canonicalize().ok());
    let real = match (parent, absolute.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => path.canonicalize().map_err(Error::io("read", path))?,
    };
    for root in roots {
        if let Some(place) = below(root, &real)? {
            return Ok(place);
        }
    }
    match below(base, path)? {
        Some(place) if !place.is_empty() && !place.starts_with("..") => Ok(place),
        _ => name(&real),
    }
}

/// The path below a directory, with `/`.
fn below(directory: &Path, path: &Path) -> Result<Option<String>, Error> {
    let Ok(rest) = path.strip_prefix(directory) else { return Ok(None) };
    let parts = rest.components().map(|part| part.as_os_str().to_str());
    let parts: Option<Vec<&str>> = parts.collect();
    let parts = parts.ok_or_else(|| Error::NotUtf8 { path: path.to_owned() })?;
    Ok(Some(parts.join("/")))
}

fn name(path: &Path) -> Result<String, Error> {
    let absolute = path.canonicalize().map_err(Error::io("read", path))?;
    let name = path.file_name().or_else(|| absolute.file_name()).and_then(|name| name.to_str());
    name.map(str::to_owned).ok_or_else(|| Error::NotUtf8 { path: path.to_owned() })
}

fn join(directory: &str, path: &str) -> String {
    [directory, path].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

/// The part of a pattern before the first that is none by itself.
fn literal_part(pattern: &Path) -> PathBuf {
    let is_literal = |part: &Component<'_>| part.as_os_str().to_str().is_some_and(|text| Pattern::escape(text) == text);
    let literal: PathBuf = pattern.components().take_while(is_literal).collect();
    // Something has to be left to be found.
    if literal == pattern { literal.parent().unwrap_or(Path::new("")).to_owned() } else { literal }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_stay_within() {
        let parse =
            |text: &str| Destination::parse(text, Path::new("file")).map(|found| (found.path, found.is_directory));
        for (text, path, is_directory) in [
            ("a/b", "a/b", false),
            ("./a//b/", "a/b", true),
            (".", "", true),
            ("a/../b", "b", false),
            ("a/.", "a", true),
        ] {
            assert_eq!(parse(text).unwrap(), (path.to_owned(), is_directory), "{text}");
        }
        for text in ["", "/etc", "..", "a/../../b"] {
            assert!(matches!(parse(text), Err(Error::DataOutside { .. })), "{text}");
        }
    }

    #[test]
    fn patterns_begin_where_they_say() {
        let literal = |pattern: &str| literal_part(Path::new(pattern)).display().to_string();
        assert_eq!(literal("a/b/*.txt"), "a/b");
        assert_eq!(literal("*.txt"), "");
        assert_eq!(literal("/a/[b]/c"), "/a");
        assert_eq!(literal("a/none"), "a");
    }
}
