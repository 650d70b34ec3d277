//! The metadata directory of a distribution, which version 3 does not record: it follows from the distribution's name
//! as version 3 spells it and from its files, so that nothing is lost on the way to version 4 and back.

use pyox_packed_resources::{Decoder, Entry, Error, FieldKind, normalize_project_name};

/// The longest metadata that is read, in bytes: its first lines count.
const MOST_METADATA: u64 = 16 << 20;

/// The metadata directory of the distribution whose files an entry of version 3 has, for example
/// `PyYAML-6.0.1.dist-info`.
///
/// # Errors
///
/// [`Error::NotRepresentable`] if no directory can have such a name; damage of the entry.
pub fn directory(entry: &Entry<'_>) -> Result<String, Error> {
    let name = entry.name();
    if name.is_empty() || name.contains(['/', '\\', '\0']) {
        let what = format!("the distribution {name:?}: it is no name of a project");
        return Err(Error::NotRepresentable { version: 4, what });
    }
    Ok(format!("{name}{}", ending(entry)?))
}

/// The name in a `directory`, unless that is not the one that follows from the files.
///
/// # Errors
///
/// Damage of the entry.
pub(crate) fn project_name<'d>(directory: &'d str, entry: &Entry<'_>) -> Result<Option<&'d str>, Error> {
    let name = directory.strip_suffix(&*ending(entry)?);
    Ok(name.filter(|name| !name.is_empty() && normalize_project_name(name) == entry.name()))
}

/// What follows the name: the version, if a file in memory tells it, and the suffix.
fn ending(entry: &Entry<'_>) -> Result<String, Error> {
    let file = |name| entry.keyed(FieldKind::DistributionResource, name);
    let (metadata, suffix) = match (file("METADATA")?, file("PKG-INFO")?) {
        (None, Some(metadata)) => (Some(metadata), ".egg-info"),
        (metadata, _) => (metadata, ".dist-info"),
    };
    let text = match metadata {
        Some(field) if field.file()?.is_none() => Decoder::new().read_at_most(&field, MOST_METADATA)?,
        _ => return Ok(suffix.to_owned()),
    };
    let text = String::from_utf8_lossy(&text);
    let headers = text.lines().take_while(|line| !line.is_empty());
    let version = headers.filter_map(|line| line.strip_prefix("Version:")).map(str::trim).next();
    Ok(match version {
        Some(version) if !version.contains(['/', '\\', '\0']) => format!("-{version}{suffix}"),
        _ => suffix.to_owned(),
    })
}
