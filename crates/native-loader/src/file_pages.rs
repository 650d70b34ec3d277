//! Memory that the program has mapped from a file: its payload.
//!
//! What is read of it counts as memory of the process although the kernel could drop it at any time, so it is given
//! back every now and then. Native code in it can be mapped again instead of being copied, see [`Source`].

use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::ptr::null_mut;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::registry::Registry;

/// What may be read until pages are given back, in bytes.
const KEPT: usize = 1 << 20;

/// By the addresses of the memory.
static MAPPED: Registry<Range<usize>, Mapped> = Registry::new();

/// Memory that was mapped from a file.
struct Mapped {
    memory: &'static [u8],
    /// Bytes that were read since pages were given back.
    read: AtomicUsize,
    /// The file, looked for once.
    file: OnceLock<Option<Mapping>>,
}

/// Says that memory is mapped from a file, so that [`reading`] and the libraries in it may use that.
///
/// # Safety
///
/// The memory is a private read-only mapping of a file, and was never written to: reading the file again gives the same
/// bytes.
pub unsafe fn is_mapped_from_file(memory: &'static [u8]) {
    let mapped = Mapped { memory, read: AtomicUsize::new(0), file: OnceLock::new() };
    MAPPED.add(addresses(memory), mapped);
}

/// Has to be called when bytes are read that may be mapped from a file. The pages of what was read before are given
/// back if they have become many: they are in the page cache of the system, and come again if they are needed.
pub fn reading(bytes: &[u8]) {
    let Some(mapped) = Mapped::with(bytes) else { return };
    let before = mapped.read.fetch_add(bytes.len(), Ordering::Relaxed);
    if before < KEPT {
        return;
    }
    mapped.read.store(bytes.len(), Ordering::Relaxed);
    let page = page_size();
    let Range { start, end } = addresses(mapped.memory);
    let (start, end) = (start.next_multiple_of(page), end / page * page);
    // SAFETY: whole pages of a mapping that was never written to, as whoever named it has promised: each page has the
    // same content when it is used again.
    unsafe { libc::madvise(start as *mut libc::c_void, end.saturating_sub(start), libc::MADV_DONTNEED) };
}

impl Mapped {
    fn with(bytes: &[u8]) -> Option<&'static Self> {
        let bytes = addresses(bytes);
        MAPPED.get(|memory| memory.start <= bytes.start && bytes.end <= memory.end)
    }
}

/// The file of some content.
pub(crate) struct Source {
    pub(crate) file: File,
    /// Where the content starts in it, in bytes; at the start of a page.
    pub(crate) offset: u64,
}

impl Source {
    /// The file that some bytes are mapped from, if they start a page of it.
    pub(crate) fn of(content: &[u8]) -> Option<Self> {
        let mapping = Mapped::with(content)?;
        let mapping = mapping.file.get_or_init(|| Mapping::of(mapping.memory)).as_ref()?;
        let offset = mapping.offset + (content.as_ptr().addr() - mapping.start) as u64;
        let file = File::open(&mapping.path).ok()?;
        let is_same = rustix::fs::fstat(&file).is_ok_and(|facts| (facts.st_dev, facts.st_ino) == mapping.identity);
        (is_same && offset.is_multiple_of(page_size() as u64)).then_some(Self { file, offset })
    }
}

/// Which part of which file is mapped.
struct Mapping {
    start: usize,
    offset: u64,
    path: PathBuf,
    /// Device and inode, as `stat` has them.
    identity: (u64, u64),
}

impl Mapping {
    fn of(memory: &[u8]) -> Option<Self> {
        let memory = addresses(memory);
        let shown = Shown::at(memory.start).filter(|shown| shown.memory.end >= memory.end)?;
        // A path is shown with ` (deleted)` if it was; then only the program itself can be opened.
        [&*shown.path, Path::new("/proc/self/exe")].into_iter().find_map(|path| {
            let file = File::open(path).ok()?;
            let facts = rustix::fs::fstat(&file).ok()?;
            // `stat` names other numbers than the kernel shows for mappings, where a file system is on top of another.
            let trial = map(&file, shown.offset).ok()?;
            let found = Shown::at(trial);
            // SAFETY: the page that was mapped above, which nothing else knows.
            unsafe { libc::munmap(trial as *mut libc::c_void, page_size()) };
            (found?.file == shown.file).then(|| Self {
                start: shown.memory.start,
                offset: shown.offset,
                path: path.to_owned(),
                identity: (facts.st_dev, facts.st_ino),
            })
        })
    }
}

/// Maps one page to read, and returns its address.
fn map(file: &File, offset: u64) -> io::Result<usize> {
    let (protection, flags) = (libc::PROT_READ, libc::MAP_PRIVATE);
    // SAFETY: a new mapping where the kernel wants it.
    let page =
        unsafe { libc::mmap(null_mut(), page_size(), protection, flags, file.as_raw_fd(), offset as libc::off_t) };
    if page == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(page.addr()) }
}

/// A line of `/proc/self/maps`.
struct Shown {
    memory: Range<usize>,
    offset: u64,
    /// Device and inode, as the kernel shows them.
    file: String,
    path: PathBuf,
}

impl Shown {
    /// The mapping of a file that an address is in.
    fn at(address: usize) -> Option<Self> {
        let maps = fs::read("/proc/self/maps").ok()?;
        maps.split(|byte| *byte == b'\n').filter_map(Self::parse).find(|shown| shown.memory.contains(&address))
    }

    /// `START-END PERMISSIONS OFFSET DEVICE INODE PATH`
    fn parse(line: &[u8]) -> Option<Self> {
        let mut words = line.splitn(6, |byte| *byte == b' ').map(|word| str::from_utf8(word).ok());
        let (start, end) = words.next()??.split_once('-')?;
        let (_permissions, offset) = (words.next()??, words.next()??);
        let (device, inode) = (words.next()??, words.next()??);
        let path = line.iter().position(|byte| *byte == b'/').map(|at| line[at..].to_vec())?;
        Some(Self {
            memory: usize::from_str_radix(start, 16).ok()?..usize::from_str_radix(end, 16).ok()?,
            offset: u64::from_str_radix(offset, 16).ok()?,
            file: format!("{device} {inode}"),
            path: std::ffi::OsString::from_vec(path).into(),
        })
    }
}

fn addresses(bytes: &[u8]) -> Range<usize> {
    let Range { start, end } = bytes.as_ptr_range();
    start.addr()..end.addr()
}

/// In bytes.
pub(crate) fn page_size() -> usize {
    // SAFETY: reads a value, which is known on every system.
    usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;
    use std::path::PathBuf;

    use super::*;
    use crate::Module;
    use crate::held::tests::Alone;
    use crate::libraries::open_library;

    /// A file, mapped for the life of the process. The directory can go.
    fn mapped(content: &[&[u8]]) -> (tempfile::TempDir, PathBuf, &'static [u8]) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().canonicalize().unwrap().join("file");
        let mut file = File::options().read(true).write(true).create(true).truncate(true).open(&path).unwrap();
        content.iter().for_each(|part| file.write_all(part).unwrap());
        let len = content.iter().map(|part| part.len()).sum();
        // SAFETY: a new mapping, which is never undone, of a file that does not change.
        let memory = unsafe {
            let (protection, fd) = (libc::PROT_READ, file.as_raw_fd());
            let start = libc::mmap(null_mut(), len, protection, libc::MAP_PRIVATE, fd, 0);
            assert_ne!(start, libc::MAP_FAILED);
            std::slice::from_raw_parts(start.cast::<u8>(), len)
        };
        // SAFETY: as above.
        unsafe { is_mapped_from_file(memory) };
        (directory, path, memory)
    }

    /// Permissions, paths and the KiB in use of all mappings.
    fn mappings() -> Vec<(String, String, usize)> {
        let mut found = Vec::new();
        for line in fs::read_to_string("/proc/self/smaps").unwrap().lines() {
            let words: Vec<_> = line.split_whitespace().collect();
            match *words {
                ["Rss:", size, _] => found.last_mut().map(|(_, _, used)| *used = size.parse().unwrap()),
                [range, permissions, _, _, _, ref path @ ..] if range.contains('-') => {
                    found.push((permissions.to_owned(), path.join(" "), 0));
                    None
                }
                _ => None,
            };
        }
        found
    }

    #[test]
    fn pages_that_were_read_are_given_back() {
        let (_directory, path, memory) = mapped(&[&vec![7; 16 << 20]]);
        let mut sum = 0;
        for part in memory.chunks(100_000) {
            reading(part);
            sum += part.iter().map(|byte| usize::from(*byte)).sum::<usize>();
        }
        assert_eq!(sum, 7 * (16 << 20));
        let path = path.to_str().unwrap();
        let used: usize = mappings().iter().filter(|(_, of, _)| of == path).map(|(_, _, used)| used).sum();
        assert!(used < 3 << 10, "{used} KiB");
        // What is in no mapping may be anything.
        reading(b"abc");
    }

    /// A second copy of a library of this process, loaded from memory, with the file that it was copied from.
    fn loaded_copy(name: &'static str) -> (Module<'static>, tempfile::TempDir, PathBuf) {
        let maps = mappings();
        let is_small = |path: &str| path.contains("libm.so") || path.contains("libc.so");
        let (_, system, _) = maps.iter().find(|(_, path, _)| is_small(path)).unwrap();
        // After a page of something else.
        let (directory, path, memory) = mapped(&[&vec![0; page_size()], &fs::read(system).unwrap()]);
        let module = Module::new(&Alone(name), &memory[page_size()..], 1).unwrap();
        open_library(module.path()).unwrap();
        assert!(is_executed(&format!("memfd:{name}")) && !is_executed(path.to_str().unwrap()));
        (module, directory, path)
    }

    fn is_executed(file: &str) -> bool {
        mappings().iter().any(|(permissions, path, _)| permissions.contains('x') && path.contains(file))
    }

    #[test]
    fn code_of_a_library_is_in_the_file_that_it_came_from() {
        let (module, _directory, path) = loaded_copy("copy");
        let name = module.path().to_owned();
        module.loaded();
        assert!(!is_executed("memfd:copy") && is_executed(path.to_str().unwrap()));
        // It still works, and is the same library.
        open_library(&name).unwrap();
    }

    #[test]
    fn code_that_has_changed_itself_stays() {
        let (module, _directory, path) = loaded_copy("changed");
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let line = maps.lines().find(|line| line.contains(" r-xp ") && line.contains("memfd:changed")).unwrap();
        let start = usize::from_str_radix(line.split('-').next().unwrap(), 16).unwrap() as *mut u8;
        // SAFETY: a page of the copy, which nothing runs; its first byte becomes what it is.
        unsafe {
            let all = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
            assert_eq!(libc::mprotect(start.cast(), page_size(), all), 0);
            start.write_volatile(start.read_volatile());
            assert_eq!(libc::mprotect(start.cast(), page_size(), libc::PROT_READ | libc::PROT_EXEC), 0);
        }
        module.loaded();
        assert!(is_executed("memfd:changed") && !is_executed(path.to_str().unwrap()));
    }

    #[test]
    fn a_file_that_was_replaced_is_not_taken() {
        let (directory, path, memory) = mapped(&[&vec![1; 3 * page_size()]]);
        assert!(Source::of(&memory[page_size()..]).is_some_and(|source| source.offset == page_size() as u64));
        assert!(Source::of(&memory[1..]).is_none(), "not at the start of a page");
        fs::rename(&path, directory.path().join("old")).unwrap();
        assert!(Source::of(memory).is_none(), "gone");
        fs::write(&path, vec![2; 3 * page_size()]).unwrap();
        assert!(Source::of(memory).is_none(), "another one");
    }
}
