//! Libraries as files, with the packed libraries that they need: the dynamic loader finds those by itself.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::null_mut;

use pyox_native_loader::{Library, LibraryFile, LoadError, PathBuffer, is_present, load_needed, open_library};
use rustix::fs::{Mode, OFlags, fstat, open};
use rustix::io::Errno;
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

use crate::Files;
use crate::index::Node;
use crate::loaded::{loaded, name_of};
use crate::mapped::Mapped;
use crate::place::normalise;
use crate::store::store;
use crate::tree::Tree;

/// The path to load a library from: a file of the cache, after those that it needs; or a memory file, where those that
/// it needs have to be loaded.
pub(crate) fn loadable(tree: &Tree, number: usize) -> Result<PathBuffer, Errno> {
    match store(tree) {
        Ok(store) if store.is_for_code() => with_needed(tree, number, Purpose::Load),
        _ => in_memory(tree, number, &mut Mapped::zeros(tree.index()?.len())?),
    }
}

/// The memory file of a library, after those that it needs were loaded from memory: the dynamic loader finds no file
/// beside it. There is one in a process.
fn in_memory(tree: &Tree, number: usize, visited: &mut Mapped<u8>) -> Result<PathBuffer, Errno> {
    if let Some(visited) = visited.get_mut(number) {
        *visited = 1;
    }
    let index = tree.index()?;
    let mut seen = tree.root.clone();
    seen.push_name(index.path(number))?;
    if let Some(name) = name_of(seen.as_c_str()) {
        return PathBuffer::of(name.to_bytes());
    }
    let path = tree.memory_path(number)?;
    let file = Contents::of(&path, OFlags::RDONLY)?;
    bring(tree, file.bytes());
    for name in needed(file.bytes()) {
        let Some(other) = needed_file(tree, index.path(number), file.bytes(), name) else { continue };
        if visited.get(other) == Some(&0) && !is_present(name) {
            let other = in_memory(tree, other, visited)?;
            // What it lacks, the library lacks too: the dynamic loader will say so.
            let _ = open_library(Path::new(OsStr::from_bytes(other.as_bytes())));
        }
    }
    let as_path = |path: &PathBuffer| Path::new(OsStr::from_bytes(path.as_bytes())).to_owned();
    loaded(&as_path(&path), &as_path(&seen));
    // Another thread may have been faster.
    name_of(seen.as_c_str()).map_or(Ok(path), |name| PathBuffer::of(name.to_bytes()))
}

/// Loads those libraries that a file needs and that are packed without a path: they came from the machine that packed.
fn bring(tree: &Tree, file: &[u8]) {
    let Ok(index) = tree.index() else { return };
    let is_file = |name: &[u8]| (0..index.len()).any(|number| last_name(index.path(number)) == name);
    let names = needed(file).filter(|name| !is_file(name)).map(|name| String::from_utf8_lossy(name).into_owned());
    let by = Carried { files: tree.files, name: String::new(), content: Vec::new(), needed: names.collect() };
    // What cannot be loaded is that of the system, or the dynamic loader says that it is missing.
    let _ = load_needed(&by);
}

/// A library that is packed without a path.
#[derive(Clone)]
struct Carried {
    files: &'static dyn Files,
    name: String,
    content: Vec<u8>,
    needed: Vec<String>,
}

impl Library for Carried {
    type Error = LoadError;

    fn name(&self) -> &str {
        &self.name
    }

    fn needed(&self) -> impl Iterator<Item = &str> {
        self.needed.iter().map(String::as_str)
    }

    fn library(&self, name: &str) -> Result<Option<Self>, LoadError> {
        let Some(packed) = self.files.library(name) else { return Ok(None) };
        let mut content = Vec::new();
        let copied = packed.copy(&mut |part| {
            content.extend_from_slice(part);
            Ok(())
        });
        if copied.is_err() {
            return Ok(None);
        }
        let names = needed(&content).map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        Ok(Some(Self { files: self.files, name: name.to_owned(), content, needed: names }))
    }

    fn file(&self) -> Result<Option<LibraryFile>, LoadError> {
        Ok(None)
    }

    fn content(&self) -> Result<Option<Cow<'_, [u8]>>, LoadError> {
        Ok(Some(Cow::Borrowed(&self.content)))
    }
}

fn last_name(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

/// The number of the packed library with a name that a library needs: where that says (`DT_RUNPATH`, `DT_RPATH`), or
/// anywhere.
fn needed_file(tree: &Tree, by: &[u8], content: &[u8], name: &[u8]) -> Option<usize> {
    let index = tree.index().ok()?;
    let beside = search_path(content).split(|byte| *byte == b':').find_map(|place| {
        let rest = place.strip_prefix(b"$ORIGIN").or_else(|| place.strip_prefix(b"${ORIGIN}"))?;
        let mut path = PathBuffer::of(b"/").ok()?;
        let directory = &by[..by.iter().rposition(|byte| *byte == b'/').unwrap_or(0)];
        normalise(&mut path, directory).ok()?;
        normalise(&mut path, rest).ok()?;
        path.push_name(name).ok()?;
        match index.node(path.as_bytes().strip_prefix(b"/")?) {
            Node::File(number) => Some(number),
            _ => None,
        }
    });
    let is_called = |number: &usize| last_name(index.path(*number)) == name;
    beside.or_else(|| (0..index.len()).find(is_called))
}

/// What native code is wanted for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// This process loads it.
    Load,
    /// Another process has it.
    Execute,
}

/// The file of a library or program, after those that it needs.
pub(crate) fn with_needed(tree: &Tree, number: usize, purpose: Purpose) -> Result<PathBuffer, Errno> {
    let mut visited = Mapped::zeros(tree.index()?.len())?;
    visit(tree, number, purpose, &mut visited)?;
    tree.file(number)
}

fn visit(tree: &Tree, number: usize, purpose: Purpose, visited: &mut Mapped<u8>) -> Result<(), Errno> {
    match visited.get_mut(number) {
        Some(visited @ 0) => *visited = 1,
        _ => return Ok(()),
    }
    let file = Contents::of(&tree.file(number)?, OFlags::RDONLY | OFlags::NOFOLLOW)?;
    if purpose == Purpose::Load {
        bring(tree, file.bytes());
    }
    let index = tree.index()?;
    for name in needed(file.bytes()) {
        for other in 0..index.len() {
            if last_name(index.path(other)) == name {
                visit(tree, other, purpose, visited)?;
            }
        }
    }
    Ok(())
}

/// A file that is mapped. Files of the cache are never written to once they have their names.
struct Contents(*mut u8, usize);

impl Contents {
    fn of(path: &PathBuffer, flags: OFlags) -> Result<Self, Errno> {
        let file = open(path.as_c_str(), flags | OFlags::CLOEXEC, Mode::empty())?;
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
const DT_RPATH: u64 = 15;
const DT_RUNPATH: u64 = 29;

/// The names of the libraries that a library needs; none if it is no ELF file of 64 bits, or damaged.
fn needed(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    strings(file, DT_NEEDED)
}

/// The directories in which a library looks for others, with `:` between them.
fn search_path(file: &[u8]) -> &[u8] {
    strings(file, DT_RUNPATH).chain(strings(file, DT_RPATH)).next().unwrap_or_default()
}

/// The strings with a tag in the dynamic section.
fn strings(file: &[u8], wanted: u64) -> impl Iterator<Item = &[u8]> {
    let dynamic = || dynamic(file).unwrap_or_default();
    let names = dynamic().find(|(tag, _)| *tag == DT_STRTAB).and_then(|(_, address)| offset(file, address));
    dynamic().filter(move |(tag, _)| *tag == wanted).filter_map(move |(_, at)| {
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
