//! Distribution archives.

use pyox_standalone::Error;

pub(super) fn hint(error: &Error) -> Option<String> {
    Some(match error {
        Error::NotADistribution { .. } => {
            "give an archive of python-build-standalone (.tar.zst or .tar.gz), or what `distribution create` makes"
                .into()
        }
        Error::InstallOnly { .. } => "take the full archive (-full.tar.zst), which has objects to link".into(),
        Error::UnknownVersion { newest, .. } => {
            format!("take an archive of a release whose PYTHON.json has version {newest} or an older one")
        }
        Error::MissingField { .. }
        | Error::Content(_)
        | Error::UnsafePath { .. }
        | Error::MissingFile { .. }
        | Error::Untrue { .. }
        | Error::Name { .. } => "the archive is damaged or not made as it should be: get it again".into(),
        Error::Member { .. } | Error::TooLong { .. } | Error::TooMany { .. } => {
            "get the archive from a source that you trust".into()
        }
        Error::Occupied { .. } => "name a directory that does not exist yet".into(),
        Error::Unknown { known, .. } => format!("these exist: {}", known.join(", ")),
        Error::Objects { .. } => "take an archive for this system, of a build without lto".into(),
        Error::Compile { .. } => "install a C compiler, or name one with CC".into(),
        Error::CannotCreate { .. } | Error::NotALibrary { .. } => "use a Python as pyenv builds it".into(),
        Error::Python(error) => return super::python::hint(error),
        Error::Output(error) => return super::output(error),
        Error::Io { source, .. } if source.kind() == std::io::ErrorKind::UnexpectedEof => {
            "the archive is cut: get it again".into()
        }
        Error::Io { source, .. } => {
            return super::io(source.kind()).or_else(|| Some("the archive may be damaged: get it again".into()));
        }
        _ => return None,
    })
}
