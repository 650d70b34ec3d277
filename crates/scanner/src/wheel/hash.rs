//! Hashes in `RECORD`.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::error::Error;

/// A hash as `RECORD` writes it: `sha256=` and the digest in URL-safe base64 without padding.
#[derive(Debug, Clone)]
pub(super) struct Hash {
    pub(super) algorithm: Algorithm,
    digest: String,
}

/// The algorithms that PEP 427 accepts: "sha256 or better".
#[derive(Debug, Clone, Copy)]
pub(super) enum Algorithm {
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }
}

pub(super) enum Hasher {
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
}

impl Hasher {
    pub(super) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256(Sha256::new()),
            Algorithm::Sha384 => Self::Sha384(Sha384::new()),
            Algorithm::Sha512 => Self::Sha512(Sha512::new()),
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Sha384(hasher) => hasher.update(bytes),
            Self::Sha512(hasher) => hasher.update(bytes),
        }
    }

    pub(super) fn finish(self) -> String {
        match self {
            Self::Sha256(hasher) => URL_SAFE_NO_PAD.encode(hasher.finalize()),
            Self::Sha384(hasher) => URL_SAFE_NO_PAD.encode(hasher.finalize()),
            Self::Sha512(hasher) => URL_SAFE_NO_PAD.encode(hasher.finalize()),
        }
    }
}

impl Hash {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (algorithm, digest) = text.split_once('=')?;
        let algorithm = match algorithm {
            "sha256" => Algorithm::Sha256,
            "sha384" => Algorithm::Sha384,
            "sha512" => Algorithm::Sha512,
            _ => return None,
        };
        Some(Self { algorithm, digest: digest.trim_end_matches('=').to_owned() })
    }

    pub(super) fn check(&self, path: &Path, member: &str, actual: String) -> Result<(), Error> {
        if self.digest == actual {
            return Ok(());
        }
        let name = self.algorithm.name();
        Err(Error::HashMismatch {
            path: path.to_owned(),
            member: member.to_owned(),
            expected: format!("{name}={}", self.digest),
            actual: format!("{name}={actual}"),
        })
    }
}
