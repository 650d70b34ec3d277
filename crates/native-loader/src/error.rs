use std::error::Error as _;
use std::io;

use crate::cache::VARIABLE;
use crate::memory::MemoryError;

/// Why a library is not loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The dynamic loader refuses it.
    #[error("{message}")]
    Refused {
        /// The library.
        name: String,
        /// What the dynamic loader says.
        message: String,
    },
    /// It can be held neither in memory nor in a file.
    #[error(
        "cannot load the library of {name} from memory: {}; nor can it be written to a file: {file}. {} {} to a \
         directory for files",
        with_cause(.memory), if matches!(.memory, MemoryError::NoProc) { "Mount /proc, or set" } else { "Set" },
        VARIABLE.to_string_lossy()
    )]
    NoPlace {
        /// The library.
        name: String,
        /// Why not in memory.
        memory: MemoryError,
        /// Why not in a file.
        file: io::Error,
    },
    /// A library that others need in a circle cannot be held in memory.
    #[error("cannot load the library of {name} from memory")]
    Memory {
        /// The library.
        name: String,
        /// The reason.
        source: MemoryError,
    },
    /// A library that others need in a circle has no path.
    #[error("{name} needs libraries that need it, which is loaded from memory only: {reason}. Mount /proc")]
    NoPath {
        /// The library.
        name: String,
        /// The reason.
        reason: MemoryError,
    },
    /// A library has to be named by its path in memory, because two need each other or the C library is musl, and its
    /// name is too short to be replaced by that, or is not there.
    #[error("{name} needs {needed}, which cannot be named by its path in memory")]
    Unrenamed {
        /// The library.
        name: String,
        /// The library that it needs.
        needed: String,
    },
}

impl LoadError {
    /// The library that is not loaded.
    pub fn name(&self) -> &str {
        match self {
            Self::Refused { name, .. }
            | Self::NoPlace { name, .. }
            | Self::Memory { name, .. }
            | Self::NoPath { name, .. }
            | Self::Unrenamed { name, .. } => name,
        }
    }
}

fn with_cause(error: &MemoryError) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_is_asked_for_where_that_helps() {
        let said = |memory| LoadError::NoPlace { name: "x".into(), memory, file: io::Error::other("full") }.to_string();
        let variable = "PYOXIDIZER_PACKAGE_CACHE to a directory for files";
        assert!(said(MemoryError::NoProc).ends_with(&format!(": full. Mount /proc, or set {variable}")));
        let too_large = MemoryError::Make(io::Error::other("too large"));
        assert!(
            said(too_large).ends_with(&format!("too large; nor can it be written to a file: full. Set {variable}"))
        );
    }
}
