//! Distributions that can be downloaded.

use std::io::ErrorKind;

use pyox_catalogue::{Error, Flavor, MIRROR_VARIABLE, TransferError};

pub(super) fn hint(error: &Error) -> Option<String> {
    Some(match error {
        Error::Request { .. } => {
            "write it as 3.13, 3.13.15, cpython-3.13.15+20260814, or as the name of an archive".into()
        }
        Error::Flavor { .. } => format!("flavors are {}", Flavor::NAMES.map(|(name, _)| name).join(", ")),
        Error::NotFound { archives, .. } if !archives.is_empty() => {
            format!("of another flavor there are {}", archives.join(", "))
        }
        Error::NotFound { versions, .. } if !versions.is_empty() => {
            format!("for this target there are {}", versions.join(", "))
        }
        Error::NotFound { targets, .. } => format!("there are archives for {}", targets.join(", ")),
        Error::File { .. } => "the URL ends with the name of a file, and the SHA-256 has 64 hexadecimal digits".into(),
        Error::Catalogue { .. } => "tools/catalogue.py makes a catalogue from a release listing".into(),
        Error::Insecure { .. } => "download it yourself, and give its path".into(),
        Error::Offline { .. } => "leave out --offline, and unset PYOXIDIZER_OFFLINE".into(),
        Error::Transfer { source: TransferError::Status { status: 404 | 410 }, .. } => {
            format!("check {MIRROR_VARIABLE} or the catalogue")
        }
        Error::Transfer { .. } => format!(
            "try again: it goes on where it broke off. Behind a proxy, HTTPS_PROXY names it, and SSL_CERT_FILE its \
             certificates; {MIRROR_VARIABLE} names another server"
        ),
        Error::Digest { .. } | Error::TooLong { .. } => {
            "nothing of it is kept: what is on the way, a proxy or a mirror, sends another file".into()
        }
        Error::Certificates { .. } => "name a file in PEM format, or unset them".into(),
        Error::Io { source, .. } => return io(source.kind()),
        _ => return None,
    })
}

fn io(kind: ErrorKind) -> Option<String> {
    match kind {
        ErrorKind::NotFound => super::io(kind),
        _ => Some("the cache is at PYOXIDIZER_CACHE_DIR, which may name another directory".into()),
    }
}
