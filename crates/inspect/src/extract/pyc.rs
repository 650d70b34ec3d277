//! Headers of bytecode files.

/// Bytecode files of one Python minor version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pyc {
    python: (u8, u8),
    magic: u16,
}

/// The magic numbers of released versions, as `importlib.util.MAGIC_NUMBER` has them before `\r\n`. They are the same in all
/// patch releases.
const MAGIC_NUMBERS: [((u8, u8), u16); 6] =
    [((3, 9), 3425), ((3, 10), 3439), ((3, 11), 3495), ((3, 12), 3531), ((3, 13), 3571), ((3, 14), 3627)];

/// The source is not looked at (PEP 552): hash-based, and not to be checked.
const UNCHECKED_HASH: u32 = 1;

impl Pyc {
    /// For a CPython of this major and minor version; `None` if its magic number is not known here.
    pub fn of(python: (u8, u8)) -> Option<Self> {
        let (_, magic) = MAGIC_NUMBERS.into_iter().find(|(version, _)| *version == python)?;
        Some(Self { python, magic })
    }

    /// What stands before the marshalled code: an unchecked hash-based header (PEP 552), whose hash is zero.
    pub fn header(self) -> [u8; 16] {
        let mut header = [0; 16];
        header[..2].copy_from_slice(&self.magic.to_le_bytes());
        header[2..4].copy_from_slice(b"\r\n");
        header[4..8].copy_from_slice(&UNCHECKED_HASH.to_le_bytes());
        header
    }

    /// The tag in file names (PEP 3147): `cpython-311`.
    pub fn tag(self) -> String {
        format!("cpython-{}{}", self.python.0, self.python.1)
    }
}

#[cfg(test)]
mod tests {
    use pyox_distribution::{Distribution, Installed};

    use super::*;

    #[test]
    fn magic_numbers_are_those_of_the_pythons_here() {
        let pythons = Installed::discover();
        assert!(!pythons.is_empty());
        for python in pythons {
            let header = Pyc::of(python.minor()).expect("every version that is supported").header();
            let hex: String = header[..4].iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hex, python.info().magic, "{}", python.info().version);
        }
    }
}
