//! How paths of files are written.

use std::borrow::Cow;

/// How the path of a file is written: with version 4 always as on Unix, with versions 1 to 3 as on the platform that
/// wrote the blob, which it does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NativePaths {
    /// Bytes with `/`, in UTF-8 as a rule.
    Unix,
    /// UTF-16, little-endian, with `\`.
    Windows,
}

impl NativePaths {
    /// Those of the platform this is compiled for.
    pub const HOST: Self = if cfg!(windows) { Self::Windows } else { Self::Unix };

    /// The path in UTF-8 with `/`, or `None` if it has no such form.
    pub(crate) fn decode(self, stored: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Unix => std::str::from_utf8(stored).ok().map(Cow::Borrowed),
            Self::Windows => {
                let units = stored.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
                let path = char::decode_utf16(units).collect::<Result<String, _>>().ok()?;
                Some(Cow::Owned(path.replace('\\', "/")))
            }
        }
    }

    /// The bytes of a path that is in UTF-8 with `/`.
    pub fn encode(self, path: Cow<'_, str>) -> Cow<'_, [u8]> {
        match (self, path) {
            (Self::Unix, Cow::Borrowed(path)) => Cow::Borrowed(path.as_bytes()),
            (Self::Unix, Cow::Owned(path)) => Cow::Owned(path.into_bytes()),
            (Self::Windows, path) => {
                Cow::Owned(path.replace('/', "\\").encode_utf16().flat_map(u16::to_le_bytes).collect())
            }
        }
    }
}
