//! The last bytes of a program say where its payload is.
//!
//! | offset | bytes | content |
//! |---|---|---|
//! | 0 | 8 | [`TRAILER_MAGIC`] |
//! | 8 | 8 | offset of the payload from the start of the file, little-endian, like all numbers here |
//! | 16 | 8 | length of the payload in bytes; it ends where the trailer starts |
//! | 24 | 4 | CRC-32 (the one of zip and gzip) of the 24 bytes before |
//! | 28 | 4 | zero |
//!
//! Nothing follows it: a program to which something was appended is refused by tools, since what runs is found otherwise.

use std::ops::Range;

use goblin::elf::program_header::{PF_R, PT_LOAD};
use goblin::elf::section_header::SHT_NOBITS;
use pyox_packed_resources::MAGIC;

use super::image::Image;
use super::{LauncherMarker, PayloadError};

/// Length of the trailer in bytes.
pub const TRAILER_LEN: usize = 32;
/// How a trailer starts.
pub const TRAILER_MAGIC: [u8; 8] = *b"pyoxpay\x01";

/// The largest page size of any machine, in bytes: at least one byte less is between launcher and payload.
const LARGEST_PAGE: u64 = 65536;

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

/// Where in a program its payload is, by the rule of the launcher: in the last segment to load, if that is read-only and holds
/// packed resources, else before the trailer.
///
/// The program has to be as it was written: `launcher | zeros up to a page | payload | trailer`. Otherwise somebody has changed
/// it, and what is run and what is looked at may not be the same.
///
/// # Errors
///
/// [`PayloadError::NotExecutable`], [`PayloadError::BareLauncher`], [`PayloadError::Missing`]: it is none of our programs.
/// [`PayloadError::Truncated`], [`PayloadError::Stripped`], [`PayloadError::Damaged`]: it was one.
/// [`PayloadError::Disagreement`], [`PayloadError::Outside`]: it was changed after it was made.
pub fn payload_range(program: &[u8]) -> Result<Range<usize>, PayloadError> {
    let image = Image::parse(program).map_err(PayloadError::NotExecutable)?;
    let last = image.segments.iter().rfind(|segment| segment.p_type == PT_LOAD);
    let mapped = last.filter(|segment| segment.p_flags == PF_R).and_then(|segment| {
        let range = segment.p_offset..segment.p_offset.checked_add(segment.p_filesz)?;
        bytes_of(program, &range)?.starts_with(&MAGIC).then_some(range)
    });
    let Some(mapped) = mapped else {
        refuse_lost(program)?;
        let Some(range) = find_payload(program)? else {
            return Err(match LauncherMarker::read(program) {
                Ok(Some(_)) => PayloadError::BareLauncher,
                _ => PayloadError::Missing,
            });
        };
        return checked(&image, range);
    };
    // The launcher relies on a trailer only if there is no such segment.
    match program.get(usize::try_from(mapped.end).unwrap_or(usize::MAX)..).unwrap_or_default() {
        trailer if trailer.len() < TRAILER_LEN => {
            let (expected, length) = (mapped.end.saturating_add(TRAILER_LEN as u64), program.len() as u64);
            Err(PayloadError::Truncated { expected, length })
        }
        trailer if trailer.len() == TRAILER_LEN => match find_payload(program)? {
            Some(range) if range == mapped => checked(&image, range),
            trailer => Err(PayloadError::Disagreement { segment: mapped, trailer }),
        },
        more => match find_payload(program) {
            Ok(Some(range)) => Err(PayloadError::Disagreement { segment: mapped, trailer: Some(range) }),
            _ => {
                let offset = mapped.end.saturating_add(TRAILER_LEN as u64);
                Err(PayloadError::Outside { what: "the trailer", offset, length: (more.len() - TRAILER_LEN) as u64 })
            }
        },
    }
}

/// The range, if nothing is hidden beside it.
fn checked(image: &Image<'_>, range: Range<u64>) -> Result<Range<usize>, PayloadError> {
    let damaged = || PayloadError::Damaged { what: "sizes out of range" };
    check_end(image, range.start)?;
    let payload = bytes_of(image.bytes, &range).ok_or_else(damaged)?;
    // What else it may be says who opens it.
    if let Some(length) = payload.starts_with(&MAGIC).then(|| payload.get(16..24)).flatten() {
        let length = u64::from_le_bytes(length.try_into().unwrap_or_default());
        if let Some(more) = (payload.len() as u64).checked_sub(length).filter(|more| *more != 0) {
            let offset = range.start.saturating_add(length);
            return Err(PayloadError::Outside { what: "the payload", offset, length: more });
        }
    }
    let trailer = image.bytes.last_chunk::<TRAILER_LEN>();
    if trailer.is_none_or(|trailer| trailer[28..] != [0; 4]) {
        return Err(PayloadError::Damaged { what: "its spare bytes are not zero" });
    }
    Ok(range.start as usize..range.end as usize)
}

/// Nothing but zeros up to the next page is between the end of the launcher and its payload, which may not be there yet.
pub(super) fn check_end(image: &Image<'_>, payload: u64) -> Result<(), PayloadError> {
    let end = image_end(image, payload).ok_or(PayloadError::Damaged { what: "sizes out of range" })?;
    let length = payload.saturating_sub(end);
    let behind = bytes_of(image.bytes, &(end..payload.min(image.bytes.len() as u64))).unwrap_or_default();
    if length >= LARGEST_PAGE || behind.iter().any(|byte| *byte != 0) {
        return Err(PayloadError::Outside { what: "the launcher", offset: end, length });
    }
    Ok(())
}

/// Where the file of the launcher ends: behind everything that its headers name, but for the payload.
fn image_end(image: &Image<'_>, payload: u64) -> Option<u64> {
    let header = &image.header;
    let table = |offset: u64, count: u16, size: u16| offset.checked_add(u64::from(count) * u64::from(size));
    let mut end = table(header.e_phoff, header.e_phnum, header.e_phentsize)?;
    end = end.max(table(header.e_shoff, header.e_shnum, header.e_shentsize)?);
    for segment in image.segments.iter().filter(|segment| segment.p_offset != payload) {
        end = end.max(segment.p_offset.checked_add(segment.p_filesz)?);
    }
    for section in image.sections().ok()?.iter().filter(|section| section.sh_type != SHT_NOBITS) {
        end = end.max(section.sh_offset.checked_add(section.sh_size)?);
    }
    (end <= payload).then_some(end)
}

fn bytes_of<'p>(program: &'p [u8], range: &Range<u64>) -> Option<&'p [u8]> {
    program.get(usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?)
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
