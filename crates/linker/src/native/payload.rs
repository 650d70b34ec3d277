//! Attaching a payload to a launcher: `launcher | zeros up to a page | payload | trailer`.
//!
//! A program header that nobody needs, the last `PT_NOTE` behind the `PT_LOAD` ones, is turned into a `PT_LOAD` for the payload.
//! Then the kernel maps it with the program, and the launcher finds it through `getauxval(AT_PHDR)` as the read-only segment
//! with the highest address: nothing is opened or copied. A launcher without such a header gets the trailer alone and has to
//! map its own file. `PT_GNU_PROPERTY` stays, so that the properties of the note remain known.

use std::io::{self, Write};

use goblin::elf::ProgramHeader;
use goblin::elf::header::{EM_X86_64, ET_DYN, ET_EXEC};
use goblin::elf::program_header::{PF_R, PT_LOAD, PT_NOTE};
use sha2::{Digest, Sha256};

use super::image::{Image, malformed};
use super::trailer::{self, TRAILER_LEN};
use super::{ElfError, PayloadError, payload_range};

/// The distance kept between the image of the launcher and the payload: a huge page, in bytes.
const HUGE_PAGE: u64 = 2 << 20;
/// Length of a program header of a 64-bit file, in bytes.
const PROGRAM_HEADER: usize = 56;

/// How a payload of a certain length is attached to a certain launcher.
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
    at: usize,
    address: u64,
    header: [u8; PROGRAM_HEADER],
}

impl Attachment {
    /// Examines a launcher, position independent or not, and decides where a payload of `payload_len` bytes goes.
    ///
    /// # Errors
    ///
    /// If the launcher is not a 64-bit little-endian executable, is damaged, or carries a payload already.
    pub fn plan(launcher: &[u8], payload_len: u64) -> Result<Self, PayloadError> {
        let image = Image::parse(launcher)?.editable()?;
        if ![ET_EXEC, ET_DYN].contains(&image.header.e_type) {
            return Err(ElfError::Unsupported { what: "a launcher is an executable" }.into());
        }
        match payload_range(launcher) {
            Err(PayloadError::BareLauncher | PayloadError::Missing) => {}
            Err(error @ (PayloadError::Truncated { .. } | PayloadError::Stripped)) => return Err(error),
            Ok(_) | Err(_) => return Err(PayloadError::AlreadyAttached),
        }
        if payload_len == 0 {
            return Err(PayloadError::Empty);
        }
        let launcher_len = launcher.len() as u64;
        let too_large = || PayloadError::TooLarge { launcher: launcher_len, payload: payload_len };
        let page = page_size(image.header.e_machine);
        let payload_offset = launcher_len.checked_next_multiple_of(page).ok_or_else(too_large)?;
        let end = payload_offset.checked_add(payload_len).and_then(|end| end.checked_add(TRAILER_LEN as u64));
        end.ok_or_else(too_large)?;

        let patch = match spare_header(&image.segments) {
            Some(index) => {
                let address = free_address(&image.segments)?;
                address.checked_add(payload_len).ok_or_else(too_large)?;
                let at = header_index(&image, index)?;
                Some(Patch { at, address, header: load_header(payload_offset, address, payload_len, page) })
            }
            None => None,
        };
        // Tools will look at the program, not at the launcher.
        let mut patched = launcher.to_vec();
        if let Some(patch) = &patch
            && let Some(header) = patched.get_mut(patch.at..patch.at.saturating_add(PROGRAM_HEADER))
        {
            header.copy_from_slice(&patch.header);
        }
        trailer::check_end(&Image::parse(&patched)?, payload_offset)?;
        Ok(Self { launcher_len, payload_len, payload_offset, patch })
    }

    /// Where the payload starts, in bytes from the start of the program. A multiple of the page size.
    pub fn payload_offset(&self) -> u64 {
        self.payload_offset
    }

    /// The length of the program in bytes.
    pub fn program_len(&self) -> u64 {
        // `plan` has seen that this sum exists.
        self.payload_offset.saturating_add(self.payload_len).saturating_add(TRAILER_LEN as u64)
    }

    /// The address at which the kernel maps the payload, relative to the load address of a position independent program;
    /// `None` if it does not, so that the program has to look for the trailer.
    pub fn mapped_at(&self) -> Option<u64> {
        self.patch.as_ref().map(|patch| patch.address)
    }

    /// SHA-256 of everything in the program before the payload.
    ///
    /// # Errors
    ///
    /// If `launcher` is not as long as the one of the plan.
    pub fn launcher_digest(&self, launcher: &[u8]) -> Result<[u8; 32], PayloadError> {
        let mut digest = Hashed(Sha256::new());
        self.write_launcher(launcher, &mut digest)?;
        Ok(digest.0.finalize().into())
    }

    fn write_launcher<W: Write + ?Sized>(&self, launcher: &[u8], out: &mut W) -> Result<(), PayloadError> {
        let found = launcher.len() as u64;
        if found != self.launcher_len {
            return Err(PayloadError::LauncherChanged { expected: self.launcher_len, found });
        }
        match &self.patch {
            Some(patch) => {
                let behind = patch.at.saturating_add(PROGRAM_HEADER);
                out.write_all(launcher.get(..patch.at).unwrap_or_default())?;
                out.write_all(&patch.header)?;
                out.write_all(launcher.get(behind..).unwrap_or_default())?;
            }
            None => out.write_all(launcher)?,
        }
        let padding = self.payload_offset.saturating_sub(self.launcher_len);
        io::copy(&mut io::Read::take(io::repeat(0), padding), out)?;
        Ok(())
    }

    /// Writes the program. `payload` writes the announced number of bytes.
    ///
    /// # Errors
    ///
    /// If `launcher` is not as long as the one of the plan, if the payload is not as long as announced, or if writing fails.
    pub fn write<W: Write + ?Sized>(
        &self,
        launcher: &[u8],
        payload: impl FnOnce(&mut dyn Write) -> io::Result<()>,
        out: &mut W,
    ) -> Result<(), PayloadError> {
        self.write_launcher(launcher, out)?;
        let mut counted = Counted { out: &mut *out, written: 0 };
        payload(&mut counted)?;
        let written = counted.written;
        if written != self.payload_len {
            return Err(PayloadError::Length { expected: self.payload_len, written });
        }
        out.write_all(&trailer::trailer(self.payload_offset, self.payload_len))?;
        Ok(())
    }
}

/// The largest page size that a kernel for this machine may use, in bytes.
fn page_size(machine: u16) -> u64 {
    if machine == EM_X86_64 { 4096 } else { 65536 }
}

/// The last `PT_NOTE` behind the last `PT_LOAD`: only there the new header keeps the `PT_LOAD` ones in ascending order.
fn spare_header(segments: &[ProgramHeader]) -> Option<usize> {
    let last_load = segments.iter().rposition(|segment| segment.p_type == PT_LOAD)?;
    let last_note = segments.iter().rposition(|segment| segment.p_type == PT_NOTE)?;
    (last_note > last_load).then_some(last_note)
}

/// The first huge page behind the loaded image.
fn free_address(segments: &[ProgramHeader]) -> Result<u64, ElfError> {
    let mut end = 0u64;
    for segment in segments.iter().filter(|segment| segment.p_type == PT_LOAD) {
        let behind = segment.p_vaddr.checked_add(segment.p_memsz);
        end = end.max(behind.ok_or(malformed("segment", segment.p_offset))?);
    }
    end.checked_next_multiple_of(HUGE_PAGE).ok_or(malformed("segment address", end))
}

/// Where in the file a program header is.
fn header_index(image: &Image<'_>, index: usize) -> Result<usize, ElfError> {
    let table = image.header.e_phoff;
    let at = usize::try_from(table).ok().zip(index.checked_mul(PROGRAM_HEADER)).and_then(|(a, b)| a.checked_add(b));
    at.ok_or(malformed("program headers", table))
}

fn load_header(offset: u64, address: u64, len: u64, align: u64) -> [u8; PROGRAM_HEADER] {
    let mut header = [0; PROGRAM_HEADER];
    header[..4].copy_from_slice(&PT_LOAD.to_le_bytes());
    header[4..8].copy_from_slice(&PF_R.to_le_bytes());
    for (slot, value) in header[8..].chunks_exact_mut(8).zip([offset, address, address, len, len, align]) {
        slot.copy_from_slice(&value.to_le_bytes());
    }
    header
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

/// Hashes what is written.
struct Hashed(Sha256);

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
