//! The last bytes of a program say where its payload is.
//!
//! | offset | bytes | content |
//! |---|---|---|
//! | 0 | 8 | [`TRAILER_MAGIC`] |
//! | 8 | 8 | offset of the payload from the start of the file, little-endian, like all numbers here |
//! | 16 | 8 | length of the payload in bytes; it ends where the trailer starts |
//! | 24 | 4 | CRC-32 (the one of zip and gzip) of the 24 bytes before |
//! | 28 | 4 | zero |

use std::ops::Range;

use goblin::elf::program_header::{PF_R, PT_LOAD};
use pyox_packed_resources::MAGIC;

use super::image::Image;
use super::{LauncherMarker, PayloadError};

/// Length of the trailer in bytes.
pub const TRAILER_LEN: usize = 32;
/// How a trailer starts.
pub const TRAILER_MAGIC: [u8; 8] = *b"pyoxpay\x01";

/// Finds the payload of a program: its place in the file, in bytes from the start; `None` if there is none. The payload itself
/// is not looked at.
///
/// # Errors
///
/// If the trailer is damaged, or if the program headers tell of a payload that is cut off or was removed. A program that lost
/// its payload without a trace, because its launcher had no header to spare, cannot be told from a launcher.
pub fn find_payload(exe: &[u8]) -> Result<Option<Range<u64>>, PayloadError> {
    let Some((rest, trailer)) = exe.split_last_chunk::<TRAILER_LEN>() else { return Ok(None) };
    if !trailer.starts_with(&TRAILER_MAGIC) {
        return refuse_lost(exe).map(|()| None);
    }
    let damaged = |what| PayloadError::Damaged { what };
    let [offset, len] = [8, 16].map(|at| u64::from_le_bytes(array(trailer, at)));
    let checksum = u32::from_le_bytes(array(trailer, 24));
    if checksum != checksum_of(trailer) {
        return Err(damaged("wrong checksum"));
    }
    let end = offset.checked_add(len).ok_or(damaged("sizes out of range"))?;
    if end != rest.len() as u64 || len == 0 {
        return Err(damaged("the payload does not end at the trailer"));
    }
    Ok(Some(offset..end))
}

/// Where in a program its payload is: before its trailer or, if something was appended to the program, in the segment that the
/// kernel maps.
///
/// # Errors
///
/// [`PayloadError::NotExecutable`], [`PayloadError::BareLauncher`], [`PayloadError::Missing`]: it is none of our programs.
/// [`PayloadError::Truncated`], [`PayloadError::Stripped`], [`PayloadError::Damaged`]: it was one.
pub fn payload_range(program: &[u8]) -> Result<Range<usize>, PayloadError> {
    let image = Image::parse(program).map_err(PayloadError::NotExecutable)?;
    let in_file = |start: u64, end: u64| {
        let range = usize::try_from(start).ok()?..usize::try_from(end).ok()?;
        program.get(range.clone()).map(|bytes| (range, bytes))
    };
    if let Some((range, _)) = find_payload(program)?.and_then(|range| in_file(range.start, range.end)) {
        return Ok(range);
    }
    let last = image.segments.iter().rfind(|segment| segment.p_type == PT_LOAD);
    let mapped = last
        .filter(|segment| segment.p_flags == PF_R)
        .and_then(|segment| in_file(segment.p_offset, segment.p_offset.checked_add(segment.p_filesz)?));
    match mapped {
        Some((range, bytes)) if bytes.starts_with(&MAGIC) => Ok(range),
        _ if matches!(LauncherMarker::read(program), Ok(Some(_))) => Err(PayloadError::BareLauncher),
        _ => Err(PayloadError::Missing),
    }
}

/// The trailer for a payload.
pub(super) fn trailer(offset: u64, len: u64) -> [u8; TRAILER_LEN] {
    let mut trailer = [0; TRAILER_LEN];
    trailer[..8].copy_from_slice(&TRAILER_MAGIC);
    trailer[8..16].copy_from_slice(&offset.to_le_bytes());
    trailer[16..24].copy_from_slice(&len.to_le_bytes());
    let checksum = checksum_of(&trailer);
    trailer[24..28].copy_from_slice(&checksum.to_le_bytes());
    trailer
}

/// Looks in the program headers for a payload whose trailer is not there.
fn refuse_lost(exe: &[u8]) -> Result<(), PayloadError> {
    let Ok(image) = Image::parse(exe) else { return Ok(()) };
    let length = exe.len() as u64;
    for segment in image.segments.iter().filter(|segment| segment.p_type == PT_LOAD) {
        // GNU strip leaves this behind; no linker makes it.
        if segment.p_memsz == 0 {
            return Err(PayloadError::Stripped);
        }
        let expected = segment.p_offset.saturating_add(segment.p_filesz);
        if expected > length {
            return Err(PayloadError::Truncated { expected, length });
        }
    }
    Ok(())
}

fn checksum_of(trailer: &[u8; TRAILER_LEN]) -> u32 {
    crc32fast::hash(trailer.first_chunk::<24>().map_or(&[], |head| head))
}

fn array<const N: usize>(trailer: &[u8; TRAILER_LEN], at: usize) -> [u8; N] {
    trailer.get(at..at + N).and_then(|bytes| bytes.try_into().ok()).unwrap_or([0; N])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailer_is_found_again() -> Result<(), PayloadError> {
        let mut file = vec![7; 100];
        file.extend(trailer(60, 40));
        assert_eq!(find_payload(&file)?, Some(60..100));
        assert_eq!(find_payload(&file[..131])?, None);
        assert_eq!(find_payload(&[])?, None);
        Ok(())
    }

    #[test]
    fn damage_is_told() {
        for at in 100 + 8..100 + 28 {
            let mut file = vec![7; 100];
            file.extend(trailer(60, 40));
            file[at] ^= 4;
            assert!(matches!(find_payload(&file), Err(PayloadError::Damaged { .. })), "{at}");
        }
        let mut file = vec![7; 99];
        file.extend(trailer(60, 40));
        assert!(matches!(find_payload(&file), Err(PayloadError::Damaged { .. })));
        assert!(matches!(find_payload(&trailer(u64::MAX, 2)), Err(PayloadError::Damaged { .. })));
    }
}
