//! What of a payload tells it from other bytes.

/// How a payload starts: it is packed resources of version 4, which have their length in bytes at offset 16.
pub const PAYLOAD_MAGIC: [u8; 8] = *b"pyembed\x04";

/// The length that the header of a payload states, in bytes. What does not start like one says nothing.
pub(crate) fn stated_len(payload: &[u8]) -> Option<u64> {
    let length = payload.starts_with(&PAYLOAD_MAGIC).then(|| payload.get(16..24))??;
    length.try_into().ok().map(u64::from_le_bytes)
}
