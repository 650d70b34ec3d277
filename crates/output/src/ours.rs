//! Telling files that were written by us from others.

use std::io::Read;
use std::path::Path;

use pyox_packed_resources::MAGIC;
use pyox_program_format::LauncherMarker;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Whether a file is a program, a report or a file of packed resources of ours.
pub fn is_output(path: &Path) -> bool {
    is_program(path) || starts_with(path, &MAGIC[..MAGIC.len() - 1]) || is_report(path)
}

/// Whether a file is a program of ours, or a launcher.
pub(super) fn is_program(path: &Path) -> bool {
    let bytes = || std::fs::read(path).unwrap_or_default();
    starts_with(path, b"\x7fELF") && matches!(LauncherMarker::read(&bytes()), Ok(Some(_)))
}

/// What every report has.
#[derive(Deserialize)]
struct Report {
    #[serde(rename = "summary")]
    _summary: Summary,
    #[serde(rename = "findings")]
    _findings: Vec<IgnoredAny>,
    #[serde(rename = "resources")]
    _resources: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
struct Summary {
    #[serde(rename = "output")]
    _output: IgnoredAny,
    #[serde(rename = "launcher_size")]
    _launcher_size: IgnoredAny,
}

fn is_report(path: &Path) -> bool {
    let bytes = || std::fs::read(path).unwrap_or_default();
    starts_with(path, b"{") && serde_json::from_slice::<Report>(&bytes()).is_ok()
}

fn starts_with(path: &Path, start: &[u8]) -> bool {
    let mut found = vec![0; start.len()];
    std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut found)).is_ok() && found == start
}
