//! What a person can do about what is wrong with a configuration file.

use std::error::Error as StdError;

use pyox_starlark::{Error, Failure, Fault};
use pyox_terminal::hint::of_one as hint_of;

/// What configuration files were called.
const FORMER: &str = "pyoxidizer.toml";

/// What can be done about an error.
pub fn of(error: &(dyn StdError + 'static)) -> Option<String> {
    if let Some(failure) = error.downcast_ref::<Failure>() {
        return of_failure(failure);
    }
    match error.downcast_ref::<Error>() {
        Some(error) => of_error(error),
        None => of_fault(error.downcast_ref::<Box<Fault>>().map(|fault| &**fault).or_else(|| error.downcast_ref())?),
    }
}

fn of_failure(failure: &Failure) -> Option<String> {
    let mut cause = Some(failure.error());
    while let Some(error) = cause {
        if let Some(hint) = of(error).or_else(|| hint_of(error)) {
            return Some(hint);
        }
        cause = error.source();
    }
    None
}

fn of_error(error: &Error) -> Option<String> {
    match error {
        Error::Evaluation(failure) => of_failure(failure),
        Error::NotFound { directory } if directory.join(FORMER).is_file() => {
            Some(format!("{FORMER} was that of versions before 0.5: write a new one with: pyoxidizer init-config-file"))
        }
        Error::NotFound { .. } => {
            Some("write one with: pyoxidizer init-config-file DIRECTORY; or name its directory with --path".to_owned())
        }
        Error::NoFile { .. } => Some("unset PYOXIDIZER_CONFIG, or give it the path of a file".to_owned()),
        Error::NoTarget { .. } => Some("register one: register_target(\"exe\", make_exe)".to_owned()),
        Error::UnknownTarget { known, .. } => Some(format!("these are registered: {}", known.join(", "))),
        Error::Build { source, .. } => of_fault(source),
        _ => None,
    }
}

fn of_fault(fault: &Fault) -> Option<String> {
    Some(match fault {
        Fault::Attribute { near, .. } if !near.is_empty() => format!("there is {}", near.join(", ")),
        Fault::ReadOnly { assignable, .. } if !assignable.is_empty() => {
            format!("these can be assigned: {}", assignable.join(", "))
        }
        Fault::Removed { replacement, .. } => {
            format!("use {replacement}; `pyoxidizer upgrade` rewrites what can be rewritten")
        }
        Fault::Unsupported { instead, .. } => (*instead).to_owned(),
        Fault::UnknownTarget { known, .. } | Fault::UnknownDependency { known, .. } if !known.is_empty() => {
            format!("these are registered: {}", known.join(", "))
        }
        Fault::Cycle { .. } => "let one of them do without the other".to_owned(),
        Fault::DuplicateTarget { .. } => "give one of them another name".to_owned(),
        Fault::FilesNotAllowed { .. } => {
            "set policy.allow_files = True, or call policy.set_resource_handling_mode(\"files\")".to_owned()
        }
        Fault::Conflict { one, other } => format!("leave out {one} or {other}"),
        Fault::Unfiltered { .. } => "leave it at \"all\", or use another Python: default_python_distribution() with a \
            network, or PythonDistribution()"
            .to_owned(),
        Fault::Foreign { .. } => "remove it if nothing needs it, or name another directory".to_owned(),
        Fault::Packaging(error) => return hint_of(error),
        Fault::Input(error) => return hint_of(error),
        Fault::Artifacts(error) => return hint_of(error),
        Fault::Pip(error) => return hint_of(error),
        Fault::Setting(error) => return hint_of(error),
        Fault::Distribution(error) => return hint_of(error),
        Fault::Standalone(error) => return hint_of(error),
        Fault::Scan(error) => return hint_of(error),
        _ => return None,
    })
}
