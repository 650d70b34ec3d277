//! What can go wrong.

use std::io;
use std::path::PathBuf;

use crate::request::Request;

/// What can go wrong with choosing and getting an archive. URLs in it are without passwords.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Text that does not ask for a Python.
    #[error("{text:?} does not name a Python distribution")]
    Request {
        /// As given.
        text: String,
    },
    /// Text that names no flavor.
    #[error("{text:?} is no flavor of distributions")]
    Flavor {
        /// As given.
        text: String,
    },
    /// The catalogue has nothing that fits.
    #[error("no distribution {request} for {}", .request.target())]
    NotFound {
        /// What was asked for.
        request: Box<Request>,
        /// `VERSION+RELEASE` of all archives for the target.
        versions: Vec<String>,
        /// All targets.
        targets: Vec<String>,
        /// The archives for the target that have the version, and are of another flavor.
        archives: Vec<String>,
    },
    /// A URL that names no file, or a digest that is none.
    #[error("no file can be had from {url} by the SHA-256 {sha256:?}")]
    File {
        /// Where it would be from.
        url: String,
        /// As given.
        sha256: String,
    },
    /// A catalogue is not in the format.
    #[error("{origin} is no catalogue of distributions: {message}")]
    Catalogue {
        /// Where it is from.
        origin: String,
        /// What is wrong.
        message: String,
    },
    /// A catalogue would come from the network without protection, or from no place that is known.
    #[error("a catalogue cannot be taken from {url}: it has to be https")]
    Insecure {
        /// Where it would be from.
        url: String,
    },
    /// It is not here, and the network may not be used.
    #[error("{url} was not downloaded before, and the network may not be used")]
    Offline {
        /// Where it would be from.
        url: String,
    },
    /// It could not be transferred.
    #[error("cannot download {url}")]
    Transfer {
        /// Where it is from.
        url: String,
        /// Why the last attempt failed.
        #[source]
        source: TransferError,
    },
    /// What arrived is something else. Nothing of it is kept.
    #[error("{url} has SHA-256 {actual}, and {expected} is expected")]
    Digest {
        /// Where it is from.
        url: String,
        /// What the catalogue says.
        expected: String,
        /// What has arrived.
        actual: String,
    },
    /// More arrives than any archive has. Nothing of it is kept.
    #[error("{url} has more than {limit} bytes")]
    TooLong {
        /// Where it is from.
        url: String,
        /// The limit, in bytes.
        limit: u64,
    },
    /// Certificates that were named cannot be used.
    #[error("cannot read the certificates that SSL_CERT_FILE or SSL_CERT_DIR name: {message}")]
    Certificates {
        /// What is wrong.
        message: String,
    },
    /// A file could not be read or written.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// A verb.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}

/// Why one attempt to transfer something failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// The server answers with something else.
    #[error("the server answers with status {status}")]
    Status {
        /// The status of HTTP.
        status: u16,
    },
    /// The connection ended early.
    #[error("the connection ended after {received} of {} bytes", .announced.map_or("?".into(), |all| all.to_string()))]
    Incomplete {
        /// How many have arrived.
        received: u64,
        /// How many the server announced.
        announced: Option<u64>,
    },
    /// The connection could not be made, broke off, or stalled.
    #[error("{message}")]
    Connection {
        /// What happened.
        message: String,
        /// Whether trying again may help.
        transient: bool,
    },
}

impl TransferError {
    /// Whether trying again may help.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Status { status } => matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504),
            Self::Incomplete { .. } => true,
            Self::Connection { transient, .. } => *transient,
        }
    }
}
