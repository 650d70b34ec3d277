//! The parts of a file.

use std::io::{self, Write};

use pyox_inspect::ResourceFile;
use pyox_legacy_resources::Packed;
use pyox_packed_resources::{Error, Section, SectionKind, hex};
use serde_json::{Value, json};

use crate::text::counted;

/// What is known of a file without its entries.
pub struct Sections<'f> {
    file: &'f ResourceFile,
    version: u8,
    /// Length of the resources in bytes.
    length: usize,
    /// None in versions 1 to 3.
    sections: Vec<Section>,
    digest: Option<[u8; 32]>,
}

impl<'f> Sections<'f> {
    pub fn of(file: &'f ResourceFile, packed: &Packed<'_>) -> Result<Self, Error> {
        let version = packed.version();
        Ok(match packed.blob() {
            Some(blob) => {
                Self { file, version, length: blob.len(), sections: blob.sections().collect(), digest: blob.digest()? }
            }
            None => Self { file, version, length: file.resources().len(), sections: Vec::new(), digest: None },
        })
    }

    pub fn print(&self, quiet: bool, out: &mut dyn Write) -> io::Result<()> {
        let Self { file, version, length, .. } = self;
        if !quiet && *version == 4 {
            writeln!(out, "{:>10} {:>10}  {:<8}  {:>5}  section", "offset", "length", "crc-32", "kind")?;
        }
        for section in &self.sections {
            let (kind, code) = (section.kind, section.kind.code());
            writeln!(out, "{:>10} {:>10}  {:08x}  {code:>5}  {kind}", section.offset, section.length, section.crc)?;
        }
        if quiet {
            return Ok(());
        }
        write!(out, "{length} bytes, version {version}")?;
        if file.offset() != 0 {
            write!(out, ", at offset {} of a program with {} bytes", file.offset(), file.len())?;
        }
        if let Some((major, minor)) = file.python() {
            write!(out, ", for Python {major}.{minor}")?;
        }
        if *version != 4 {
            return writeln!(out, ", without checksums");
        }
        let dictionaries = self.sections.iter().filter(|section| matches!(section.kind, SectionKind::Dictionary(_)));
        writeln!(out, ", {}", counted(dictionaries.count() as u64, "dictionary", "dictionaries"))?;
        match self.digest {
            Some(digest) => writeln!(out, "sha-256 {}", hex(&digest)),
            None => writeln!(out, "no digest"),
        }
    }

    /// An object.
    pub fn json(&self) -> Value {
        let sections = self.sections.iter().map(|section| {
            json!({
                "name": section.kind.to_string(),
                "kind": section.kind.code(),
                "offset": section.offset,
                "length": section.length,
                "crc32": format!("{:08x}", section.crc),
            })
        });
        json!({
            "file": self.file.path().display().to_string(),
            "version": self.version,
            "offset": self.file.offset(),
            "length": self.length,
            "python": self.file.python().map(|(major, minor)| format!("{major}.{minor}")),
            "digest": self.digest.map(|digest| hex(&digest)),
            "sections": sections.collect::<Vec<_>>(),
        })
    }
}
