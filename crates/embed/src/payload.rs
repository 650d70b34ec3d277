//! The payload of the running program: mapped by the kernel through a program header, or before the trailer at the end
//! of the file.

use std::os::unix::fs::MetadataExt;

use pyox_native_loader::is_mapped_from_file;
use pyox_packed_resources::Blob;
use pyox_program_format::{PAYLOAD_MAGIC, Trailer, header_segment, payload_segment};

use crate::executable;

/// The text of the marker that [`launcher_marker!`](crate::launcher_marker) puts into a program: the variable
/// `PYOX_LAUNCHER_MARKER` of the build's environment, and the target. Empty without that variable.
pub const MARKER: &[u8; include_bytes!(concat!(env!("OUT_DIR"), "/marker")).len()] =
    include_bytes!(concat!(env!("OUT_DIR"), "/marker"));

/// Makes the program a launcher: says in it for which Python it is, so that `pyoxidizer pack --launcher` can attach
/// payloads. Used once in a program, outside of functions.
#[macro_export]
macro_rules! launcher_marker {
    () => {
        $crate::__program_format::embed_launcher_marker!($crate::payload::MARKER);
    };
}

/// Why the payload cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// The file of the program is too short.
    #[error(
        "this program is damaged: its file has {actual} bytes and should have {expected} (was it copied completely?)"
    )]
    Truncated {
        /// The length that it should have, in bytes.
        expected: u64,
        /// The length that it has, in bytes.
        actual: u64,
    },
    /// There is none.
    #[error(
        "this program holds no application: it is a bare launcher, or it was changed (by strip, for example) after \
         it was made"
    )]
    Missing,
    /// What is there is damaged, or not of a version that is known.
    #[error("this program is damaged")]
    Resources(#[from] pyox_packed_resources::Error),
    /// The trailer is damaged.
    #[error("this program is damaged")]
    Trailer(#[from] pyox_program_format::Error),
    /// The file of the program cannot be read.
    #[error("cannot read this program's own file")]
    Read(#[source] std::io::Error),
}

/// The resources that were attached to the running program. They stay mapped as long as the process lives; nothing is
/// copied.
///
/// # Errors
///
/// [`PayloadError`]
pub fn find() -> Result<Blob<'static>, PayloadError> {
    let bytes = match mapped()? {
        Some(bytes) => bytes,
        None => before_trailer()?,
    };
    // SAFETY: both map a file, read-only.
    unsafe { is_mapped_from_file(bytes) };
    Ok(Blob::open(bytes)?)
}

/// The segment of the payload, if it is one. Its pages exist only if the file is complete.
fn mapped() -> Result<Option<&'static [u8]>, PayloadError> {
    let headers = executable::program_headers();
    let Some(own) = header_segment(headers) else { return Ok(None) };
    let Some(payload) = payload_segment(headers) else { return Ok(None) };
    let expected = payload.offset.saturating_add(payload.file_len).saturating_add(Trailer::LEN as u64);
    // By name: under an emulator `/proc/self/exe` itself is the emulator.
    if let Ok(metadata) = executable::current().and_then(std::fs::metadata)
        && metadata.size() < expected
    {
        return Err(PayloadError::Truncated { expected, actual: metadata.size() });
    }
    let base = (headers.as_ptr() as usize).wrapping_sub(own.address as usize);
    let start = base.wrapping_add(payload.address as usize) as *const u8;
    // SAFETY: the kernel mapped the segment when it started the program, read-only, and nothing unmaps it; the file
    // is long enough, so that its pages can be read.
    let bytes = unsafe { std::slice::from_raw_parts(start, payload.file_len as usize) };
    Ok(bytes.starts_with(&PAYLOAD_MAGIC).then_some(bytes))
}

/// Maps the file and follows its trailer.
fn before_trailer() -> Result<&'static [u8], PayloadError> {
    let file = executable::open().map_err(PayloadError::Read)?;
    // SAFETY: a private read-only mapping; a program's file is not written to while it runs.
    let map = unsafe { memmap2::Mmap::map(&file) }.map_err(PayloadError::Read)?;
    let bytes: &'static [u8] = Box::leak(Box::new(map));
    let payload = Trailer::read(bytes)?.ok_or(PayloadError::Missing)?.payload();
    // It ends before the trailer, so that it lies in the file.
    Ok(&bytes[payload.start as usize..payload.end as usize])
}
