use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::elf::Elf;
use crate::error::Error;

/// The name of the section, with its end. The macro below has it too.
const SECTION: &[u8] = b".pyoxidizer\0";

/// Puts the text of a [`LauncherMarker`] into the executable that is compiled. It is given as a reference to an array
/// of bytes.
///
/// ```
/// pyox_program_format::embed_launcher_marker!(b"python=3.13\n");
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! embed_launcher_marker {
    ($text:expr) => {
        #[used]
        #[unsafe(link_section = ".pyoxidizer")]
        static LAUNCHER_MARKER: [u8; $text.len()] = *$text;
    };
}

/// For what a launcher was built: lines of `key=value` in the section `.pyoxidizer`, perhaps padded with zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LauncherMarker {
    fields: BTreeMap<String, String>,
}

/// What a launcher says about itself. All of it has to be the same for a launcher and the payload that is attached to
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum MarkerField {
    /// The version of Python as `major.minor`, such as `3.13`.
    Python,
    /// The whole version of Python, such as `3.13.0` or `3.14.0rc1`.
    Version,
    /// The ABI of extension modules with its flags, such as `cpython-313t-x86_64-linux-gnu`.
    Abi,
    /// The magic number of bytecode, hexadecimal.
    Bytecode,
    /// The target triple, as Rust calls it.
    Target,
    /// The version of packed resources that the launcher reads.
    Format,
    /// The version of the interpreter configuration that the launcher reads.
    Protocol,
    /// The extension modules that are linked into the launcher besides those of its Python, with a digest of their
    /// code.
    /// A launcher without any has no such field.
    Extensions,
    /// `shared` if libpython is not part of the launcher but among the resources, for any patch release and build of
    /// the minor version: such a launcher has no [`MarkerField::Version`].
    Libpython,
}

impl MarkerField {
    /// The key in the marker.
    pub fn key(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Version => "version",
            Self::Abi => "abi",
            Self::Bytecode => "magic",
            Self::Target => "target",
            Self::Format => "format",
            Self::Protocol => "protocol",
            Self::Extensions => "extensions",
            Self::Libpython => "libpython",
        }
    }
}

impl LauncherMarker {
    /// The line of a marker that [`LauncherMarker::seal`] completes.
    const UNSEALED: &str = "sha256=0000000000000000000000000000000000000000000000000000000000000000\n";

    /// The key of the memory allocators that a launcher has beyond those of every Python, with commas between them. A
    /// launcher without the key has none.
    pub const ALLOCATORS: &str = "allocators";

    /// A marker as a launcher has it before it is sealed.
    ///
    /// # Errors
    ///
    /// [`Error::Marker`] if a field is given twice, or its value is more than a line.
    pub fn text<V: AsRef<str>>(fields: impl IntoIterator<Item = (MarkerField, V)>) -> Result<String, Error> {
        let mut text = String::new();
        for (number, (field, value)) in fields.into_iter().enumerate() {
            let value = value.as_ref();
            if value.contains(['\n', '\r', '\0']) {
                return Err(Error::Marker { line: number + 1, text: value.to_owned() });
            }
            let _ = writeln!(text, "{}={value}", field.key());
        }
        text.push_str(Self::UNSEALED);
        Self::from_text(&text)?;
        Ok(text)
    }

    /// Reads the marker of an executable; `None` if it has none and is therefore no launcher of ours.
    ///
    /// # Errors
    ///
    /// [`Error::NotExecutable`] and [`Error::Marker`].
    pub fn read(executable: &[u8]) -> Result<Option<Self>, Error> {
        let Some(range) = Elf::parse(executable)?.section(SECTION)? else { return Ok(None) };
        let content = &executable[range];
        let len = content.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        let text = std::str::from_utf8(&content[..len]);
        let text = text.map_err(|error| Error::Marker { line: 1, text: error.to_string() })?;
        Self::from_text(text).map(Some)
    }

    fn from_text(text: &str) -> Result<Self, Error> {
        let mut fields = BTreeMap::new();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
            let bad = || Error::Marker { line: number + 1, text: line.to_owned() };
            let (key, value) = line.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(bad)?;
            if fields.insert(key.to_owned(), value.to_owned()).is_some() {
                return Err(bad());
            }
        }
        Ok(Self { fields })
    }

    /// All keys and values, also those that this version does not know.
    pub fn fields(&self) -> &BTreeMap<String, String> {
        &self.fields
    }

    /// The value of a field.
    pub fn field(&self, field: MarkerField) -> Option<&str> {
        self.fields.get(field.key()).map(String::as_str)
    }
}

#[cfg(feature = "digest")]
mod seal {
    use std::ops::Range;

    use sha2::{Digest as _, Sha256};

    use super::{Elf, Error, LauncherMarker, SECTION};

    impl LauncherMarker {
        /// Writes the SHA-256 of a finished launcher into its marker, so that damage of any byte is noticed.
        ///
        /// # Errors
        ///
        /// [`Error::NotExecutable`], and [`Error::NoSeal`] if it has no marker that [`LauncherMarker::text`] has made.
        pub fn seal(launcher: &mut [u8]) -> Result<(), Error> {
            let range = digits(launcher)?.ok_or(Error::NoSeal)?;
            let digest = digest_around(launcher, &range);
            launcher[range].copy_from_slice(digest.as_bytes());
            Ok(())
        }

        /// Whether a launcher is as it was sealed.
        pub fn is_intact(launcher: &[u8]) -> bool {
            let Ok(Some(range)) = digits(launcher) else { return false };
            digest_around(launcher, &range).as_bytes() == &launcher[range]
        }
    }

    /// Where the digits of the digest are in the file.
    fn digits(launcher: &[u8]) -> Result<Option<Range<usize>>, Error> {
        let line = LauncherMarker::UNSEALED.len() - 1;
        let key = LauncherMarker::UNSEALED.split_inclusive('=').next().unwrap_or_default();
        let Some(section) = Elf::parse(launcher)?.section(SECTION)? else { return Ok(None) };
        let found = launcher[section.clone()].windows(line).position(|part| part.starts_with(key.as_bytes()));
        Ok(found.map(|at| section.start + at + key.len()..section.start + at + line))
    }

    /// Hexadecimal SHA-256 of all bytes but those of a range.
    fn digest_around(bytes: &[u8], range: &Range<usize>) -> String {
        let hash = Sha256::new().chain_update(&bytes[..range.start]).chain_update(&bytes[range.end..]);
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_read_as_it_was_written() -> Result<(), Error> {
        let fields = [(MarkerField::Python, "3.11"), (MarkerField::Abi, ""), (MarkerField::Format, "4")];
        let marker = LauncherMarker::from_text(&LauncherMarker::text(fields)?)?;
        assert_eq!(fields.map(|(field, _)| marker.field(field)), fields.map(|(_, value)| Some(value)));
        assert_eq!((marker.field(MarkerField::Target), marker.fields().len()), (None, 4));
        Ok(())
    }

    #[test]
    fn fields_that_would_be_read_otherwise_are_refused() {
        for value in ["3.11\nabi=other", "3.11\n", "3.11\r", "\n3.11"] {
            assert!(LauncherMarker::text([(MarkerField::Python, value)]).is_err(), "{value:?}");
        }
        assert!(LauncherMarker::text([(MarkerField::Python, "3.11"), (MarkerField::Python, "3.12")]).is_err());
        for (text, wrong) in [("python=3.11\nformat", 2), ("=x", 1), ("a=1\na=2", 2)] {
            assert!(matches!(LauncherMarker::from_text(text), Err(Error::Marker { line, .. }) if line == wrong));
        }
    }
}
