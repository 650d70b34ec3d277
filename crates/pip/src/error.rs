//! What can go wrong with installing.

use std::path::PathBuf;
use std::process::ExitStatus;

/// Requirements could not be installed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The interpreter has no pip.
    #[error("{} has no pip", executable.display())]
    NoPip {
        /// The interpreter.
        executable: PathBuf,
    },
    /// A requirement is an option of pip.
    #[error("{text:?} is an option of pip and no requirement")]
    Option {
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
    #[error("pip failed ({status}); it said:\n{}", last_lines(output, 12))]
    Failed {
        /// The command line, for people.
        command: Vec<String>,
        /// How it ended.
        status: ExitStatus,
        /// Everything that it wrote.
        output: String,
    },
    /// The interpreter could not be started.
    #[error("cannot start {}", executable.display())]
    Spawn {
        /// The interpreter.
        executable: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// What pip has installed cannot be read.
    #[error(transparent)]
    Scan(#[from] pyox_scanner::Error),
    /// A file or directory could not be read or written.
    #[error("cannot {action} {}", path.display())]
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
}

/// The last `count` lines of what a program wrote that are not blank.
fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        return "it wrote nothing".into();
    }
    lines[lines.len().saturating_sub(count)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::last_lines;

    #[test]
    fn only_the_end_of_long_output_is_shown() {
        assert_eq!(last_lines("a\n\nb\nc\n", 2), "b\nc");
        assert_eq!(last_lines("\n", 2), "it wrote nothing");
    }
}
