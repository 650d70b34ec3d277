//! The files among installed packages that the interpreter reads when it starts: `.pth` files
//! ([site](https://docs.python.org/3/library/site.html)), and `.start` files since Python 3.15
//! ([PEP 829](https://peps.python.org/pep-0829/)).

use pyox_interpreter_config::directories;
use pyox_layers::Layer;
use pyox_packed_resources::{Entry, EntryFlags, FieldKind};
use pyox_scanner::PathLine;

use crate::error::Error;

/// The last number of Python's version that reads `.start` files.
const START_FILES: u8 = 15;

/// Whether a layer has one that Python 3.`minor` reads.
///
/// # Errors
///
/// A layer that is damaged.
pub fn is_in(layers: &[Layer], minor: u8) -> Result<bool, Error> {
    let mut found = false;
    each(layers, minor, |_, _| {
        found = true;
        Ok(())
    })?;
    Ok(found)
}

/// Packages whose modules are top-level ones too, as a `.pth` file adds their directory to `sys.path`: `a.b` for the
/// line `a/b`.
pub(crate) fn added_packages(layers: &[Layer], minor: u8) -> Result<Vec<String>, Error> {
    let mut packages = Vec::new();
    each(layers, minor, |name, entry| {
        let Some(field) = entry.field(FieldKind::File)?.filter(|_| name.ends_with(".pth")) else { return Ok(()) };
        let lines = PathLine::parse(name, &String::from_utf8_lossy(&field.read()?));
        packages.extend(lines.into_iter().map(|line| line.path.trim_matches('/').replace('/', ".")));
        Ok(())
    })?;
    Ok(packages)
}

/// Calls `found` with the name and the entry of each.
fn each(
    layers: &[Layer],
    minor: u8,
    mut found: impl FnMut(&str, &Entry<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let directory = format!("{}/", directories::site_packages(minor));
    for layer in layers {
        for entry in layer.blob()?.entries_with_prefix(&directory)? {
            let entry = entry?;
            let name = &entry.name()[directory.len()..];
            let is_read = name.ends_with(".pth") || minor >= START_FILES && name.ends_with(".start");
            if is_read && !name.contains('/') && entry.is(EntryFlags::FILE) {
                found(name, &entry)?;
            }
        }
    }
    Ok(())
}
