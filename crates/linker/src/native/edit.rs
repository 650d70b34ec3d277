//! Making libraries smaller and independent of where they were built. Nothing that is loaded moves.

use goblin::elf::dynamic::{DT_NEEDED, DT_NULL, DT_RPATH, DT_RUNPATH};
use goblin::elf::header::{EM_AARCH64, EM_X86_64, ET_DYN};
use goblin::elf::program_header::{PT_DYNAMIC, PT_NULL};

use super::elf::version_needs;
use super::image::{DynamicTable, Image, malformed, slice};
use super::{ElfError, VersionNeed};

/// Offsets of fields in the header of a 64-bit file, in bytes.
const E_SHOFF: usize = 0x28;
const E_SHNUM: usize = 0x3c;
/// Length of the header of a 64-bit file, in bytes.
const HEADER_LEN: u64 = 64;
/// Length of an entry of the dynamic section of a 64-bit file, in bytes.
const DYNAMIC_ENTRY: usize = 16;

/// Removes from a shared library what the dynamic loader never looks at: debugging information, the static symbol table and
/// the section headers, all of which linkers put behind everything that is loaded.
///
/// A file of an unusual layout, of another kind than a 64-bit little-endian shared library, or damaged, is returned as it is.
pub fn trim(mut bytes: Vec<u8>) -> Vec<u8> {
    let Some(end) = loaded_end(&bytes) else { return bytes };
    bytes.truncate(end);
    // `loaded_end` saw a whole header, so these ranges exist.
    for (field, len) in [(E_SHOFF, 8), (E_SHNUM, 4)] {
        if let Some(field) = bytes.get_mut(field..field + len) {
            field.fill(0);
        }
    }
    bytes
}

/// Where the part of a library ends that the dynamic loader needs, if it is certain that nothing else is before that point.
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
    let sections_are_behind = header.e_shoff == 0 || header.e_shoff >= end;
    let end = usize::try_from(end).ok()?;
    (sections_are_behind && end <= bytes.len()).then_some(end)
}

/// Removes from a library the directories to search (`DT_RPATH` and `DT_RUNPATH`) if `remove_search_path` says so of their list,
/// which colons separate, and the needs for those libraries for which `remove_needed` says so. The strings stay in the string table, where other names may share them.
///
/// For 64-bit little-endian files of x86-64 and AArch64. A file without a dynamic section is returned as it is.
///
/// # Errors
///
/// If the file is damaged or of another kind, or if it binds symbols to versions of a library that is to be removed.
pub fn edit_dynamic(
    mut bytes: Vec<u8>,
    remove_search_path: impl Fn(&str) -> bool,
    remove_needed: impl Fn(&str) -> bool,
) -> Result<Vec<u8>, ElfError> {
    let Some((start, edited)) = edited_entries(&bytes, remove_search_path, remove_needed)? else { return Ok(bytes) };
    let place = start.checked_add(edited.len()).and_then(|end| bytes.get_mut(start..end));
    place.ok_or(malformed("dynamic section", start as u64))?.copy_from_slice(&edited);
    Ok(bytes)
}

/// The new content of the dynamic section and where it belongs; `None` if there is nothing to do.
fn edited_entries(
    bytes: &[u8],
    remove_search_path: impl Fn(&str) -> bool,
    remove_needed: impl Fn(&str) -> bool,
) -> Result<Option<(usize, Vec<u8>)>, ElfError> {
    let image = Image::parse(bytes)?.editable()?;
    // Elsewhere entries may hold their own address, as DT_MIPS_RLD_MAP_REL does, and must not move.
    if ![EM_X86_64, EM_AARCH64].contains(&image.header.e_machine) {
        return Err(ElfError::Unsupported { what: "only x86-64 and AArch64 files can be edited" });
    }
    let Some(segment) = image.segments.iter().find(|segment| segment.p_type == PT_DYNAMIC) else { return Ok(None) };
    let Some(dynamic) = image.dynamic()? else { return Ok(None) };
    let damaged = malformed("dynamic section", segment.p_offset);
    let Some(old) = slice(bytes, segment.p_offset, segment.p_filesz) else { return Err(damaged) };
    let start = usize::try_from(segment.p_offset).map_err(|_| damaged)?;

    let mut edited = Vec::with_capacity(old.len());
    let mut removed = Vec::new();
    // Length of the entries in use and of the terminator, in bytes.
    let mut used = 0usize;
    for entry in old.chunks_exact(DYNAMIC_ENTRY) {
        let (tag, value) = (field(entry, 0), field(entry, 8));
        used = used.saturating_add(DYNAMIC_ENTRY);
        if tag == DT_NULL {
            break;
        }
        let remove = match tag {
            DT_RPATH | DT_RUNPATH => remove_search_path(dynamic.string(value)?),
            DT_NEEDED => {
                let name = dynamic.string(value)?;
                let remove = remove_needed(name);
                if remove {
                    removed.push(name);
                }
                remove
            }
            _ => false,
        };
        if !remove {
            edited.extend_from_slice(entry);
        }
    }
    refuse_versioned(&image, &dynamic, &removed)?;
    // The entries that were removed and the terminator, all of which are DT_NULL now; what is behind it stays.
    edited.resize(used, 0);
    Ok((edited != old.get(..edited.len()).unwrap_or_default()).then_some((start, edited)))
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
