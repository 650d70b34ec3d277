//! Checked access to the bytes of a PE or Mach-O file.

use crate::elf::image::{from, slice, terminated};
use crate::{BinaryError, Format};

/// Bytes of a file, in one byte order.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) is_little_endian: bool,
    pub(crate) format: Format,
}

impl<'a> Reader<'a> {
    pub(crate) fn u16(&self, what: &'static str, at: u64) -> Result<u16, BinaryError> {
        let bytes = self.array(what, at)?;
        Ok(if self.is_little_endian { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    pub(crate) fn u32(&self, what: &'static str, at: u64) -> Result<u32, BinaryError> {
        let bytes = self.array(what, at)?;
        Ok(if self.is_little_endian { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    /// `len` bytes.
    pub(crate) fn slice(&self, what: &'static str, at: u64, len: u64) -> Result<Self, BinaryError> {
        Ok(Self { bytes: slice(self.bytes, at, len).ok_or(self.malformed(what, at))?, ..*self })
    }

    /// The text up to the next zero byte.
    pub(crate) fn text(&self, what: &'static str, at: u64) -> Result<&'a str, BinaryError> {
        let bytes = terminated(self.bytes, at).ok_or(self.malformed(what, at))?;
        std::str::from_utf8(bytes).map_err(|_| self.malformed(what, at))
    }

    /// Whether the text there starts like this.
    pub(crate) fn starts_with(&self, at: u64, prefix: &str) -> bool {
        from(self.bytes, at).is_some_and(|rest| rest.starts_with(prefix.as_bytes()))
    }

    pub(crate) fn malformed(&self, what: &'static str, offset: u64) -> BinaryError {
        BinaryError::Malformed { format: self.format, what, offset }
    }

    fn array<const N: usize>(&self, what: &'static str, at: u64) -> Result<[u8; N], BinaryError> {
        let bytes = slice(self.bytes, at, N as u64).and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or(self.malformed(what, at))
    }
}
