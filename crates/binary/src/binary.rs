//! A binary of any format, examined.

use crate::{BinaryError, ElfFacts, Format, Image, mach_o, pe};

/// A binary of any format.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Binary {
    /// Its format.
    pub format: Format,
    /// What it says about itself: one for each architecture in a Mach-O file for several, else one.
    pub images: Vec<Image>,
    /// More of an ELF file.
    pub elf: Option<ElfFacts>,
}

impl Binary {
    /// Examines the bytes of a file.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # if cfg!(target_os = "linux") {
    /// let shell = pyox_binary::Binary::parse(&std::fs::read("/bin/sh")?)?;
    /// assert!(shell.images[0].needs.iter().any(|need| need.library.starts_with("libc.")));
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`BinaryError::Unknown`] if they are of none of the formats; the other errors are damage.
    pub fn parse(bytes: &[u8]) -> Result<Self, BinaryError> {
        if bytes.starts_with(goblin::elf::header::ELFMAG) {
            let facts = ElfFacts::from_bytes(bytes)?;
            Ok(Self { format: Format::Elf, images: vec![Image::from(&facts)], elf: Some(facts) })
        } else if pe::is_pe(bytes) {
            Ok(Self { format: Format::Pe, images: vec![pe::image(bytes)?], elf: None })
        } else if mach_o::is_mach_o(bytes) {
            Ok(Self { format: Format::MachO, images: mach_o::images(bytes)?, elf: None })
        } else {
            Err(BinaryError::Unknown)
        }
    }
}
