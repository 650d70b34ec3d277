//! What a launcher says about itself.

use std::collections::BTreeMap;

use goblin::elf::section_header::SHT_NOBITS;

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
    /// Reads the marker of an executable; `None` if it has none and is therefore no launcher of ours.
    pub fn read(bytes: &[u8]) -> Result<Option<Self>, ElfError> {
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
        let len = content.iter().rposition(|&byte| byte != 0).map_or(0, |last| last.saturating_add(1));
        let content = content.get(..len).unwrap_or_default();
        let text = std::str::from_utf8(content).map_err(|_| malformed("launcher marker", section.sh_offset))?;
        Self::from_text(text).map(Some)
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
