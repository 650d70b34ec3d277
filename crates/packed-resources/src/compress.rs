//! The only place that knows zstd.

use crate::error::Error;

/// A block of at most 128 KiB takes at least four bytes, so a frame cannot hold more than this for each of its bytes:
/// memory must not follow a lying length.
#[cfg(feature = "zstd")]
const MAX_RATIO: u64 = (128 << 10) / 4;

#[cfg(feature = "zstd")]
pub(crate) fn decompress(stored: &[u8], length: u64) -> Result<Vec<u8>, Error> {
    let damaged = |source| Error::Decompress { expected: length, source };
    if length > (stored.len() as u64).saturating_mul(MAX_RATIO) {
        return Err(damaged(None));
    }
    let capacity = usize::try_from(length).map_err(|_| damaged(None))?;
    let value = zstd::bulk::decompress(stored, capacity).map_err(|error| damaged(Some(error)))?;
    if value.len() == capacity { Ok(value) } else { Err(damaged(None)) }
}

#[cfg(not(feature = "zstd"))]
pub(crate) fn decompress(_stored: &[u8], _length: u64) -> Result<Vec<u8>, Error> {
    Err(Error::CompressionDisabled)
}

#[cfg(feature = "zstd")]
pub(crate) fn compress(raw: &[u8], level: i32) -> Result<Vec<u8>, Error> {
    zstd::bulk::compress(raw, level).map_err(Error::Write)
}

#[cfg(not(feature = "zstd"))]
pub(crate) fn compress(_raw: &[u8], _level: i32) -> Result<Vec<u8>, Error> {
    Err(Error::CompressionDisabled)
}
