//! SHA-256 over fields that cannot run into each other.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

/// Collects fields; each is hashed with its length before it.
pub(crate) struct Fields(Sha256);

impl Fields {
    /// `purpose` keeps digests that are made for different things apart, and carries a version.
    pub(crate) fn new(purpose: &str) -> Self {
        Self(Sha256::new()).add(purpose)
    }

    pub(crate) fn add(mut self, field: impl AsRef<[u8]>) -> Self {
        self.push(field);
        self
    }

    pub(crate) fn push(&mut self, field: impl AsRef<[u8]>) {
        let field = field.as_ref();
        self.0.update((field.len() as u64).to_le_bytes());
        self.0.update(field);
    }

    /// The content of a file, which is never held whole.
    pub(crate) fn push_file(&mut self, path: &Path) -> io::Result<()> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        self.0.update(length.to_le_bytes());
        match hash_pieces(&mut file, &mut self.0)? {
            read if read == length => Ok(()),
            _ => Err(io::Error::other("it changes while it is read")),
        }
    }

    pub(crate) fn bytes(self) -> [u8; 32] {
        self.0.finalize().into()
    }

    pub(crate) fn hex(self) -> String {
        hex(&self.bytes())
    }
}

/// SHA-256 of the content of a file, hexadecimal. It is never held whole.
pub(crate) fn of_file(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    hash_pieces(&mut File::open(path)?, &mut hash)?;
    Ok(hex(&hash.finalize()))
}

/// Hashes what is left of a file and returns its length.
fn hash_pieces(file: &mut File, hash: &mut Sha256) -> io::Result<u64> {
    let (mut piece, mut length) = (vec![0; 64 << 10], 0);
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(length),
            Ok(count) => {
                hash.update(&piece[..count]);
                length += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
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
    fn a_file_counts_as_its_content_does() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for content in [b"".to_vec(), b"content".to_vec(), vec![7; 200_001]] {
            std::fs::write(file.path(), &content).unwrap();
            let mut fields = Fields::new("test");
            fields.push_file(file.path()).unwrap();
            assert_eq!(fields.hex(), Fields::new("test").add(&content).hex());
            assert_eq!(of_file(file.path()).unwrap(), hex(&Sha256::digest(&content)));
        }
    }

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
