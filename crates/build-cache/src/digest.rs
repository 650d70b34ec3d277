//! SHA-256 over fields that cannot run into each other.

use sha2::{Digest as _, Sha256};

/// Collects fields; each is hashed with its length before it.
pub struct Fields(Sha256);

impl Fields {
    /// `purpose` keeps digests that are made for different things apart, and carries a version.
    pub fn new(purpose: &str) -> Self {
        Self(Sha256::new()).add(purpose)
    }

    /// Adds a field.
    #[must_use]
    pub fn add(mut self, field: impl AsRef<[u8]>) -> Self {
        self.push(field);
        self
    }

    /// Adds a field.
    pub fn push(&mut self, field: impl AsRef<[u8]>) {
        let field = field.as_ref();
        self.0.update((field.len() as u64).to_le_bytes());
        self.0.update(field);
    }

    /// The digest.
    pub fn bytes(self) -> [u8; 32] {
        self.0.finalize().into()
    }

    /// The digest as hexadecimal digits.
    pub fn hex(self) -> String {
        hex(&self.bytes())
    }
}

/// The first 32 hexadecimal digits of the SHA-256 of parts, each with its length before it.
pub fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut fields = Fields(Sha256::new());
    parts.into_iter().for_each(|part| fields.push(part));
    hex(&fields.bytes()[..16])
}

/// Hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_do_not_run_into_each_other() {
        let digest = |fields: &[&str]| {
            let mut all = Fields::new("test");
            fields.iter().for_each(|field| all.push(field));
            all.hex()
        };
        assert_eq!(digest(&["ab", "c"]), digest(&["ab", "c"]));
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_ne!(digest(&["ab"]), digest(&["ab", ""]));
        assert_eq!(digest(&[]).len(), 64);
    }
}
