//! The digest of a whole blob.

use std::io::Write;

use sha2::{Digest as _, Sha256};

use crate::blob::{Blob, slice};
use crate::error::Error;
use crate::layout::{DIGEST_LEN, HEADER_LEN, SECTION_LEN, SectionKind};

/// Where the header has its checksum.
pub(crate) const CHECKSUM: std::ops::Range<usize> = 8..12;

/// Takes the bytes of a blob, with zeros in place of what depends on the digest.
#[derive(Default)]
pub(crate) struct Digester(Sha256);

impl Digester {
    pub(crate) fn finish(self) -> [u8; DIGEST_LEN] {
        self.0.finalize().into()
    }
}

impl Write for Digester {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Blob<'_> {
    /// The digest of the blob, computed anew from all its bytes. What depends on the digest counts as zeros: the header
    /// checksum, the digest, and the checksum of its section.
    ///
    /// # Errors
    ///
    /// Damage of the section table, which [`Blob::open`] rules out.
    pub fn compute_digest(&self) -> Result<[u8; 32], Error> {
        let bytes = self.as_bytes();
        let mut zeros = vec![CHECKSUM];
        let mut sections = self.sections().enumerate();
        if let Some((i, section)) = sections.find(|(_, section)| section.kind == SectionKind::Digest)
            && section.length == DIGEST_LEN as u64
        {
            let checksum = HEADER_LEN + i * SECTION_LEN + 4;
            zeros.push(checksum..checksum + 4);
            slice(bytes, section.offset, section.length, "digest")?;
            zeros.push(section.offset as usize..section.offset as usize + DIGEST_LEN);
        }
        zeros.sort_by_key(|range| range.start);
        let (mut digest, mut position) = (Sha256::new(), 0);
        for range in zeros {
            // A section may lie anywhere, so also over what has been passed.
            let start = range.start.max(position);
            digest.update(&bytes[position..start]);
            position = range.end.max(start);
            digest.update(&[0; DIGEST_LEN][..position - start]);
        }
        digest.update(&bytes[position..]);
        Ok(digest.finalize().into())
    }
}
