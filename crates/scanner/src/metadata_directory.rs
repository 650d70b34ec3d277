//! Metadata directories of distributions: `.dist-info` ([PEP 376](https://peps.python.org/pep-0376/)) and `.egg-info`.

/// Directory and name of a metadata file, if the path is that of one.
///
/// An `.egg-info` that is a single file is what `PKG-INFO` is in a directory, and is treated as that.
pub(crate) fn split(path: &str) -> Option<(&str, &str)> {
    match path.split_once('/') {
        Some((directory, name)) => is_metadata_directory(directory).then_some((directory, name)),
        None => (path.len() > ".egg-info".len() && path.ends_with(".egg-info")).then_some((path, "PKG-INFO")),
    }
}

fn is_metadata_directory(directory: &str) -> bool {
    directory == "EGG-INFO"
        || [".dist-info", ".egg-info"].iter().any(|end| directory.strip_suffix(end).is_some_and(|s| !s.is_empty()))
}

/// Files that tell how and where a distribution was installed, which is neither reproducible nor true of a packaged
/// program.
pub(crate) fn is_installation_note(name: &str) -> bool {
    const NOTES: [&str; 9] = [
        "INSTALLER",
        "REQUESTED",
        "direct_url.json",
        "provenance_url.json",
        "uv_cache.json",
        "uv_build.json",
        "installed-files.txt",
        "RECORD.jws",
        "RECORD.p7s",
    ];
    NOTES.contains(&name)
}
