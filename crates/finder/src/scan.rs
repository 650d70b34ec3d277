//! `find_resources_in_path`: Python resources in a directory.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use pyox_packed_resources::Resource;
use pyox_python_objects::{Gil, Object, Result, import, sys, value_error, with_causes};
use pyox_scanner::{Directory, Metadata, ResourceSource as _, Scan};

use crate::python_resources::object;

/// A list of the resources in a directory, sorted by path; contents are read when they are asked for.
pub(crate) fn find_resources_in_path(path: &Object) -> Result<Object> {
    let gil = path.gil();
    let path = path.to_fs_bytes()?;
    let directory = Directory::new(OsStr::from_bytes(&path)).cache_tag(cache_tag(gil)?);
    let scan = directory
        .extension_suffixes(extension_suffixes(gil)?)
        .scan()
        .map_err(|error| value_error(&with_causes(&error)))?;
    let versions = versions(&scan);
    Object::list(
        gil,
        scan.resources.into_iter().filter_map(|found| {
            let version = match &found.resource {
                Resource::DistributionResource(file) => versions.get(&file.directory),
                _ => None,
            };
            object(gil, found.resource, version.map_or("", String::as_str))
        }),
    )
}

/// Versions of distributions by their metadata directories.
fn versions(scan: &Scan) -> BTreeMap<String, String> {
    let mut versions = BTreeMap::new();
    for found in &scan.resources {
        if let Resource::DistributionResource(file) = &found.resource
            && matches!(file.name.as_str(), "METADATA" | "PKG-INFO")
            && let Ok(text) = file.data.read()
        {
            let version = || Metadata::parse(&String::from_utf8_lossy(&text)).version;
            versions.entry(file.directory.clone()).or_insert_with(version);
        }
    }
    versions
}

fn cache_tag(gil: Gil) -> Result<String> {
    let implementation = sys(gil, c"implementation").ok_or_else(|| value_error("sys.implementation is not there"))?;
    implementation.attr(c"cache_tag")?.to_str().map(str::to_owned)
}

fn extension_suffixes(gil: Gil) -> Result<Vec<String>> {
    let mut suffixes = Vec::new();
    import(gil, c"_imp")?.call_method(c"extension_suffixes", &[])?.for_each(|suffix| {
        suffixes.push(suffix.to_str()?.to_owned());
        Ok(())
    })?;
    Ok(suffixes)
}
