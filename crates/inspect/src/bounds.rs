//! A small file must not take much time or memory, whatever its tables say.

use pyox_legacy_resources::Packed;
use pyox_packed_resources::{Error, Index};

/// How many bytes of names and records are read at most for each byte of a file: entries may share their fields, and
/// both their names.
const MOST_READ: u64 = 64;

/// What a record counts, in bytes: less than `MOST_READ` times the shortest one, and more than it takes in memory.
const RECORD: u64 = 256;

/// Refuses resources of so many bytes whose entries and fields are out of proportion to them.
pub(crate) fn check_index(packed: &Packed<'_>, length: usize) -> Result<(), Error> {
    let limit = MOST_READ.saturating_mul(length as u64);
    let mut read = 0_u64;
    let mut count = |names: usize| {
        read = read.saturating_add(RECORD).saturating_add(names as u64);
        let (what, offset, length) = ("names of entries", 0, read);
        if read > limit { Err(Error::OutOfBounds { what, offset, length, limit }) } else { Ok(()) }
    };
    // What is damaged is an error when it is needed.
    for entry in packed.entries().flatten() {
        count(entry.name().len())?;
        for field in entry.fields().flatten() {
            count(entry.name().len() + field.key().len())?;
        }
    }
    Ok(())
}
