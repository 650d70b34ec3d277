//! What a binary is, needs and offers, for ELF, PE and Mach-O; and what is inside if it is one of ours.
//!
//! [`analyze`] takes the bytes of a file. They may be anything: damage is an error and never a panic, nothing is
//! executed, and a small file never takes much time or memory.

mod contents;
mod error;

use std::collections::BTreeMap;
use std::fmt;

pub use contents::{Contents, Native, Package, SectionSize};
pub use error::AnalyzeError;
use pyox_binary::{Binary, BinaryError, ElfFacts, ElfKind, Image, LinuxNeeds};
use pyox_packed_resources::MAGIC;
use pyox_program_format::{Error as FormatError, LauncherMarker, payload_range};
use serde::Serialize;

/// Everything that is known of a file. It serializes as what `pyoxidizer analyze --json` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Analysis {
    /// The format of the file.
    pub format: Format,
    /// Its length in bytes.
    pub size: u64,
    /// The binary; one for each architecture in a Mach-O file for several, none in a file of packed resources.
    pub images: Vec<Image>,
    /// What an ELF program or library asks of a Linux distribution, together with the native code inside.
    pub linux: Option<LinuxNeeds>,
    /// What a launcher of ours, or a program with it, says about itself; see [`LauncherMarker`].
    pub launcher: Option<BTreeMap<String, String>>,
    /// What is inside of a program of ours, or of a file of packed resources.
    pub contents: Option<Contents>,
    /// Why what is inside of a program of ours cannot be read.
    pub damage: Option<String>,
}

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Format {
    /// Linux and most other systems like Unix.
    Elf,
    /// Windows.
    Pe,
    /// macOS.
    MachO,
    /// Not a binary but packed resources, of version 1 to 4.
    PackedResources,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Elf => "ELF",
            Self::Pe => "PE",
            Self::MachO => "Mach-O",
            Self::PackedResources => "packed resources",
        })
    }
}

impl From<pyox_binary::Format> for Format {
    fn from(format: pyox_binary::Format) -> Self {
        match format {
            pyox_binary::Format::Pe => Self::Pe,
            pyox_binary::Format::MachO => Self::MachO,
            _ => Self::Elf,
        }
    }
}

/// Examines the bytes of a file.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # if cfg!(target_os = "linux") {
/// let analysis = pyox_inspect::analyze(&std::fs::read("/bin/sh")?)?;
/// assert!(analysis.images[0].needs.iter().any(|need| need.library.starts_with("libc.")));
/// # }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`AnalyzeError::Unknown`] if they are of none of the formats; the other errors are damage. Damage of what is inside
/// of a program is no error but [`Analysis::damage`].
pub fn analyze(bytes: &[u8]) -> Result<Analysis, AnalyzeError> {
    let analysis = |format, images| Analysis {
        format,
        size: bytes.len() as u64,
        images,
        linux: None,
        launcher: None,
        contents: None,
        damage: None,
    };
    // The version of the format follows.
    if bytes.starts_with(&MAGIC[..MAGIC.len() - 1]) {
        let (contents, _) = contents::contents(bytes, 0..bytes.len())?;
        Ok(Analysis { contents: Some(contents), ..analysis(Format::PackedResources, Vec::new()) })
    } else {
        let binary = Binary::parse(bytes).map_err(|error| match error {
            BinaryError::Unknown => AnalyzeError::Unknown,
            error => error.into(),
        })?;
        let analysis = analysis(binary.format.into(), binary.images);
        Ok(match &binary.elf {
            Some(facts) => elf(bytes, facts, analysis),
            None => analysis,
        })
    }
}

/// Adds what is particular to Linux and to our programs.
fn elf(bytes: &[u8], facts: &ElfFacts, mut analysis: Analysis) -> Analysis {
    let marker = LauncherMarker::read(bytes).ok().flatten();
    let mut carried = Vec::new();
    match payload_range(bytes) {
        Ok(range) => match contents::contents(bytes, range) {
            Ok((contents, native)) => (analysis.contents, carried) = (Some(contents), native),
            Err(error) => analysis.damage = Some(error.to_string()),
        },
        Err(FormatError::Missing | FormatError::BareLauncher | FormatError::NotExecutable { .. }) => {}
        Err(error @ FormatError::Damaged { .. }) => analysis.damage = Some(error.to_string()),
        // Other programs may look like this, too.
        Err(error) => analysis.damage = marker.is_some().then(|| error.to_string()),
    }
    analysis.launcher = marker.map(|marker| marker.fields().clone());
    let is_run = matches!(facts.kind, ElfKind::Executable | ElfKind::Shared);
    if let Some(image) = analysis.images.first().filter(|_| is_run) {
        analysis.linux = Some(LinuxNeeds::of(&image.architecture, facts, &carried));
    }
    analysis
}
