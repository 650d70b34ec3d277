//! What can go wrong with a Python.

use std::path::PathBuf;
use std::process::ExitStatus;

/// What can go wrong with finding, starting, describing or linking a Python.
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
    /// What should state versions does not.
    #[error("{text:?} does not state versions: {message}")]
    Specifiers {
        /// As given.
        text: String,
        /// What is wrong.
        message: String,
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
    /// The interpreter is one of 32 bits.
    #[error("{} has addresses of 32 bits", .executable.display())]
    ThirtyTwoBit {
        /// The interpreter.
        executable: PathBuf,
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
    /// There is no shared library of this Python.
    #[error("Python {version} at {} has no shared library; looked for {}", .executable.display(), join(.expected))]
    NoSharedLibrary {
        /// The interpreter.
        executable: PathBuf,
        /// Its version.
        version: String,
        /// The files that were looked for.
        expected: Vec<PathBuf>,
    },
    /// There is no library of this Python: it is a part of the interpreter alone.
    #[error("Python {version} at {} has neither {soname} nor a static library", .executable.display())]
    NoLibpython {
        /// The interpreter.
        executable: PathBuf,
        /// Its version.
        version: String,
        /// The name of the shared library.
        soname: String,
        /// The files that were looked for.
        expected: Vec<PathBuf>,
    },
    /// The files of a Python could not be read.
    #[error("cannot read {}", .path.display())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Bytecode that the Python of this machine compiles does not run in programs.
    #[error("Python {host} compiles bytecode {found}, Python {target} runs bytecode {expected}")]
    OtherBytecode {
        /// The version that compiles.
        host: String,
        /// The version of the programs.
        target: String,
        /// The magic number of what is compiled, as hexadecimal digits.
        found: String,
        /// The magic number that programs need.
        expected: String,
    },
    /// What another implementation of [`Host`](crate::Host) or [`Target`](crate::Target) meets.
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
    /// A program could not be started.
    #[error("cannot start {}", .program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// The last `count` lines of what a program wrote that are not blank.
fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        return "it wrote nothing".into();
    }
    lines[lines.len().saturating_sub(count)..].join("\n")
}

fn join(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_long_output_is_shown() {
        assert_eq!(last_lines("a\n\nb\nc\n", 2), "b\nc");
        assert_eq!(last_lines("\n", 2), "it wrote nothing");
    }
}
