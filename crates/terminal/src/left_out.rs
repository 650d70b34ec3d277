//! Why something is not in a program, in words.

use pyox_packaging::Finding;
use pyox_scanner::SkipReason;

/// The path of what is left out, and why; with `concerning` only what the program may miss.
pub fn describe(finding: &Finding, concerning: bool) -> Option<(&str, String)> {
    let (path, reason, concerns) = match finding {
        Finding::Skipped { path, reason, concerns } => (path, skipped(reason), *concerns),
        Finding::NoPackage { path, concerns } => (path, "it belongs to no package".to_owned(), *concerns),
        Finding::NotSearched { file, line, directory, concerns } => {
            (file, format!("line {line} adds the directory {directory}, which is not searched"), *concerns)
        }
        _ => return None,
    };
    (concerns || !concerning).then_some((path, reason))
}

fn skipped(reason: &SkipReason) -> String {
    match reason {
        SkipReason::NotUtf8 => "the file name is not UTF-8".into(),
        SkipReason::BrokenLink => "the symbolic link is broken".into(),
        SkipReason::LinkLoop => "the symbolic link leads to a directory that contains it".into(),
        SkipReason::Scripts => "scripts of an installation are not packaged".into(),
        SkipReason::ForeignExtension => "the extension module is for another interpreter or platform".into(),
        SkipReason::Shadowed { by } => format!("{by} is imported instead"),
        SkipReason::PthCode { line } => format!("line {line} is code, which is not run"),
        SkipReason::PthMissing { line } => format!("line {line} names a directory that does not exist"),
        SkipReason::WheelScheme { scheme } => format!("files of the scheme {scheme:?} lie outside of sys.path"),
        SkipReason::BootstrapTool => "nothing requires this installation tool".into(),
        SkipReason::EditableHook => "it is the import hook of an editable installation".into(),
        SkipReason::SystemSitePackages => "system site-packages are not searched".into(),
        other => format!("{other:?}"),
    }
}
