//! Headers of bytecode files.

use pyox_packed_resources::pyc;

/// Bytecode files of one Python minor version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pyc {
    python: (u8, u8),
    magic: u16,
}

/// The magic numbers of released versions, as `importlib.util.MAGIC_NUMBER` has them before `\r\n`. They are the same
/// in all patch releases.
const MAGIC_NUMBERS: [((u8, u8), u16); 6] =
    [((3, 9), 3425), ((3, 10), 3439), ((3, 11), 3495), ((3, 12), 3531), ((3, 13), 3571), ((3, 14), 3627)];

impl Pyc {
    /// For a CPython of this major and minor version; `None` if its magic number is not known here.
    pub fn of(python: (u8, u8)) -> Option<Self> {
        let (_, magic) = MAGIC_NUMBERS.into_iter().find(|(version, _)| *version == python)?;
        Some(Self { python, magic })
    }

    /// What stands before the marshalled code: an unchecked hash-based header (PEP 552), whose hash is zero.
    pub fn header(self) -> [u8; 16] {
        let [low, high] = self.magic.to_le_bytes();
        pyc::header([low, high, b'\r', b'\n'])
    }

    /// The tag in file names (PEP 3147): `cpython-311`.
    pub fn tag(self) -> String {
        format!("cpython-{}{}", self.python.0, self.python.1)
    }
}

#[cfg(test)]
mod tests {
    use pyox_distribution::{Installed, Python as _};

    use super::*;

    #[test]
    fn magic_numbers_are_those_of_the_pythons_here() {
        let pythons = Installed::discover();
        assert!(!pythons.is_empty());
        for python in pythons {
            let header = Pyc::of(python.minor()).expect("every version that is supported").header();
            assert_eq!(pyox_packed_resources::hex(&header[..4]), python.info().magic, "{}", python.info().version);
        }
    }
}
