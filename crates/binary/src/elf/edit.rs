//! Making libraries smaller and independent of where they were built. Nothing that is loaded moves.

use goblin::elf::dynamic::{DT_NEEDED, DT_NULL, DT_RPATH, DT_RUNPATH};
use goblin::elf::header::{EM_AARCH64, EM_X86_64, ET_DYN};
use goblin::elf::program_header::{PT_DYNAMIC, PT_NULL};

use crate::elf::facts::{directories, version_needs};
use crate::elf::image::{DynamicTable, Image, malformed, slice};
use crate::{ElfError, ElfFacts, VersionNeed};

/// Offsets of fields in the header of a 64-bit file, in bytes.
const E_SHOFF: usize = 0x28;
const E_SHNUM: usize = 0x3c;
/// Length of the header of a 64-bit file, in bytes.
const HEADER_LEN: u64 = 64;
/// Length of an entry of the dynamic section of a 64-bit file, in bytes.
const DYNAMIC_ENTRY: usize = 16;

/// Removes from a shared library what the dynamic loader never looks at: debugging information, the static symbol table
/// and the section headers, all of which linkers put after everything that is loaded.
///
/// A file of an unusual layout, of another kind than a 64-bit little-endian shared library, or damaged, is returned as
/// it is.
pub fn trim(bytes: Vec<u8>) -> Vec<u8> {
    let Some(mut trimmed) = loaded_end(&bytes).and_then(|end| Some(bytes.get(..end)?.to_vec())) else { return bytes };
    // `loaded_end` saw a whole header, so these ranges exist.
    for (field, len) in [(E_SHOFF, 8), (E_SHNUM, 4)] {
        if let Some(field) = trimmed.get_mut(field..field + len) {
            field.fill(0);
        }
    }
    // Damaged files may keep what they need anywhere.
    let facts = ElfFacts::from_bytes(&bytes);
    let is_same = facts.is_ok_and(|facts| ElfFacts::from_bytes(&trimmed).is_ok_and(|after| after == facts));
    if is_same { trimmed } else { bytes }
}

/// Where the part of a library ends that the dynamic loader needs, if it is certain that nothing else is before that
/// point.
fn loaded_end(bytes: &[u8]) -> Option<usize> {
    let image = Image::parse(bytes).and_then(Image::editable).ok()?;
    let header = &image.header;
    if header.e_type != ET_DYN || image.segments.is_empty() {
        return None;
    }
    let table = u64::from(header.e_phnum).checked_mul(header.e_phentsize.into())?;
    let mut end = HEADER_LEN.max(header.e_phoff.checked_add(table)?);
    for segment in image.segments.iter().filter(|segment| segment.p_type != PT_NULL) {
        end = end.max(segment.p_offset.checked_add(segment.p_filesz)?);
    }
    let sections_are_last = header.e_shoff == 0 || header.e_shoff >= end;
    let end = usize::try_from(end).ok()?;
    (sections_are_last && end <= bytes.len()).then_some(end)
}

/// Removes from a library the directories to search (`DT_RPATH` and `DT_RUNPATH`) if `remove_search_path` says so of
/// their list, which colons separate, and the needs for those libraries for which `remove_needed` says so. The strings
/// stay in the string table, where other names may share them.
///
/// For 64-bit little-endian files of x86-64 and AArch64. A file without a dynamic section is returned as it is.
///
/// # Errors
///
/// If the file is damaged or of another kind, or if it binds symbols to versions of a library that is to be removed.
pub fn edit_dynamic(
    bytes: Vec<u8>,
    remove_search_path: impl Fn(&str) -> bool,
    remove_needed: impl Fn(&str) -> bool,
) -> Result<Vec<u8>, ElfError> {
    let Some(edit) = edited_entries(&bytes, remove_search_path, remove_needed)? else { return Ok(bytes) };
    let damaged = || malformed("dynamic section", edit.start as u64);
    let mut edited = bytes.clone();
    let place = edit.start.checked_add(edit.entries.len()).and_then(|end| edited.get_mut(edit.start..end));
    place.ok_or_else(damaged)?.copy_from_slice(&edit.entries);
    // In a damaged file, other structures may lie in the dynamic section.
    let (old, new) = (Image::parse(&bytes)?, Image::parse(&edited)?);
    let before = ElfFacts::from_bytes(&bytes)?;
    let expected = ElfFacts { needed: edit.needed, rpath: edit.rpath, runpath: edit.runpath, ..before };
    let is_right = new.header == old.header
        && new.segments == old.segments
        && ElfFacts::from_bytes(&edited).is_ok_and(|facts| facts == expected);
    if is_right { Ok(edited) } else { Err(damaged()) }
}

/// What changes in a file, and what it needs and where it searches then.
#[derive(Default)]
struct Edit {
    start: usize,
    entries: Vec<u8>,
    needed: Vec<String>,
    rpath: Vec<String>,
    runpath: Vec<String>,
}

/// The new content of the dynamic section and where it belongs; `None` if there is nothing to do.
fn edited_entries(
    bytes: &[u8],
    remove_search_path: impl Fn(&str) -> bool,
    remove_needed: impl Fn(&str) -> bool,
) -> Result<Option<Edit>, ElfError> {
    let image = Image::parse(bytes)?.editable()?;
    // In other files entries may hold their own address, as DT_MIPS_RLD_MAP_REL does, and must not move.
    if ![EM_X86_64, EM_AARCH64].contains(&image.header.e_machine) {
        return Err(ElfError::Unsupported { what: "only x86-64 and AArch64 files can be edited" });
    }
    let Some(segment) = image.segments.iter().find(|segment| segment.p_type == PT_DYNAMIC) else { return Ok(None) };
    let Some(dynamic) = image.dynamic()? else { return Ok(None) };
    let damaged = malformed("dynamic section", segment.p_offset);
    let Some(old) = slice(bytes, segment.p_offset, segment.p_filesz) else { return Err(damaged) };
    let start = usize::try_from(segment.p_offset).map_err(|_| damaged)?;

    let mut edit = Edit { start, ..Edit::default() };
    let mut removed = Vec::new();
    // Length of the entries in use and of the terminator, in bytes.
    let mut used = 0usize;
    for entry in old.chunks_exact(DYNAMIC_ENTRY) {
        let (tag, value) = (field(entry, 0), field(entry, 8));
        used = used.saturating_add(DYNAMIC_ENTRY);
        if tag == DT_NULL {
            break;
        }
        let kept = match tag {
            DT_RPATH => Some(&mut edit.rpath),
            DT_RUNPATH => Some(&mut edit.runpath),
            DT_NEEDED => Some(&mut edit.needed),
            _ => None,
        };
        if let Some(kept) = kept {
            let text = dynamic.string(value)?;
            match tag {
                DT_NEEDED if remove_needed(text) => {
                    removed.push(text);
                    continue;
                }
                DT_NEEDED => kept.push(text.to_owned()),
                _ if remove_search_path(text) => continue,
                _ => kept.extend(directories(&[text])),
            }
        }
        edit.entries.extend_from_slice(entry);
    }
    refuse_versioned(&image, &dynamic, &removed)?;
    // The entries that were removed and the terminator, all of which are DT_NULL now; what is after it stays.
    edit.entries.resize(used, 0);
    Ok((edit.entries != old.get(..used).unwrap_or_default()).then_some(edit))
}

/// The dynamic loader asserts that every library with version needs is loaded.
fn refuse_versioned(image: &Image<'_>, dynamic: &DynamicTable<'_>, removed: &[&str]) -> Result<(), ElfError> {
    if removed.is_empty() {
        return Ok(());
    }
    let is_removed = |need: &VersionNeed| !need.is_weak && removed.contains(&need.library.as_str());
    match version_needs(image, dynamic)?.into_iter().find(is_removed) {
        Some(need) => Err(ElfError::VersionedNeed { soname: need.library }),
        None => Ok(()),
    }
}

fn field(entry: &[u8], at: usize) -> u64 {
    let bytes = entry.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
    u64::from_le_bytes(bytes.unwrap_or_default())
}

/// Removes what an extension module or library that a program carries does not need, or what would mislead: symbols and
/// debug information, search paths of the machine the file was built on, and the dependency on a libpython that is part
/// of the program. Paths that start where the library is lead to other files of its distribution, and stay. A file that
/// cannot be changed stays as it is.
pub fn prepare(content: Vec<u8>) -> Vec<u8> {
    let is_own = |directory: &str| directory.starts_with("$ORIGIN") || directory.starts_with("${ORIGIN}");
    let misleads = |path: &str| !path.split(':').all(is_own);
    let edited = edit_dynamic(content.clone(), misleads, is_libpython)
        .or_else(|_| edit_dynamic(content.clone(), misleads, |_| false))
        .unwrap_or(content);
    trim(edited)
}

/// Whether a library is the interpreter, by its SONAME.
pub fn is_libpython(soname: &str) -> bool {
    soname.starts_with("libpython") && soname.contains(".so")
}

#[cfg(test)]
mod tests {
    use goblin::elf::dynamic::{DT_SONAME, DT_STRSZ, DT_STRTAB};
    use goblin::elf::program_header::{PT_INTERP, PT_LOAD};

    use super::*;

    const ENTRIES: u64 = 64 + 3 * 56;

    /// A library whose dynamic section is its own string table, followed by `rest`, where the third segment is.
    fn library(third: u32, rest: &[u8]) -> Vec<u8> {
        let name = |name: &[u8; 8]| u64::from_le_bytes(*name);
        let entries = [
            (DT_NEEDED, 2 * 16 + 8),
            (DT_SONAME, 3 * 16 + 8),
            (0x6000_0001, name(b"liba.so\0")),
            (0x6000_0002, name(b"libb.so\0")),
            (DT_STRTAB, ENTRIES),
            (DT_STRSZ, 7 * 16),
            (DT_NULL, 0),
        ];
        let len = 16 * entries.len() as u64;
        let segments = [(PT_LOAD, 0, ENTRIES + len), (PT_DYNAMIC, ENTRIES, len), (third, ENTRIES + len, 0)];
        let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
        bytes.resize(64, 0);
        let header = [(16, 2, 3), (18, 2, 62), (20, 4, 1), (32, 8, 64), (52, 2, 64), (54, 2, 56), (56, 2, 3)];
        for (at, size, value) in header {
            let value: u64 = value;
            bytes[at..at + size].copy_from_slice(&value.to_le_bytes()[..size]);
        }
        for (kind, offset, len) in segments {
            bytes.extend(u64::from(kind).to_le_bytes());
            bytes.extend([offset, offset, offset, len, len, 1].map(u64::to_le_bytes).as_flattened());
        }
        bytes.extend(entries.iter().flat_map(|&(tag, value)| [tag, value]).flat_map(u64::to_le_bytes));
        bytes.extend(rest);
        bytes
    }

    #[test]
    fn a_library_that_an_edit_would_change_otherwise_is_refused() {
        let bytes = library(PT_NULL, b"");
        let facts = ElfFacts::from_bytes(&bytes).expect("is readable");
        assert_eq!((facts.needed, facts.soname), (vec!["liba.so".to_owned()], Some("libb.so".to_owned())));
        let edited = edit_dynamic(bytes.clone(), |_| false, |_| true);
        assert!(matches!(edited, Err(ElfError::Malformed { what: "dynamic section", offset: ENTRIES })), "{edited:?}");
        assert_eq!(edit_dynamic(bytes.clone(), |_| true, |_| false).expect("nothing to do"), bytes);
    }

    #[test]
    fn a_library_that_needs_what_is_not_loaded_is_not_trimmed() {
        let bytes = library(PT_INTERP, b"/ld.so\0");
        let facts = ElfFacts::from_bytes(&bytes).expect("is readable");
        assert_eq!(facts.interpreter.as_deref(), Some("/ld.so"));
        assert_eq!(trim(bytes.clone()), bytes);
        assert_eq!(trim(library(PT_NULL, b"debugging")), library(PT_NULL, b""));
    }
}
