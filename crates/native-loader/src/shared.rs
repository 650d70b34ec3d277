//! Libraries that were loaded from a memory file use the pages of the file that they were copied from.
//!
//! A memory file is private to its process, and can only be swapped out. What is the same in the file of the program is
//! mapped from there once the library is loaded, as the dynamic loader would map it: then processes share it, and
//! the kernel may drop it. What the memory file has of it is freed.

use std::ffi::{CStr, c_int, c_void};
use std::fs::File;
use std::ops::Range;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::file_pages::{Source, page_size};
use crate::memory::MemoryFile;

/// Shorter libraries stay as they are: this takes some ten calls of the system.
const WORTH_SHARING: usize = 128 << 10;

/// Maps the read-only segments of a library from the file that its content is mapped from. `path` is what it was
/// loaded as from `memory`. Where that is not possible, or does not save much, nothing changes.
pub(crate) fn share(path: &Path, content: &[u8], memory: &MemoryFile) {
    if content.len() < WORTH_SHARING {
        return;
    }
    let Some(source) = Source::of(content) else { return };
    let Some(loaded) = Loaded::find(path) else { return };
    // On ARM the dynamic loader may have restricted where code can be jumped to, which is not known here.
    if loaded.has_text_relocations || cfg!(target_arch = "aarch64") {
        return;
    }
    let in_content = |segment: &&Segment| segment.in_file.end <= content.len();
    let shared: Vec<_> = loaded.segments.iter().filter(|segment| !segment.is_writable).filter(in_content).collect();
    if are_unchanged(&shared) && shared.iter().all(|segment| segment.map(&source)) {
        let kept = loaded.segments.iter().filter(|segment| !shared.iter().any(|other| std::ptr::eq(*other, *segment)));
        memory.free_all_but(kept.map(|segment| segment.in_file.clone()), content.len());
    }
}

/// A library as the dynamic loader has mapped it.
#[derive(Default)]
struct Loaded {
    segments: Vec<Segment>,
    /// Whether read-only segments were written to while it was loaded.
    has_text_relocations: bool,
}

/// Length of what `/proc/PID/pagemap` has of a page.
const ENTRY: usize = 8;

/// Whole pages of it.
struct Segment {
    address: usize,
    in_file: Range<usize>,
    protection: c_int,
    is_writable: bool,
}

impl Segment {
    fn of(header: &libc::Elf64_Phdr, base: usize) -> Self {
        let page = page_size();
        let pages =
            |start: u64, len: u64| start as usize / page * page..((start + len) as usize).next_multiple_of(page);
        let has = |flag, protection| if header.p_flags & flag == 0 { 0 } else { protection };
        Self {
            address: base.wrapping_add(pages(header.p_vaddr, 0).start),
            in_file: pages(header.p_offset, header.p_filesz),
            protection: has(libc::PF_R, libc::PROT_READ) | has(libc::PF_X, libc::PROT_EXEC),
            is_writable: header.p_flags & libc::PF_W != 0,
        }
    }

    /// Puts the pages of another file in the place of those that are mapped.
    fn map(&self, source: &Source) -> bool {
        let (flags, fd) = (libc::MAP_PRIVATE | libc::MAP_FIXED, source.file.as_raw_fd());
        let Ok(offset) = libc::off_t::try_from(source.offset + self.in_file.start as u64) else { return false };
        let address = self.address as *mut c_void;
        // SAFETY: pages of a segment of a library that stays loaded, by the same bytes of another file. Code that runs
        // in them goes on.
        let mapped = unsafe { libc::mmap(address, self.in_file.len(), self.protection, flags, fd, offset) };
        mapped != libc::MAP_FAILED
    }
}

/// Whether all pages of segments are those of their file: an initialiser may have changed its own code.
fn are_unchanged(segments: &[&Segment]) -> bool {
    const PRESENT: u64 = 1 << 63;
    const OF_FILE: u64 = 1 << 61;
    let Ok(pages) = File::open("/proc/self/pagemap") else { return false };
    let page = page_size();
    let is_changed = |entry: &[u8; ENTRY]| u64::from_ne_bytes(*entry) & (PRESENT | OF_FILE) == PRESENT;
    segments.iter().all(|segment| {
        let mut entries = vec![0; segment.in_file.len() / page * ENTRY];
        let read = pages.read_exact_at(&mut entries, (segment.address / page * ENTRY) as u64);
        read.is_ok() && !entries.as_chunks().0.iter().any(is_changed)
    })
}

impl Loaded {
    /// The library that was loaded from a path.
    fn find(path: &Path) -> Option<Self> {
        let mut search = Search { path, found: None };
        // SAFETY: the callback gets the search back while that lives.
        unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut search).cast()) };
        search.found
    }
}

struct Search<'p> {
    path: &'p Path,
    found: Option<Loaded>,
}

/// Of each library that is loaded, until the result is not zero.
unsafe extern "C" fn visit(info: *mut libc::dl_phdr_info, _size: usize, search: *mut c_void) -> c_int {
    // SAFETY: the dynamic loader describes a library, which is not unloaded meanwhile; the search is the one that was
    // given to it.
    let (info, search) = unsafe { (&*info, &mut *search.cast::<Search<'_>>()) };
    if info.dlpi_name.is_null() {
        return 0;
    }
    // SAFETY: its name, a C string.
    let name = unsafe { CStr::from_ptr(info.dlpi_name) };
    if name.to_bytes() != search.path.as_os_str().as_bytes() {
        return 0;
    }
    // SAFETY: its program headers, which stay mapped.
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
    let base = info.dlpi_addr as usize;
    let mut loaded = Loaded::default();
    for header in headers {
        match header.p_type {
            libc::PT_LOAD => loaded.segments.push(Segment::of(header, base)),
            libc::PT_DYNAMIC => {
                // SAFETY: the library has its dynamic section there.
                loaded.has_text_relocations =
                    unsafe { has_text_relocations(base.wrapping_add(header.p_vaddr as usize)) };
            }
            _ => {}
        }
    }
    search.found = Some(loaded);
    1
}

/// # Safety
///
/// A dynamic section of a loaded library is at the address.
unsafe fn has_text_relocations(dynamic: usize) -> bool {
    /// `Elf64_Dyn`
    #[repr(C)]
    struct Entry {
        tag: i64,
        value: u64,
    }
    /// Tags, and a flag of the last.
    const DT_NULL: i64 = 0;
    const DT_TEXTREL: i64 = 22;
    const DT_FLAGS: i64 = 30;
    const DF_TEXTREL: u64 = 4;
    let first = dynamic as *const Entry;
    // SAFETY: as the caller promises; the last entry has the tag of the end.
    let mut entries = (0..).map(|at| unsafe { &*first.add(at) }).take_while(|entry| entry.tag != DT_NULL);
    entries.any(|entry| entry.tag == DT_TEXTREL || entry.tag == DT_FLAGS && entry.value & DF_TEXTREL != 0)
}
