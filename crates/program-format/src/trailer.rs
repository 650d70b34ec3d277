use std::ops::Range;

use crate::error::Error;
use crate::segment::array;

/// The last bytes of a program, which say where its payload is.
///
/// | offset | bytes | content |
/// |---|---|---|
/// | 0 | 8 | [`Trailer::MAGIC`] |
/// | 8 | 8 | offset of the payload from the start of the file, little-endian, like all numbers here |
/// | 16 | 8 | length of the payload in bytes; it ends where the trailer starts |
/// | 24 | 4 | CRC-32 (the one of zip and gzip) of the 24 bytes before |
/// | 28 | 4 | zero |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trailer {
    offset: u64,
    len: u64,
}

impl Trailer {
    /// Length in bytes.
    pub const LEN: usize = 32;
    /// How it starts.
    pub const MAGIC: [u8; 8] = *b"pyoxpay\x01";

    /// The trailer for a payload of `len` bytes at `offset` from the start of the program.
    pub fn new(offset: u64, len: u64) -> Self {
        Self { offset, len }
    }

    /// Reads the trailer of a program; `None` if it does not end with one.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if the checksum is wrong, or if the trailer does not name the bytes before it.
    pub fn read(program: &[u8]) -> Result<Option<Self>, Error> {
        let Some((rest, bytes)) = program.split_last_chunk::<{ Self::LEN }>() else { return Ok(None) };
        if !bytes.starts_with(&Self::MAGIC) {
            return Ok(None);
        }
        let damaged = |what| Error::Damaged { what };
        let [offset, len] = [8, 16].map(|at| u64::from_le_bytes(array(bytes, at)));
        let trailer = Self { offset, len };
        if bytes[..28] != trailer.to_bytes()[..28] {
            return Err(damaged("wrong checksum"));
        }
        if trailer.len == 0 || trailer.offset.checked_add(trailer.len) != Some(rest.len() as u64) {
            return Err(damaged("the payload does not end at the trailer"));
        }
        if bytes[28..] != [0; 4] {
            return Err(damaged("its spare bytes are not zero"));
        }
        Ok(Some(trailer))
    }

    /// The trailer as it is written.
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..8].copy_from_slice(&Self::MAGIC);
        bytes[8..16].copy_from_slice(&self.offset.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.len.to_le_bytes());
        let checksum = crc32fast::hash(&bytes[..24]);
        bytes[24..28].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// Where the payload is, in bytes from the start of the program.
    pub fn payload(&self) -> Range<u64> {
        self.offset..self.offset.saturating_add(self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Vec<u8> {
        [&[7; 100][..], &Trailer::new(60, 40).to_bytes()].concat()
    }

    #[test]
    fn a_trailer_is_found_again() -> Result<(), Error> {
        let file = file();
        assert_eq!(Trailer::read(&file)?.map(|trailer| trailer.payload()), Some(60..100));
        assert_eq!(Trailer::read(&file[..131])?, None);
        assert_eq!(Trailer::read(&[])?, None);
        Ok(())
    }

    #[test]
    fn every_flipped_bit_of_a_trailer_is_noticed() {
        for bit in 108 * 8..132 * 8 {
            let mut file = file();
            file[bit / 8] ^= 1 << (bit % 8);
            assert!(matches!(Trailer::read(&file), Err(Error::Damaged { .. })), "{bit}");
        }
        let cut = Trailer::read(&file()[1..]).err();
        assert!(matches!(cut, Some(Error::Damaged { .. })), "{cut:?}");
        for trailer in [Trailer::new(u64::MAX, 2), Trailer::new(0, 0)] {
            assert!(matches!(Trailer::read(&trailer.to_bytes()), Err(Error::Damaged { .. })), "{trailer:?}");
        }
    }
}
