//! Launchers.

use pyox_linker::Error;
use pyox_program_format::MarkerField;

pub(super) fn hint(error: &Error) -> Option<String> {
    let text = match error {
        Error::Distribution(error) => return super::python::hint(error),
        Error::Output(error) => return super::output(error),
        Error::Build { .. } => "give a prebuilt launcher with --launcher, or make the command above work".into(),
        Error::OtherMachine { .. } => "give a launcher that was compiled on such a machine with --launcher".into(),
        Error::NoCargo { .. } => "install Rust (cargo and a C linker) for the first pack of each Python version, \
            or give a prebuilt launcher \
             with --launcher or PYOXIDIZER_LAUNCHER"
            .into(),
        Error::Mismatch { field: MarkerField::Extensions, .. } => {
            "a launcher is linked for --static-extensions where none is given: leave out --launcher and \
             PYOXIDIZER_LAUNCHER"
                .into()
        }
        Error::Mismatch { python, .. } => {
            format!("make the right one with this pyoxidizer: pyoxidizer launcher build --python {python} -o DIR")
        }
        Error::NotALauncher { .. } | Error::Damaged { .. } | Error::NoPrebuilt { .. } => {
            "launchers are made with: pyoxidizer launcher build -o DIR".into()
        }
        Error::Attach(pyox_program_format::Error::AlreadyAttached) => {
            "that is a packed program; launchers are made with: pyoxidizer launcher build -o DIR".into()
        }
        Error::Io { source, .. } => return super::io(source.kind()),
        _ => return None,
    };
    Some(text)
}
