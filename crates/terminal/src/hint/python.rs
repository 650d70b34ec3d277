//! Pythons, what they compile and what pip installs for them.

use pyox_build_cache::CacheError;
use pyox_bytecode::{CompileError, WorkerError};
use pyox_distribution::Error;

pub(super) fn hint(error: &Error) -> Option<String> {
    Some(match error {
        Error::NotFound { available, .. } if available.is_empty() => {
            "install CPython 3.9 or later, or give the path of an interpreter".into()
        }
        Error::NotFound { available, .. } => {
            format!("these are installed: {}; or give the path of an interpreter", available.join(", "))
        }
        Error::Specifiers { .. } => "versions are stated as in \">=3.10,<3.13\" or \"==3.12.*\"".into(),
        Error::TooOld { minimum, .. } => format!("use CPython {minimum} or later"),
        Error::NotCPython { .. } => "use CPython; other implementations cannot be embedded".into(),
        Error::ThirtyTwoBit { .. } => "use a CPython of 64 bits".into(),
        Error::NoStaticLibrary { version, .. } => {
            let minor = minor(version);
            format!(
                "leave out --libpython static, or use a Python that installs libpython{minor}.a: \
                 pyenv's do, Debian has \
                 it in libpython{minor}-dev, and building CPython without `--disable-static-libpython` makes one"
            )
        }
        Error::NoSharedLibrary { version, .. } => {
            let minor = minor(version);
            format!(
                "leave out --libpython shared, or install libpython{minor}.so, \
                 as Debian's package libpython{minor} does"
            )
        }
        Error::NoLibpython { version, soname, .. } => {
            let minor = minor(version);
            format!(
                "this interpreter has Python in itself alone: install {soname}, \
                 which Debian and Ubuntu have in the package \
                 libpython{minor}, or use another Python, such as those of pyenv, uv and conda"
            )
        }
        Error::Other(error) => return error.downcast_ref().and_then(super::standalone::hint),
        Error::ProbeFailed { .. } | Error::ProbeOutput { .. } | Error::Spawn { .. } => {
            "give a version such as 3.12, or the path of a CPython that works".into()
        }
        _ => return None,
    })
}

/// `3.12` of `3.12.1`.
fn minor(version: &str) -> &str {
    version.rsplit_once('.').map_or(version, |(minor, _)| minor)
}

pub(super) fn worker(error: &WorkerError) -> &'static str {
    match error {
        WorkerError::Died { .. } => "the interpreter may have crashed on this source",
        _ => "give a version such as 3.12, or the path of a CPython that works",
    }
}

pub(super) fn compile(error: &CompileError) -> Option<String> {
    match error {
        CompileError::Worker { source, .. } => Some(worker(source).into()),
        CompileError::Marshal { .. } => Some("this Python may be newer than this program knows".into()),
        _ => None,
    }
}

pub(super) fn pip(error: &pyox_pip::Error) -> Option<String> {
    use pyox_pip::Error;
    Some(match error {
        Error::NoPip { executable } => format!(
            "run `{} -m ensurepip`, or install the pip package of your system for this Python",
            executable.display()
        ),
        Error::Option { .. } => {
            "write options into a requirements file; a project needs none, and is copied in any case: `./project`"
                .into()
        }
        Error::Editable { .. } => "require the project without `-e`".into(),
        Error::Failed { command, .. } => format!("the command was: {}", command.join(" ")),
        Error::Spawn { .. } => "give a version such as 3.12, or the path of a CPython that works".into(),
        _ => return None,
    })
}

pub(super) fn cache(error: &CacheError) -> Option<String> {
    match error {
        CacheError::NoDirectory => Some("set PYOXIDIZER_CACHE_DIR to a directory".into()),
        _ => None,
    }
}
