//! A large library from memory without a copy: its pages are mapped from the file that its content is mapped from.
//!
//! The dynamic loader loads a memory file with hardly more in it than the symbols of the library, and so knows the
//! library, resolves its symbols, and gives it variables of threads. Then the real pages take the place of those of the
//! memory file, what the dynamic loader has written into them is written again, and what it was not shown is done here:
//! adding the address of the library to some ten thousand words, and calling its initialisers.

mod image;

use std::ffi::{c_char, c_int, c_void};
use std::ops::Range;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::ptr::{NonNull, null};

use image::{Image, Segment};

use crate::error::LoadError;
use crate::file_pages::{Source, page_size};
use crate::libraries::open_with;
use crate::memory::{MemoryError, MemoryFile};

const DT_NULL: u64 = 0;
const DT_PLTRELSZ: u64 = 2;
const DT_PLTGOT: u64 = 3;
const DT_SYMTAB: u64 = 6;
const DT_RELA: u64 = 7;
const DT_RELASZ: u64 = 8;
const DT_INIT: u64 = 12;
const DT_TEXTREL: u64 = 22;
const DT_JMPREL: u64 = 23;
const DT_INIT_ARRAY: u64 = 25;
const DT_INIT_ARRAYSZ: u64 = 27;
const DT_RELR: u64 = 36;
const DT_RELACOUNT: u64 = 0x6fff_fff9;

/// Loads a library for all that is loaded later, if its content is mapped from a file and it is of a kind for which
/// that is possible: the libraries that it needs are loaded, and it needs no code of its own to be relocated.
pub(crate) fn load_global(name: &str, content: &[u8]) -> Option<Result<NonNull<c_void>, LoadError>> {
    if !cfg!(all(target_arch = "x86_64", target_env = "gnu")) {
        return None;
    }
    let (source, image) = (Source::of(content)?, Image::of(content)?);
    let file = symbols_of(name, content, &image).ok()??;
    let path = file.path().ok()?;
    let handle = open_with(Path::new(&path), libc::RTLD_NOW | libc::RTLD_GLOBAL).ok()?;
    let loaded = Loaded { base: base_of(handle)?, image: &image };
    let refused = |message| LoadError::Refused { name: name.to_owned(), message };
    // SAFETY: nothing has used the library yet.
    Some(unsafe { loaded.complete(&source) }.map(|()| handle).map_err(|error| refused(error.to_string())))
}

/// A memory file of the symbols of a library.
fn symbols_of(name: &str, content: &[u8], image: &Image<'_>) -> Result<Option<MemoryFile>, MemoryError> {
    let Some(symbols) = image.symbols() else { return Ok(None) };
    let page = page_size();
    let file = MemoryFile::new(name)?;
    file.set_len(content.len() as u64)?;
    let skipped = image.relative.start.next_multiple_of(page)..image.relative.end / page * page;
    let whole = symbols.in_file.clone();
    let parts = match skipped.start < skipped.end {
        true => [whole.start..skipped.start, skipped.end..whole.end],
        false => [whole, 0..0],
    };
    for part in parts.into_iter().chain([image.thread_locals.clone()]) {
        file.write_at(&content[part.clone()], part.start as u64)?;
    }
    file.write_at(&image.reduced_dynamic(), image.dynamic.0.start as u64)?;
    Ok(Some(file))
}

/// Where a library is.
fn base_of(handle: NonNull<c_void>) -> Option<usize> {
    /// The start of `struct link_map`.
    #[repr(C)]
    struct LinkMap {
        address: usize,
    }
    // Of all C libraries, but declared by `libc` for glibc alone.
    unsafe extern "C" {
        fn dlinfo(handle: *mut c_void, request: c_int, result: *mut c_void) -> c_int;
    }
    const RTLD_DI_LINKMAP: c_int = 2;
    let mut map: *const LinkMap = null();
    // SAFETY: a handle of dlopen; the result is a pointer to its description, which lives as long as the library.
    unsafe {
        let found = dlinfo(handle.as_ptr(), RTLD_DI_LINKMAP, (&raw mut map).cast());
        (found == 0 && !map.is_null()).then(|| (*map).address)
    }
}

/// A library of which the dynamic loader has loaded the symbols.
struct Loaded<'i, 'c> {
    base: usize,
    image: &'i Image<'c>,
}

impl Loaded<'_, '_> {
    /// # Safety
    ///
    /// Nothing uses the library yet. It is loaded where it says, with the length that its image has.
    unsafe fn complete(&self, source: &Source) -> std::io::Result<()> {
        let image = self.image;
        let (dynamic, dynamic_len) = (self.base.wrapping_add(image.dynamic.1), image.dynamic.0.len());
        // SAFETY: words of segments that can be written to, and the dynamic section: the dynamic loader has mapped
        // them.
        let (written, section) = unsafe {
            let read = |place: usize| (place, (self.base.wrapping_add(place) as *const usize).read_unaligned());
            let written: Vec<_> = image.other_places().chain(image.of_loader()).map(read).collect();
            (written, std::slice::from_raw_parts(dynamic as *const u8, dynamic_len).to_vec())
        };
        image.segments.iter().try_for_each(|segment| self.map(segment, source))?;
        // SAFETY: the same places, which are private to this process now, and those of the other relocations.
        unsafe {
            let write = |place: usize, value| (self.base.wrapping_add(place) as *mut usize).write_unaligned(value);
            image.sums().for_each(|(place, number)| write(place, self.base.wrapping_add(number)));
            written.into_iter().for_each(|(place, value)| write(place, value));
            (dynamic as *mut u8).copy_from_nonoverlapping(section.as_ptr(), section.len());
        }
        self.protect(&image.read_only)?;
        // SAFETY: the library is complete, as are those that it needs.
        unsafe { self.initialise() };
        Ok(())
    }

    /// Puts pages of the file in the place of those of the memory file.
    fn map(&self, segment: &Segment, source: &Source) -> std::io::Result<()> {
        let page = page_size();
        let address = self.base.wrapping_add(segment.in_memory.start / page * page);
        let before = segment.in_memory.start % page;
        let offset = source.offset + (segment.in_file.start / page * page) as u64;
        let used = before + segment.in_file.len();
        let len = used.next_multiple_of(page);
        if segment.in_file.is_empty() {
            return Ok(());
        }
        let has = |flag, protection| if segment.flags & flag == 0 { 0 } else { protection };
        let protection =
            has(libc::PF_R, libc::PROT_READ) | has(libc::PF_W, libc::PROT_WRITE) | has(libc::PF_X, libc::PROT_EXEC);
        let (flags, offset) = (libc::MAP_PRIVATE | libc::MAP_FIXED, offset as libc::off_t);
        // SAFETY: the pages of a segment of a library that nothing uses yet; what is in a page after the segment's part
        // of the file is zero, as it was.
        unsafe {
            let fd = source.file.as_raw_fd();
            if libc::mmap(address as *mut c_void, len, protection, flags, fd, offset) == libc::MAP_FAILED {
                return Err(std::io::Error::last_os_error());
            }
            if segment.flags & libc::PF_W != 0 {
                (address.wrapping_add(used) as *mut u8).write_bytes(0, len - used);
            }
        }
        Ok(())
    }

    /// As the dynamic loader does with what it has relocated.
    fn protect(&self, range: &Range<usize>) -> std::io::Result<()> {
        let page = page_size();
        let (start, end) =
            (self.base.wrapping_add(range.start) / page * page, self.base.wrapping_add(range.end) / page * page);
        if start >= end {
            return Ok(());
        }
        // SAFETY: pages of the library, which are not written to any more.
        match unsafe { libc::mprotect(start as *mut c_void, end - start, libc::PROT_READ) } {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        }
    }

    /// # Safety
    ///
    /// The library is complete.
    unsafe fn initialise(&self) {
        type Initialiser = extern "C" fn(c_int, *const *const c_char, *const *const c_char);
        let address = |tag| self.image.value(tag).map(|address| self.base.wrapping_add(address as usize));
        let count = self.image.value(DT_INIT_ARRAYSZ).unwrap_or_default() as usize / size_of::<usize>();
        let table = address(DT_INIT_ARRAY).filter(|_| count > 0).map_or(&[][..], |table| {
            // SAFETY: a table of the library.
            unsafe { std::slice::from_raw_parts(table as *const usize, count) }
        });
        let first = address(DT_INIT);
        for function in first.iter().chain(table).filter(|function| ![0, usize::MAX].contains(function)) {
            // SAFETY: a function that the library names for this purpose.
            let function: Initialiser = unsafe { std::mem::transmute::<usize, Initialiser>(*function) };
            function(0, null(), null());
        }
    }
}
