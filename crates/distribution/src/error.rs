//! What can go wrong with a Python.

use std::path::PathBuf;
use std::process::ExitStatus;

/// What can go wrong with finding, starting, linking or feeding a Python.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No interpreter answers to what was asked for.
    #[error("no Python found for {}", .spec.as_deref().unwrap_or("`python3`"))]
    NotFound {
        /// What was asked for; `None` for the default.
        spec: Option<String>,
        /// Where it was looked for.
        searched: Vec<PathBuf>,
        /// The versions that were found instead.
        available: Vec<String>,
    },
    /// The interpreter is older than anything that can be embedded.
    #[error("{} is Python {found}, older than {minimum}", .executable.display())]
    TooOld {
        /// The interpreter.
        executable: PathBuf,
        /// Its version.
        found: String,
        /// The oldest version that can be used.
        minimum: &'static str,
    },
    /// The interpreter is not CPython.
    #[error("{} is {implementation}, not CPython", .executable.display())]
    NotCPython {
        /// The interpreter.
        executable: PathBuf,
        /// The name it gives itself.
        implementation: String,
    },
    /// The interpreter was started and failed to describe itself.
    #[error("{} failed to describe itself ({status}): {}", .executable.display(), last_lines(.stderr, 3))]
    ProbeFailed {
        /// The interpreter.
        executable: PathBuf,
        /// How it ended.
        status: ExitStatus,
        /// What it wrote to its standard error.
        stderr: String,
    },
    /// The interpreter described itself in a way that is not understood.
    #[error("{} gave a description that is not understood: {output:?}", .executable.display())]
    ProbeOutput {
        /// The interpreter.
        executable: PathBuf,
        /// What it wrote.
        output: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// There is no static library of this Python.
    #[error("Python {version} at {} has no static library; looked for {}", .executable.display(), join(.expected))]
    NoStaticLibrary {
        /// The interpreter.
        executable: PathBuf,
        /// Its version.
        version: String,
        /// The files that were looked for.
        expected: Vec<PathBuf>,
    },
    /// The interpreter has no pip.
    #[error("{} has no pip", .executable.display())]
    NoPip {
        /// The interpreter.
        executable: PathBuf,
    },
    /// A requirement is an option of pip.
    #[error("{text:?} is an option of pip and no requirement")]
    PipOption {
        /// As given.
        text: String,
    },
    /// Pip has installed a project as editable, and makes no wheel of it.
    #[error("{project} is installed as editable, and pip makes no wheel of it")]
    Editable {
        /// The normalised name of the project.
        project: String,
    },
    /// Pip ended with an error.
    #[error("pip failed ({status}); it said:\n{}", last_lines(.output, 12))]
    PipFailed {
        /// The command line, for people.
        command: Vec<String>,
        /// How it ended.
        status: ExitStatus,
        /// Everything that it wrote.
        output: String,
    },
    /// A program could not be started.
    #[error("cannot start {}", .program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A worker process ended before it answered.
    #[error("{} ended before it answered{}{}", .executable.display(), .status.map(|s| format!(" ({s})")).unwrap_or_default(), after_colon(.stderr))]
    WorkerDied {
        /// The interpreter.
        executable: PathBuf,
        /// How it ended, if that is known.
        status: Option<ExitStatus>,
        /// What it wrote to its standard error.
        stderr: String,
    },
    /// A file or directory could not be read or written.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// What was to be done, as a verb.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
}

impl Error {
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }

    /// What a person can do about it, if there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotFound { available, .. } if available.is_empty() => {
                Some("install CPython 3.9 or later, or give the path of an interpreter".into())
            }
            Self::NotFound { available, .. } => {
                Some(format!("these are installed: {}; or give the path of an interpreter", available.join(", ")))
            }
            Self::TooOld { minimum, .. } => Some(format!("use CPython {minimum} or later")),
            Self::NotCPython { .. } => Some("use CPython; other implementations cannot be embedded".into()),
            Self::NoStaticLibrary { version, .. } => {
                let minor = version.rsplit_once('.').map_or(version.as_str(), |(minor, _)| minor);
                Some(format!(
                    "use a Python that installs libpython{minor}.a: pyenv's do, Debian has it in libpython{minor}-dev, \
                     and building CPython without `--disable-static-libpython` makes one"
                ))
            }
            Self::NoPip { executable } => Some(format!(
                "run `{} -m ensurepip`, or install the pip package of your system for this Python",
                executable.display()
            )),
            Self::PipOption { .. } => Some(
                "write options into a requirements file; a project needs none, and is copied in any case: `./project`"
                    .into(),
            ),
            Self::Editable { .. } => Some("require the project without `-e`".into()),
            Self::PipFailed { command, .. } => Some(format!("the command was: {}", command.join(" "))),
            Self::ProbeFailed { .. } | Self::ProbeOutput { .. } | Self::Spawn { .. } => {
                Some("give a version such as 3.12, or the path of a CPython that works".into())
            }
            Self::WorkerDied { .. } => Some("the interpreter may have crashed on this source".into()),
            _ => None,
        }
    }
}

/// The last `count` lines of what a program wrote that are not blank.
fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        return "it wrote nothing".into();
    }
    lines[lines.len().saturating_sub(count)..].join("\n")
}

fn after_colon(stderr: &str) -> String {
    if stderr.trim().is_empty() { String::new() } else { format!(": {}", last_lines(stderr, 5)) }
}

fn join(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_name_what_is_there() {
        let error = Error::NotFound { spec: Some("3.99".into()), searched: vec![], available: vec!["3.11.7".into()] };
        assert_eq!(error.to_string(), "no Python found for 3.99");
        assert!(error.hint().is_some_and(|hint| hint.contains("3.11.7")));
    }

    #[test]
    fn only_the_end_of_long_output_is_shown() {
        assert_eq!(last_lines("a\n\nb\nc\n", 2), "b\nc");
        assert_eq!(last_lines("\n", 2), "it wrote nothing");
    }
}
