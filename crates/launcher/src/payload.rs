//! Finding the payload: mapped by the kernel through a program header, or behind a trailer at the end of the file.

use std::fs::File;
use std::os::unix::fs::MetadataExt;

use pyox_packed_resources::{Blob, MAGIC};

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
    #[error("cannot read this program's own file")]
    Read(#[source] std::io::Error),
}

const TRAILER_MAGIC: &[u8; 8] = b"pyoxpay\x01";
const TRAILER_LEN: usize = 32;

/// The program's resources; they stay mapped as long as the process lives.
pub(crate) fn find() -> Result<Blob<'static>, Error> {
    let bytes = match mapped()? {
        Some(bytes) => bytes,
        None => behind_trailer()?,
    };
    Ok(Blob::open(bytes)?)
}

/// The last segment to load, if it starts as packed resources do. Its pages exist only if the file is complete.
fn mapped() -> Result<Option<&'static [u8]>, Error> {
    // SAFETY: the kernel describes the program headers of the running program, which stay mapped.
    let headers = unsafe {
        let first = libc::getauxval(libc::AT_PHDR) as *const libc::Elf64_Phdr;
        let count = libc::getauxval(libc::AT_PHNUM) as usize;
        if first.is_null() {
            return Ok(None);
        }
        std::slice::from_raw_parts(first, count)
    };
    let Some(own) = headers.iter().find(|header| header.p_type == libc::PT_PHDR) else { return Ok(None) };
    let Some(last) = headers.iter().rfind(|header| header.p_type == libc::PT_LOAD) else { return Ok(None) };
    if last.p_flags != libc::PF_R || last.p_filesz < MAGIC.len() as u64 {
        return Ok(None);
    }
    let expected = last.p_offset.saturating_add(last.p_filesz).saturating_add(TRAILER_LEN as u64);
    // By name: under an emulator `/proc/self/exe` itself is the emulator.
    if let Ok(metadata) = std::env::current_exe().and_then(std::fs::metadata)
        && metadata.size() < expected
    {
        return Err(Error::Truncated { expected, actual: metadata.size() });
    }
    let base = (headers.as_ptr() as usize).wrapping_sub(own.p_vaddr as usize);
    let start = base.wrapping_add(last.p_vaddr as usize) as *const u8;
    // SAFETY: the kernel mapped the segment when it started the program, read-only, and nothing unmaps it; the file
    // is long enough, so that its pages can be read.
    let bytes = unsafe { std::slice::from_raw_parts(start, last.p_filesz as usize) };
    Ok(bytes.starts_with(&MAGIC).then_some(bytes))
}

/// Maps the file and follows its trailer.
fn behind_trailer() -> Result<&'static [u8], Error> {
    let file = File::open("/proc/self/exe").or_else(|_| File::open(std::env::current_exe()?)).map_err(Error::Read)?;
    // SAFETY: a private read-only mapping; a program's file is not written to while it runs.
    let map = unsafe { memmap2::Mmap::map(&file) }.map_err(Error::Read)?;
    let bytes: &'static [u8] = Box::leak(Box::new(map));
    let trailer = bytes.last_chunk::<TRAILER_LEN>().ok_or(Error::Missing)?;
    if !trailer.starts_with(TRAILER_MAGIC) {
        return Err(Error::Missing);
    }
    let number = |at: usize| trailer[at..at + 8].iter().rev().fold(0_u64, |value, &byte| value << 8 | u64::from(byte));
    let range = number(8)..number(8).saturating_add(number(16));
    let truncated = Error::Truncated { expected: range.end, actual: bytes.len() as u64 };
    bytes.get(range.start as usize..range.end as usize).ok_or(truncated)
}
