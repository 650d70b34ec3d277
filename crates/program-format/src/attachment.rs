//! Attaching a payload to a launcher.

use std::io::{self, Write};

use crate::elf::{Elf, malformed};
use crate::error::Error;
use crate::program::{LARGEST_PAGE, check_end, payload_range};
use crate::segment::{LOAD, NOTE, Segment};
use crate::trailer::Trailer;

/// The distance kept between the image of the launcher and the payload: a huge page, in bytes.
const HUGE_PAGE: u64 = 2 << 20;
/// `ET_EXEC` and `ET_DYN`.
const EXECUTABLES: [u16; 2] = [2, 3];
/// `EM_X86_64`
const X86_64: u16 = 62;

/// How a payload of a certain length is attached to a certain launcher.
///
/// A program header that no one needs, the last `PT_NOTE` after the `PT_LOAD` ones, is turned into a `PT_LOAD` for the
/// payload. Then the kernel maps it with the program, and the launcher finds it through `getauxval(AT_PHDR)` as the
/// read-only segment with the highest address: nothing is opened or copied. A launcher without such a header gets the
/// trailer alone and has to map its own file. `PT_GNU_PROPERTY` stays, so that the properties of the note remain known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    launcher_len: u64,
    payload_len: u64,
    payload_offset: u64,
    patch: Option<Patch>,
}

/// A program header to be overwritten.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Patch {
    /// Where it is in the launcher.
    at: usize,
    header: [u8; Segment::HEADER_LEN],
}

impl Attachment {
    /// Examines a launcher, position independent or not, and decides where a payload of `payload_len` bytes goes.
    ///
    /// # Errors
    ///
    /// If the launcher is not a 64-bit little-endian executable, is damaged, or carries a payload already.
    pub fn plan(launcher: &[u8], payload_len: u64) -> Result<Self, Error> {
        let elf = Elf::parse(launcher)?;
        if !EXECUTABLES.contains(&elf.kind) {
            return Err(malformed("type of an executable", 16));
        }
        match payload_range(launcher) {
            Err(Error::BareLauncher | Error::Missing) => {}
            Err(error @ (Error::Truncated { .. } | Error::Stripped)) => return Err(error),
            Ok(_) | Err(_) => return Err(Error::AlreadyAttached),
        }
        if payload_len == 0 {
            return Err(Error::Empty);
        }
        let launcher_len = launcher.len() as u64;
        let too_large = || Error::TooLarge { launcher: launcher_len, payload: payload_len };
        // The largest that a kernel for this machine may use.
        let page = if elf.machine == X86_64 { 4096 } else { LARGEST_PAGE };
        let payload_offset = launcher_len.checked_next_multiple_of(page).ok_or_else(too_large)?;
        let end = payload_offset.checked_add(payload_len).and_then(|end| end.checked_add(Trailer::LEN as u64));
        end.ok_or_else(too_large)?;

        let mut patch = None;
        if let Some(at) = spare_header(&elf) {
            let address = free_address(&elf)?;
            address.checked_add(payload_len).ok_or_else(too_large)?;
            patch = Some(Patch { at, header: Segment::load(payload_offset, address, payload_len, page) });
        }
        // Tools will look at the program, not at the launcher.
        let mut patched = launcher.to_vec();
        if let Some(Patch { at, header }) = &patch {
            patched[*at..at + header.len()].copy_from_slice(header);
        }
        check_end(&Elf::parse(&patched)?, payload_offset)?;
        Ok(Self { launcher_len, payload_len, payload_offset, patch })
    }

    /// Where the payload starts, in bytes from the start of the program. A multiple of the page size.
    pub fn payload_offset(&self) -> u64 {
        self.payload_offset
    }

    /// The length of the program in bytes.
    pub fn program_len(&self) -> u64 {
        // `plan` has seen that this sum exists.
        self.payload_offset + self.payload_len + Trailer::LEN as u64
    }

    /// SHA-256 of everything in the program before the payload.
    ///
    /// # Errors
    ///
    /// [`Error::LauncherChanged`] if `launcher` is not as long as the one of the plan.
    #[cfg(feature = "digest")]
    pub fn launcher_digest(&self, launcher: &[u8]) -> Result<[u8; 32], Error> {
        use sha2::{Digest as _, Sha256};
        let before = self.before_payload(launcher)?;
        Ok(before.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part)).finalize().into())
    }

    /// Writes the program. `payload` writes the announced number of bytes.
    ///
    /// # Errors
    ///
    /// [`Error::LauncherChanged`] if `launcher` is not as long as the one of the plan, [`Error::Length`] if the payload
    /// is not as long as announced, [`Error::Write`].
    pub fn write<W: Write + ?Sized>(
        &self,
        launcher: &[u8],
        payload: impl FnOnce(&mut dyn Write) -> io::Result<()>,
        out: &mut W,
    ) -> Result<(), Error> {
        for part in self.before_payload(launcher)? {
            out.write_all(part)?;
        }
        let mut counted = Counted { out: &mut *out, written: 0 };
        payload(&mut counted)?;
        let written = counted.written;
        if written != self.payload_len {
            return Err(Error::Length { expected: self.payload_len, written });
        }
        out.write_all(&Trailer::new(self.payload_offset, self.payload_len).to_bytes())?;
        Ok(())
    }

    /// The parts of the program before the payload: the launcher with the changed header, and zeros.
    fn before_payload<'a>(&'a self, launcher: &'a [u8]) -> Result<[&'a [u8]; 4], Error> {
        static ZEROS: [u8; LARGEST_PAGE as usize] = [0; LARGEST_PAGE as usize];
        let found = launcher.len() as u64;
        if found != self.launcher_len {
            return Err(Error::LauncherChanged { expected: self.launcher_len, found });
        }
        let zeros = &ZEROS[..(self.payload_offset - self.launcher_len) as usize];
        Ok(match &self.patch {
            Some(Patch { at, header }) => [&launcher[..*at], header, &launcher[at + header.len()..], zeros],
            None => [launcher, &[], &[], zeros],
        })
    }
}

/// Where the last `PT_NOTE` after the last `PT_LOAD` is: only there the new header keeps the `PT_LOAD` ones in
/// ascending order.
fn spare_header(elf: &Elf<'_>) -> Option<usize> {
    let last = |kind| elf.segments().rposition(|segment| segment.kind == kind);
    let (load, note) = (last(LOAD)?, last(NOTE)?);
    (note > load).then_some(elf.headers.start + note * Segment::HEADER_LEN)
}

/// The first huge page after the loaded image.
fn free_address(elf: &Elf<'_>) -> Result<u64, Error> {
    let mut end = 0u64;
    for segment in elf.segments().filter(|segment| segment.kind == LOAD) {
        let after = segment.address.checked_add(segment.memory_len);
        end = end.max(after.ok_or(malformed("segment", segment.offset))?);
    }
    end.checked_next_multiple_of(HUGE_PAGE).ok_or(malformed("segment address", end))
}

/// Counts what is written.
struct Counted<'a, W: ?Sized> {
    out: &'a mut W,
    written: u64,
}

impl<W: Write + ?Sized> Write for Counted<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.written = self.written.saturating_add(written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
