//! Comparison of a wheel with its `RECORD`.

use super::archive::{Archive, Member};
use crate::error::Error;
use crate::record::{RecordRow, record_rows};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256, Sha384, Sha512};
use std::collections::BTreeMap;
use std::path::Path;

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
    fn parse(text: &str) -> Option<Self> {
        let (algorithm, digest) = text.split_once('=')?;
        let algorithm = match algorithm {
            "sha256" => Algorithm::Sha256,
            "sha384" => Algorithm::Sha384,
            "sha512" => Algorithm::Sha512,
            _ => return None,
        };
        Some(Self { algorithm, digest: digest.trim_end_matches('=').to_owned() })
    }

    pub(super) fn check(&self, path: &Path, member: &Member, actual: String) -> Result<(), Error> {
        if self.digest == actual {
            return Ok(());
        }
        let name = self.algorithm.name();
        Err(Error::HashMismatch {
            path: path.to_owned(),
            member: member.name.clone(),
            expected: format!("{name}={}", self.digest),
            actual: format!("{name}={actual}"),
        })
    }
}

/// Checks every file against `RECORD`, and returns the hashes in the order of the members; `RECORD` has none.
pub(super) fn verify(archive: &Archive, dist_info: &str, text: &str) -> Result<Vec<Option<Hash>>, Error> {
    let path = archive.path();
    let mut rows = listed(path, text)?;
    let mut hashes = Vec::with_capacity(archive.members().len());
    for member in archive.members() {
        let row = rows.remove(&member.name);
        let signature = member
            .name
            .strip_prefix(dist_info)
            .is_some_and(|name| matches!(name, "/RECORD" | "/RECORD.jws" | "/RECORD.p7s"));
        if signature {
            hashes.push(None);
            continue;
        }
        let Some(row) = row else {
            return Err(Error::Unlisted { path: path.to_owned(), member: member.name.clone() });
        };
        hashes.push(Some(check(archive, member, &row)?));
    }
    match rows.into_keys().find(|name| !name.ends_with('/')) {
        Some(member) => Err(Error::ListedButMissing { path: path.to_owned(), member }),
        None => Ok(hashes),
    }
}

fn listed(path: &Path, text: &str) -> Result<BTreeMap<String, RecordRow>, Error> {
    let mut rows: BTreeMap<String, RecordRow> = BTreeMap::new();
    for row in record_rows(text) {
        let invalid = |problem| Error::Record { path: path.to_owned(), line: row.line, problem };
        if !row.size.is_empty() && row.size.parse::<u64>().is_err() {
            return Err(invalid("the size is not a number"));
        }
        match rows.get(&row.path) {
            Some(first) if (&first.hash, &first.size) != (&row.hash, &row.size) => {
                return Err(invalid("an earlier line says something else of the same file"));
            }
            _ => rows.insert(row.path.clone(), row),
        };
    }
    Ok(rows)
}

fn check(archive: &Archive, member: &Member, row: &RecordRow) -> Result<Hash, Error> {
    let path = archive.path().to_owned();
    if let Ok(expected) = row.size.parse::<u64>()
        && expected != member.size
    {
        return Err(Error::SizeMismatch { path, member: member.name.clone(), expected, actual: member.size });
    }
    let Some(hash) = Hash::parse(&row.hash) else {
        return Err(Error::WeakHash { path, member: member.name.clone(), found: row.hash.clone() });
    };
    let mut hasher = Hasher::new(hash.algorithm);
    archive.stream(member, |chunk| hasher.update(chunk))?;
    hash.check(&path, member, hasher.finish())?;
    Ok(hash)
}
