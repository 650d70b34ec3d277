//! Digests of what has parts.

use sha2::{Digest as _, Sha256};

/// SHA-256 over parts that cannot run into each other: each is hashed after its length.
#[derive(Clone, Debug, Default)]
pub struct PartsDigest(Sha256);

impl PartsDigest {
    /// Adds a part, and returns the digest for the next one.
    #[must_use]
    pub fn with(mut self, part: impl AsRef<[u8]>) -> Self {
        self.push(part);
        self
    }

    /// Adds a part.
    pub fn push(&mut self, part: impl AsRef<[u8]>) {
        let part = part.as_ref();
        self.begin_part(part.len() as u64);
        self.0.update(part);
    }

    /// Says that a part of `length` bytes is written next, in pieces.
    pub fn begin_part(&mut self, length: u64) {
        self.0.update(length.to_le_bytes());
    }

    /// Adds a number, which needs no length.
    pub fn push_number(&mut self, number: u32) {
        self.0.update(number.to_le_bytes());
    }

    /// The digest.
    pub fn bytes(self) -> [u8; 32] {
        self.0.finalize().into()
    }

    /// The digest in hexadecimal digits.
    pub fn hex(self) -> String {
        crate::hex(&self.bytes())
    }
}

/// Takes the pieces of a part that was begun.
impl std::io::Write for PartsDigest {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
