//! What a person can do about an error.

mod catalogue;
mod inputs;
mod inspect;
mod licenses;
mod linker;
mod packaging;
mod python;
mod standalone;

use std::error::Error;
use std::io::ErrorKind;

use pyox_packed_resources::{Damage, Error as FormatError};

use crate::text::Mistake;

/// What a person can do about an error, of those that are known here.
pub fn of_one(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(mistake) = error.downcast_ref::<Mistake>() {
        return Some(mistake.hint().to_owned());
    }
    if let Some(damage) = error.downcast_ref::<Damage>() {
        return Some(match damage {
            Damage::Content { error, .. } if matches!(**error, FormatError::DecodedLimit { .. }) => {
                DECODED_LIMIT.into()
            }
            _ => "copy it or make it again".into(),
        });
    }
    let packaging = error.downcast_ref().and_then(packaging::hint);
    let inputs = || error.downcast_ref().and_then(inputs::hint);
    let linker = || error.downcast_ref().and_then(linker::hint);
    let python = || error.downcast_ref().and_then(python::hint).or_else(|| error.downcast_ref().and_then(python::pip));
    let scan = || error.downcast_ref().and_then(inputs::scan).map(str::to_owned);
    let standalone = || error.downcast_ref().and_then(standalone::hint);
    let cache = || error.downcast_ref().and_then(python::cache);
    let inspect = || error.downcast_ref().and_then(inspect::hint);
    let analyze = || error.downcast_ref().map(inspect::analyze);
    let catalogue = || error.downcast_ref().and_then(catalogue::hint);
    let licenses = || error.downcast_ref().and_then(licenses::hint);
    let output = || error.downcast_ref().and_then(output);
    let format = || error.downcast_ref().and_then(format);
    let build = || error.downcast_ref().and_then(build);
    let setting = || error.downcast_ref().and_then(crate::settings::hint);
    packaging
        .or_else(inputs)
        .or_else(linker)
        .or_else(python)
        .or_else(scan)
        .or_else(standalone)
        .or_else(cache)
        .or_else(inspect)
        .or_else(analyze)
        .or_else(catalogue)
        .or_else(licenses)
        .or_else(output)
        .or_else(format)
        .or_else(setting)
        .or_else(build)
}

/// Making artifacts for a Rust program: what is wrong is in one of the libraries that do it.
fn build(error: &pyox_build::Error) -> Option<String> {
    use pyox_build::Error;
    match error {
        Error::Packaging(error) => packaging::hint(error),
        Error::Distribution(error) => python::hint(error),
        Error::Cache(error) => python::cache(error),
        Error::Output(error) => output(error),
        Error::Io { source, .. } => io(source.kind()),
        _ => None,
    }
}

/// What to do about values that are too long once decoded.
const DECODED_LIMIT: &str = "if you trust the file, allow more with --max-decoded MIB";

fn format(error: &FormatError) -> Option<String> {
    match error {
        FormatError::DecodedLimit { .. } => Some(DECODED_LIMIT.into()),
        FormatError::Write(error) => io(error.kind()),
        _ => None,
    }
}

fn output(error: &pyox_output::Error) -> Option<String> {
    use pyox_output::Error;
    match error {
        Error::NoDirectory { directory, .. } => {
            Some(format!("create it with `mkdir -p {}`, or name another output with -o", directory.display()))
        }
        Error::IsDirectory { .. } | Error::IsSpecial { .. } | Error::IsInput { .. } | Error::IsForeign { .. } => {
            Some("name another output with -o".into())
        }
        Error::Collide { .. } => Some("name different files".into()),
        Error::Io { source, .. } => io(source.kind()),
        _ => None,
    }
}

fn io(kind: ErrorKind) -> Option<String> {
    let text = match kind {
        ErrorKind::NotFound => "check how the path is written, and from which directory it is meant",
        ErrorKind::IsADirectory => "name a file",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "ask for access, or write elsewhere with -o; the cache is at PYOXIDIZER_CACHE_DIR"
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space, or write elsewhere with -o",
        _ => return None,
    };
    Some(text.into())
}
