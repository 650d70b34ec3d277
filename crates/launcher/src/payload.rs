//! Finding the payload: mapped by the kernel through a program header, or before the trailer at the end of the file.

use std::fs::File;
use std::os::unix::fs::MetadataExt;

use pyox_packed_resources::Blob;
use pyox_program_format::{PAYLOAD_MAGIC, Segment, Trailer, header_segment, payload_segment};

/// The payload cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(
        "this program is damaged: its file has {actual} bytes and should have {expected} (was it copied completely?)"
    )]
    Truncated { expected: u64, actual: u64 },
    #[error(
        "this program holds no application: it is a bare launcher, or it was changed (by strip, for example) after it was \
         made"
    )]
    Missing,
    #[error("this program is damaged")]
    Damaged(#[from] pyox_packed_resources::Error),
    #[error("this program is damaged")]
    Trailer(#[from] pyox_program_format::Error),
    #[error("cannot read this program's own file")]
    Read(#[source] std::io::Error),
}

/// The program's resources; they stay mapped as long as the process lives.
pub(crate) fn find() -> Result<Blob<'static>, Error> {
    let bytes = match mapped()? {
        Some(bytes) => bytes,
        None => before_trailer()?,
    };
    Ok(Blob::open(bytes)?)
}

/// The segment of the payload, if it is one. Its pages exist only if the file is complete.
fn mapped() -> Result<Option<&'static [u8]>, Error> {
    // SAFETY: the kernel describes the program headers of the running program, which stay mapped.
    let headers = unsafe {
        let first = libc::getauxval(libc::AT_PHDR) as *const u8;
        if first.is_null() {
            return Ok(None);
        }
        std::slice::from_raw_parts(first, libc::getauxval(libc::AT_PHNUM) as usize * Segment::HEADER_LEN)
    };
    let Some(own) = header_segment(headers) else { return Ok(None) };
    let Some(payload) = payload_segment(headers) else { return Ok(None) };
    let expected = payload.offset.saturating_add(payload.file_len).saturating_add(Trailer::LEN as u64);
    // By name: under an emulator `/proc/self/exe` itself is the emulator.
    if let Ok(metadata) = std::env::current_exe().and_then(std::fs::metadata)
        && metadata.size() < expected
    {
        return Err(Error::Truncated { expected, actual: metadata.size() });
    }
    let base = (headers.as_ptr() as usize).wrapping_sub(own.address as usize);
    let start = base.wrapping_add(payload.address as usize) as *const u8;
    // SAFETY: the kernel mapped the segment when it started the program, read-only, and nothing unmaps it; the file
    // is long enough, so that its pages can be read.
    let bytes = unsafe { std::slice::from_raw_parts(start, payload.file_len as usize) };
    Ok(bytes.starts_with(&PAYLOAD_MAGIC).then_some(bytes))
}

/// Maps the file and follows its trailer.
fn before_trailer() -> Result<&'static [u8], Error> {
    let file = File::open("/proc/self/exe").or_else(|_| File::open(std::env::current_exe()?)).map_err(Error::Read)?;
    // SAFETY: a private read-only mapping; a program's file is not written to while it runs.
    let map = unsafe { memmap2::Mmap::map(&file) }.map_err(Error::Read)?;
    let bytes: &'static [u8] = Box::leak(Box::new(map));
    let payload = Trailer::read(bytes)?.ok_or(Error::Missing)?.payload();
    // It ends before the trailer, so that it lies in the file.
    Ok(&bytes[payload.start as usize..payload.end as usize])
}
