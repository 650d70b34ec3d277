use std::ops::Range;

use crate::elf::{self, Elf};
use crate::error::Error;
use crate::marker::LauncherMarker;
use crate::payload::{PAYLOAD_MAGIC, stated_len};
use crate::segment::{LOAD, payload_segment};
use crate::trailer::Trailer;

/// The largest page size of any machine, in bytes: at least one byte less is between launcher and payload.
pub(crate) const LARGEST_PAGE: u64 = 65536;

/// Where in a program its payload is, by the rule of the launcher: in the last segment to load, if that is read-only
/// and holds packed resources, else before the trailer. The payload itself is not looked at.
///
/// The program has to be as it was written: `launcher | zeros up to a page | payload | trailer`. Otherwise it was
/// changed, and what is run and what is looked at may not be the same.
///
/// # Errors
///
/// [`Error::NotExecutable`], [`Error::BareLauncher`], [`Error::Missing`]: it is none of our programs. One that lost its
/// payload without a trace, because its launcher had no header to spare, cannot be distinguished from a launcher.
/// [`Error::Truncated`], [`Error::Stripped`], [`Error::Damaged`]: it was one. [`Error::Disagreement`],
/// [`Error::Outside`]: it was changed after it was made.
pub fn payload_range(program: &[u8]) -> Result<Range<usize>, Error> {
    let elf = Elf::parse(program)?;
    let mapped = payload_segment(&program[elf.headers.clone()]).and_then(|segment| {
        let range = elf::range(program, segment.offset, segment.file_len)?;
        program[range.clone()].starts_with(&PAYLOAD_MAGIC).then_some(range)
    });
    let Some(mapped) = mapped else {
        refuse_lost(&elf)?;
        let Some(trailer) = Trailer::read(program)? else {
            return Err(match LauncherMarker::read(program) {
                Ok(Some(_)) => Error::BareLauncher,
                _ => Error::Missing,
            });
        };
        return checked(&elf, trailer.payload());
    };
    let (end, length) = (mapped.end as u64 + Trailer::LEN as u64, program.len() as u64);
    let mapped = mapped.start as u64..mapped.end as u64;
    if length < end {
        return Err(Error::Truncated { expected: end, length });
    }
    // The launcher relies on a trailer only if there is no such segment.
    match Trailer::read(program) {
        Ok(Some(trailer)) if trailer.payload() == mapped => checked(&elf, mapped),
        Ok(Some(trailer)) => Err(Error::Disagreement { segment: mapped, trailer: Some(trailer.payload()) }),
        _ if length > end => Err(Error::Outside { what: "the trailer", offset: end, length: length - end }),
        Ok(None) => Err(Error::Disagreement { segment: mapped, trailer: None }),
        Err(error) => Err(error),
    }
}

/// Looks in the program headers for a payload that is not there.
fn refuse_lost(elf: &Elf<'_>) -> Result<(), Error> {
    let length = elf.bytes.len() as u64;
    for segment in elf.segments().filter(|segment| segment.kind == LOAD) {
        // GNU strip leaves this; no linker makes it.
        if segment.memory_len == 0 {
            return Err(Error::Stripped);
        }
        let expected = segment.offset.saturating_add(segment.file_len);
        if expected > length {
            return Err(Error::Truncated { expected, length });
        }
    }
    Ok(())
}

/// The range, if nothing is hidden beside it.
fn checked(elf: &Elf<'_>, range: Range<u64>) -> Result<Range<usize>, Error> {
    check_end(elf, range.start)?;
    let damaged = || Error::Damaged { what: "sizes out of range" };
    let place = elf::range(elf.bytes, range.start, range.end.saturating_sub(range.start)).ok_or_else(damaged)?;
    // What else it may be says who opens it.
    if let Some(length) = stated_len(&elf.bytes[place.clone()])
        && let Some(more) = (place.len() as u64).checked_sub(length).filter(|more| *more != 0)
    {
        let offset = range.start.saturating_add(length);
        return Err(Error::Outside { what: "the payload", offset, length: more });
    }
    Ok(place)
}

/// Nothing but zeros up to the next page is between the end of the launcher and its payload, which may not be there
/// yet.
pub(crate) fn check_end(elf: &Elf<'_>, payload: u64) -> Result<(), Error> {
    let damaged = || Error::Damaged { what: "sizes out of range" };
    let end = elf.end(payload).filter(|end| *end <= payload).ok_or_else(damaged)?;
    let length = payload - end;
    let between = elf.bytes.iter().skip(usize::try_from(end).unwrap_or(usize::MAX));
    if length >= LARGEST_PAGE || between.take(length as usize).any(|byte| *byte != 0) {
        return Err(Error::Outside { what: "the launcher", offset: end, length });
    }
    Ok(())
}
