//! Comparison of a wheel with its `RECORD`.

use std::collections::BTreeMap;
use std::path::Path;

use super::archive::{Archive, Member};
use super::hash::{Hash, Hasher};
use crate::error::Error;
use crate::record::{RecordRow, record_rows};

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
    hash.check(&path, &member.name, hasher.finish())?;
    Ok(hash)
}
