//! Programs and resource files.

use std::collections::BTreeSet;

use pyox_inspect::extract::ExtractError;
use pyox_inspect::{AnalyzeError, Error};
use pyox_legacy_resources::LossKind;
use pyox_program_format::Error as ProgramError;

pub(super) fn hint(error: &Error) -> Option<String> {
    let text = match error {
        Error::Output(error) => return super::output(error),
        Error::Resources(error) => return super::format(error),
        Error::Extract(error) => extract(error).into(),
        Error::LauncherDigest { .. } => "copy or pack it again, and do not change the result".into(),
        Error::TrailingBytes { .. } => "the file was changed after it was made: copy or make it again".into(),
        Error::NoPayload { source, .. } => match source {
            ProgramError::Disagreement { .. } | ProgramError::Outside { .. } => {
                "the program was changed after it was made: copy or pack it again, \
                and keep what is added to it in another \
                 file"
                    .into()
            }
            ProgramError::NotExecutable { .. } | ProgramError::Missing => NO_RESOURCES.into(),
            ProgramError::Stripped => {
                "pack it again, and do not strip the result: the launcher is stripped already".into()
            }
            ProgramError::Truncated { .. } | ProgramError::Damaged { .. } => "copy or pack it again".into(),
            ProgramError::BareLauncher => "applications are attached to launchers with: pyoxidizer pack".into(),
            _ => return None,
        },
        Error::Empty { .. } | Error::NoResources { .. } => NO_RESOURCES.into(),
        Error::ResourcesVersion { .. } => "use the pyoxidizer that made it".into(),
        Error::OpenResources { .. } => "the file is damaged or incomplete: copy or make it again".into(),
        Error::NoConversion { .. } => "versions 1 to 3 become version 4, and version 4 becomes version 3".into(),
        Error::Convert { source: pyox_packed_resources::Error::DecodedLimit { .. }, .. } => super::DECODED_LIMIT.into(),
        Error::Convert { .. } => "pyoxidizer resources list and verify say what is there and what is damaged".into(),
        Error::ConversionLoss { losses, .. } => {
            let kinds: BTreeSet<_> = losses.iter().map(|lost| lost.kind).collect();
            let names: Vec<_> = kinds.into_iter().map(LossKind::name).collect();
            format!("do without these with: --allow-loss {}", names.join(","))
        }
        Error::ConversionDiffers { .. } => "the disk may be faulty: write elsewhere with -o".into(),
        Error::Io { source, .. } => return super::io(source.kind()),
        _ => return None,
    };
    Some(text)
}

const NO_RESOURCES: &str = "give a program made by pyoxidizer pack, or a file of packed resources";

fn extract(error: &ExtractError) -> &'static str {
    match error {
        ExtractError::UnsafePath { .. } => "do not trust this file; name the entries that you want",
        ExtractError::Conflict { .. } => "name the entries that you want",
        ExtractError::Value { source: pyox_packed_resources::Error::DecodedLimit { .. }, .. } => super::DECODED_LIMIT,
        ExtractError::Value { .. } => "pyoxidizer resources verify says what is damaged",
        ExtractError::Exists { .. } => "choose another directory with -o, or overwrite files with --force",
        ExtractError::Symlink { .. } | ExtractError::InTheWay { .. } => "choose another directory with -o",
        _ => "check that the directory exists, that it can be written to, and that there is space",
    }
}

pub(super) fn analyze(error: &AnalyzeError) -> String {
    match error {
        AnalyzeError::Unknown => "give a program, a library, an extension module, or a file of packed resources".into(),
        _ => "the file is damaged or incomplete: copy or make it again".into(),
    }
}
