//! Leading the dynamic loader to other directories.

use goblin::elf::dynamic::{DT_RPATH, DT_RUNPATH};

use crate::elf::image::{DynamicTable, Image, malformed};
use crate::{ElfError, ElfFacts};

/// Replaces the directories to search (`DT_RUNPATH`, or `DT_RPATH` without one) of a file by a shorter list, which
/// colons separate. The new text is written over the old one, so that nothing moves.
///
/// For 64-bit little-endian files.
///
/// # Errors
///
/// If the file is damaged or of another kind, has no list, or one that is shorter than the new one.
pub fn with_search_path(mut bytes: Vec<u8>, directories: &str) -> Result<Vec<u8>, ElfError> {
    let (old, place) = {
        let image = Image::parse(&bytes)?.editable()?;
        let missing = ElfError::Unsupported { what: "there is no list of directories to replace" };
        let Some(dynamic) = image.dynamic()? else { return Err(missing) };
        let Some(value) = dynamic.value(DT_RUNPATH).or_else(|| dynamic.value(DT_RPATH)) else { return Err(missing) };
        (dynamic.string(value)?.to_owned(), place(&dynamic, value)?)
    };
    if directories.len() > old.len() {
        return Err(ElfError::Unsupported { what: "the new list of directories is longer than the old one" });
    }
    let before = ElfFacts::from_bytes(&bytes)?;
    let damaged = || malformed("dynamic string table", place as u64);
    let text = bytes.get_mut(place..place.saturating_add(old.len())).ok_or_else(damaged)?;
    text.fill(0);
    text[..directories.len()].copy_from_slice(directories.as_bytes());
    // Other names may share the text, as linkers let the end of one stand for another.
    let after = ElfFacts::from_bytes(&bytes)?;
    let lists = ElfFacts { rpath: before.rpath.clone(), runpath: before.runpath.clone(), ..after.clone() };
    let new: Vec<&str> = directories.split(':').filter(|directory| !directory.is_empty()).collect();
    let is_new = if before.runpath.is_empty() { after.rpath == new } else { after.runpath == new };
    if lists == before && is_new { Ok(bytes) } else { Err(damaged()) }
}

/// Where in the file a string of the dynamic section is.
fn place(dynamic: &DynamicTable<'_>, offset: u64) -> Result<usize, ElfError> {
    let at = dynamic.strings_at().saturating_add(offset);
    usize::try_from(at).map_err(|_| malformed("dynamic string table", at))
}
