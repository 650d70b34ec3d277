//! Files of packages and distributions, by their paths.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use pyox_packed_resources::{EntryFlags, Error, Field, FieldKind};
use pyox_python_objects::Result;

use super::{Catalogue, Found, damaged, dotted};

impl Catalogue {
    /// The data file at a path below an item of `sys.path`. The innermost package around it decides: if that does not
    /// have it, it is not there. Namespace packages do not count, as others may own the files in their directories.
    pub(crate) fn package_resource(&self, relative: &str) -> Result<Option<(Found<'_>, Field<'_>)>> {
        for (slash, _) in relative.rmatch_indices('/') {
            let Some(package) = dotted(&relative[..slash]) else { continue };
            let Some(entry) = self.entry(&package)? else { continue };
            if let Some(found) = entry.field_with_key(FieldKind::PackageResource, &relative[slash + 1..])? {
                return Ok(Some((entry, found)));
            }
            if entry.is(EntryFlags::MODULE) && entry.is(EntryFlags::PACKAGE) {
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// The distributions and their metadata directories. Resources of version 3 do not have the directory: it follows
    /// from the metadata.
    pub(crate) fn distributions(&self) -> impl Iterator<Item = Result<(Found<'_>, String)>> {
        self.entries("").filter_map(|entry| match entry {
            Ok(entry) => metadata_directory(&entry).transpose().map(|directory| Ok((entry, directory?))),
            Err(raised) => Some(Err(raised)),
        })
    }

    /// The distribution with this metadata directory.
    pub(crate) fn distribution_in(&self, directory: &str) -> Result<Option<Found<'_>>> {
        let of_all =
            || self.distributions().map(|found| found.map(|(entry, place)| (place.into(), entry.name().into())));
        let distribution = self.metadata_directories.distribution(directory, of_all)?;
        distribution.map_or(Ok(None), |name| self.entry(name))
    }

    /// The package that owns a directory without modules, and the directory's path inside it with a trailing `/`:
    /// `a.data` in the package `a` becomes (`a`, `data/`). Such a directory is a namespace package to `import`.
    pub(crate) fn data_directory(&self, name: &str) -> Result<Option<(Found<'_>, String)>> {
        for (dot, _) in name.rmatch_indices('.') {
            let Some(entry) = self.entry(&name[..dot])? else { continue };
            if !entry.is(EntryFlags::PACKAGE) {
                return Ok(None);
            }
            let prefix = format!("{}/", name[dot + 1..].replace('.', "/"));
            let files = entry.with_prefix(FieldKind::PackageResource, &prefix);
            let has = files.map_err(|error| damaged(&error, entry.name()))?.flatten().next().is_some();
            return Ok(has.then_some((entry, prefix)));
        }
        Ok(None)
    }
}

/// Names of distributions by their metadata directories. That takes a look at every entry, and is done once, when it is
/// first needed: most paths that are asked for are in no such directory.
#[derive(Clone, Default)]
pub(super) struct MetadataDirectories(OnceLock<BTreeMap<Box<str>, Box<str>>>);

impl MetadataDirectories {
    /// The distribution with a metadata directory; `of_all` are the directories and distributions of all entries.
    fn distribution<I>(&self, directory: &str, of_all: impl FnOnce() -> I) -> Result<Option<&str>>
    where
        I: Iterator<Item = Result<(Box<str>, Box<str>)>>,
    {
        if self.0.get().is_none() {
            let mut names = BTreeMap::new();
            for found in of_all() {
                let (directory, name) = found?;
                names.entry(directory).or_insert(name);
            }
            // Another thread may have been faster, with the same.
            let _ = self.0.set(names);
        }
        Ok(self.0.get().and_then(|names| names.get(directory)).map(|name| &**name))
    }
}

/// The metadata directory of an entry, if that is a distribution.
fn metadata_directory(entry: &Found<'_>) -> Result<Option<String>> {
    let is_distribution = entry.is(EntryFlags::DISTRIBUTION);
    if is_distribution && let Some(directory) = entry.text(FieldKind::MetadataDirectory)? {
        return Ok(Some(directory));
    }
    if !is_distribution && !entry.has(FieldKind::DistributionResource) {
        return Ok(None);
    }
    match pyox_legacy_resources::metadata_directory(entry) {
        Ok(directory) => Ok(Some(directory)),
        Err(Error::NotRepresentable { .. }) => Ok(None),
        Err(error) => Err(damaged(&error, entry.name())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_not_there_costs_no_look_at_all_entries() {
        let entries = [("a-1.dist-info", "a"), ("b-2.dist-info", "b")];
        let (directories, looks) = (MetadataDirectories::default(), std::cell::Cell::new(0));
        let find = |directory: &str| {
            let of_all = || entries.iter().map(|&(place, name)| Ok((place.into(), name.into())));
            let counted = || of_all().inspect(|_| looks.set(looks.get() + 1));
            directories.distribution(directory, counted).unwrap().map(str::to_owned)
        };
        for _ in 0..100 {
            assert_eq!(find("no.dist-info"), None);
        }
        assert_eq!(find("b-2.dist-info").as_deref(), Some("b"));
        assert_eq!(looks.get(), entries.len());
    }
}
