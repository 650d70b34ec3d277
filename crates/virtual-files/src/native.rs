//! Libraries as files, with the packed libraries that they need: the dynamic loader finds those by itself.

use std::ptr::null_mut;

use pyox_native_loader::PathBuffer;
use rustix::fs::{Mode, OFlags, fstat, open};
use rustix::io::Errno;
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

use crate::mapped::Mapped;
use crate::store::store;
use crate::tree::Tree;

/// The path to load a library from: a file of the cache, after those that it needs; or a memory file, where those that
/// it needs have to be loaded.
pub(crate) fn loadable(tree: &Tree, number: usize) -> Result<PathBuffer, Errno> {
    match store(tree) {
        Ok(store) if store.is_for_code() => with_needed(tree, number),
        _ => tree.memory_path(number),
    }
}

/// The file of a library, after those that it needs.
pub(crate) fn with_needed(tree: &Tree, number: usize) -> Result<PathBuffer, Errno> {
    let mut visited = Mapped::zeros(tree.index()?.len())?;
    visit(tree, number, &mut visited)?;
    tree.file(number)
}

fn visit(tree: &Tree, number: usize, visited: &mut Mapped<u8>) -> Result<(), Errno> {
    match visited.get_mut(number) {
        Some(visited @ 0) => *visited = 1,
        _ => return Ok(()),
    }
    let file = Contents::of(&tree.file(number)?)?;
    let index = tree.index()?;
    for name in needed(file.bytes()) {
        for other in 0..index.len() {
            if index.path(other).rsplit(|byte| *byte == b'/').next() == Some(name) {
                visit(tree, other, visited)?;
            }
        }
    }
    Ok(())
}

/// A file that is mapped. Files of the cache are never written to once they have their names.
struct Contents(*mut u8, usize);

impl Contents {
    fn of(path: &PathBuffer) -> Result<Self, Errno> {
        let file = open(path.as_c_str(), OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW, Mode::empty())?;
        let length = usize::try_from(fstat(&file)?.st_size).map_err(|_| Errno::NOMEM)?;
        if length == 0 {
            return Ok(Self(null_mut(), 0));
        }
        // SAFETY: new memory, where the kernel has room.
        let start = unsafe { mmap(null_mut(), length, ProtFlags::READ, MapFlags::PRIVATE, &file, 0) }?;
        Ok(Self(start.cast(), length))
    }

    fn bytes(&self) -> &[u8] {
        if self.1 == 0 {
            return &[];
        }
        // SAFETY: mapped with that length, from a file that is never written to.
        unsafe { std::slice::from_raw_parts(self.0, self.1) }
    }
}

impl Drop for Contents {
    fn drop(&mut self) {
        if self.1 > 0 {
            // SAFETY: mapped with this length, and no reference is left. What cannot be unmapped stays.
            let _ = unsafe { munmap(self.0.cast(), self.1) };
        }
    }
}

const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const DT_NEEDED: u64 = 1;
const DT_STRTAB: u64 = 5;

/// The names of the libraries that a library needs; none if it is no ELF file of 64 bits, or damaged.
fn needed(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    let dynamic = || dynamic(file).unwrap_or_default();
    let names = dynamic().find(|(tag, _)| *tag == DT_STRTAB).and_then(|(_, address)| offset(file, address));
    dynamic().filter(|(tag, _)| *tag == DT_NEEDED).filter_map(move |(_, at)| {
        let name = file.get(names?.checked_add(usize::try_from(at).ok()?)?..)?;
        name.split(|byte| *byte == 0).next()
    })
}

/// The dynamic section: tags and values.
fn dynamic(file: &[u8]) -> Option<Pairs<'_>> {
    let (_, start, _, length) = segments(file).find(|(kind, ..)| *kind == PT_DYNAMIC)?;
    Some(Pairs(file.get(start..start.checked_add(length)?)?))
}

/// Pairs of numbers, until the one that ends them.
#[derive(Default)]
struct Pairs<'f>(&'f [u8]);

impl Iterator for Pairs<'_> {
    type Item = (u64, u64);

    fn next(&mut self) -> Option<(u64, u64)> {
        let pair = (word(self.0, 0)?, word(self.0, 8)?);
        self.0 = &self.0[16..];
        (pair.0 != 0).then_some(pair)
    }
}

/// Where an address is in the file.
fn offset(file: &[u8], address: u64) -> Option<usize> {
    let address = usize::try_from(address).ok()?;
    segments(file).find_map(|(kind, start, first, length)| {
        let within = address.checked_sub(first).filter(|within| kind == PT_LOAD && *within < length)?;
        start.checked_add(within)
    })
}

/// Kind, offset, address and length of each segment.
fn segments(file: &[u8]) -> impl Iterator<Item = (u32, usize, usize, usize)> {
    // ELF, 64 bits, little-endian.
    let is_known = file.starts_with(b"\x7fELF\x02\x01");
    let table = word(file, 32).and_then(|at| usize::try_from(at).ok()).unwrap_or(usize::MAX);
    let count = file.get(56..58).map_or(0, |count| u16::from_le_bytes([count[0], count[1]]));
    let headers = (0..usize::from(count)).map_while(move |i| file.get(table.checked_add(i * 56)?..)?.get(..56));
    headers.filter(move |_| is_known).filter_map(|header| {
        let number = |at| usize::try_from(word(header, at)?).ok();
        Some((word(header, 0)? as u32, number(8)?, number(16)?, number(32)?))
    })
}

fn word(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::needed;

    #[test]
    fn the_libraries_that_a_program_needs() {
        let program = std::fs::read("/proc/self/exe").unwrap();
        let names: Vec<_> = needed(&program).map(String::from_utf8_lossy).collect();
        assert!(names.iter().any(|name| name == "libc.so.6"), "{names:?}");
        for length in (0..1024).chain((1024..program.len()).step_by(4096)) {
            needed(&program[..length]).for_each(drop);
        }
    }
}
