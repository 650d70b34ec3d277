//! What a launcher says about itself.

use std::collections::BTreeMap;
use std::ops::Range;

use goblin::elf::section_header::SHT_NOBITS;
use sha2::{Digest, Sha256};

use super::ElfError;
use super::image::{Image, from, malformed};

/// The name of the section, with its end.
const SECTION: &[u8] = b".pyoxidizer\0";

/// For which Python a launcher was built: lines of `key=value` in the section `.pyoxidizer`, padded with zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LauncherMarker {
    fields: BTreeMap<String, String>,
}

impl LauncherMarker {
    /// The line of a marker that [`LauncherMarker::seal`] completes.
    pub const UNSEALED: &str = "sha256=0000000000000000000000000000000000000000000000000000000000000000\n";

    /// Reads the marker of an executable; `None` if it has none and is therefore no launcher of ours.
    ///
    /// # Errors
    ///
    /// [`ElfError`] if it is no ELF file, or the marker is damaged.
    pub fn read(bytes: &[u8]) -> Result<Option<Self>, ElfError> {
        let Some(range) = section(bytes)? else { return Ok(None) };
        let (offset, content) = (range.start as u64, &bytes[range]);
        let len = content.iter().rposition(|&byte| byte != 0).map_or(0, |last| last.saturating_add(1));
        let content = content.get(..len).unwrap_or_default();
        let text = std::str::from_utf8(content).map_err(|_| malformed("launcher marker", offset))?;
        Self::from_text(text).map(Some)
    }

    /// Writes the SHA-256 of a finished launcher into its marker, so that damage of any byte is noticed.
    ///
    /// # Errors
    ///
    /// [`ElfError`] if it has no marker with the line [`LauncherMarker::UNSEALED`].
    pub fn seal(bytes: &mut [u8]) -> Result<(), ElfError> {
        let range = digits(bytes)?.ok_or(malformed("launcher marker", 0))?;
        let digest = digest_around(bytes, &range);
        bytes[range].copy_from_slice(digest.as_bytes());
        Ok(())
    }

    /// Whether a launcher is as it was sealed.
    pub fn is_intact(bytes: &[u8]) -> bool {
        let Ok(Some(range)) = digits(bytes) else { return false };
        digest_around(bytes, &range).as_bytes() == &bytes[range]
    }

    fn from_text(text: &str) -> Result<Self, ElfError> {
        let mut fields = BTreeMap::new();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
            let bad = || ElfError::Marker { line: number.saturating_add(1), text: line.to_owned() };
            let (key, value) = line.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(bad)?;
            if fields.insert(key.to_owned(), value.to_owned()).is_some() {
                return Err(bad());
            }
        }
        Ok(Self { fields })
    }

    /// All keys and values.
    pub fn fields(&self) -> &BTreeMap<String, String> {
        &self.fields
    }

    /// The value of a key.
    pub fn field(&self, key: &str) -> Option<&str> {
        self.fields.get(key).map(String::as_str)
    }

    /// The version of Python as `major.minor`, such as `3.11`.
    pub fn python(&self) -> Option<&str> {
        self.field("python")
    }

    /// The ABI of extension modules, such as `cpython-311-x86_64-linux-gnu`.
    pub fn abi(&self) -> Option<&str> {
        self.field("abi")
    }

    /// The version of the packed resources format that the launcher reads.
    pub fn format(&self) -> Option<u32> {
        self.field("format")?.parse().ok()
    }
}

/// Where the section is in the file.
fn section(bytes: &[u8]) -> Result<Option<Range<usize>>, ElfError> {
    let image = Image::parse(bytes)?;
    let sections = image.sections()?;
    let Some(names) = sections.get(usize::from(image.header.e_shstrndx)) else { return Ok(None) };
    let names = image.slice("section names", names.sh_offset, names.sh_size)?;
    let is_marker = |name| from(names, name).is_some_and(|rest| rest.starts_with(SECTION));
    let Some(section) = sections.iter().find(|section| is_marker(section.sh_name as u64)) else { return Ok(None) };
    if section.sh_type == SHT_NOBITS {
        return Err(malformed("launcher marker without content", section.sh_offset));
    }
    let content = image.slice("launcher marker", section.sh_offset, section.sh_size)?;
    // It lies in the file, so that its offset is an index.
    let start = section.sh_offset as usize;
    Ok(Some(start..start + content.len()))
}

/// Where the digits of the digest are in the file.
fn digits(bytes: &[u8]) -> Result<Option<Range<usize>>, ElfError> {
    let (name, line) = (LauncherMarker::UNSEALED.find('=').map_or(0, |at| at + 1), LauncherMarker::UNSEALED);
    let Some(section) = section(bytes)? else { return Ok(None) };
    let found = bytes[section.clone()].windows(line.len()).position(|part| part.starts_with(&line.as_bytes()[..name]));
    Ok(found.map(|at| section.start + at + name..section.start + at + line.len() - 1))
}

/// Hexadecimal SHA-256 of all bytes but those of a range.
fn digest_around(bytes: &[u8], range: &Range<usize>) -> String {
    let hash = Sha256::new().chain_update(&bytes[..range.start]).chain_update(&bytes[range.end..]);
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_fields() -> Result<(), ElfError> {
        let marker = LauncherMarker::from_text("python=3.11\nabi=cpython-311\n\nformat=4\nempty=\n")?;
        assert_eq!((marker.python(), marker.abi(), marker.format()), (Some("3.11"), Some("cpython-311"), Some(4)));
        assert_eq!((marker.field("empty"), marker.field("none")), (Some(""), None));
        Ok(())
    }

    #[test]
    fn other_lines_are_refused() {
        for (text, wrong) in [("python=3.11\nformat", 2), ("=x", 1), ("a=1\na=2", 2)] {
            assert!(matches!(LauncherMarker::from_text(text), Err(ElfError::Marker { line, .. }) if line == wrong));
        }
    }
}
