//! Why one module could not be compiled.

use std::path::PathBuf;
use std::process::ExitStatus;

use serde::Deserialize;

use crate::marshal::MarshalError;

/// Why one module could not be compiled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// Python does not accept the source.
    #[error(
        "{filename}{}: {kind}: {message}{}",
        .line.map(|n| format!(":{n}")).unwrap_or_default(),
        quoted(.text.as_deref())
    )]
    Syntax {
        /// The file.
        filename: String,
        /// The name of Python's exception, such as `SyntaxError` or `IndentationError`.
        kind: String,
        /// Python's own words.
        message: String,
        /// The line, from 1.
        line: Option<u32>,
        /// The column in characters, from 1.
        column: Option<u32>,
        /// The text of the line.
        text: Option<String>,
    },
    /// The worker could not be started, or ended before it answered.
    #[error("cannot compile {filename}")]
    Worker {
        /// The file.
        filename: String,
        /// Why.
        #[source]
        source: WorkerError,
    },
    /// What another implementation of [`CompileBytecode`](crate::CompileBytecode) meets, other than a source that does
    /// not compile.
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
    /// The code that Python made is not understood.
    #[error("cannot read the compiled code of {filename}")]
    Marshal {
        /// The file.
        filename: String,
        /// Why.
        #[source]
        source: MarshalError,
    },
}

/// A worker process could not do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// It could not be started.
    #[error("cannot start {}", executable.display())]
    Start {
        /// The interpreter.
        executable: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It ended before it answered.
    #[error(
        "{} ended before it answered{}{}",
        .executable.display(),
        .status.map(|s| format!(" ({s})")).unwrap_or_default(),
        after_colon(.stderr)
    )]
    Died {
        /// The interpreter.
        executable: PathBuf,
        /// How it ended, if that is known.
        status: Option<ExitStatus>,
        /// What it wrote to its standard error.
        stderr: String,
    },
}

/// The last lines of what a process wrote.
fn after_colon(stderr: &str) -> String {
    let lines: Vec<&str> = stderr.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let last = &lines[lines.len().saturating_sub(5)..];
    if last.is_empty() { String::new() } else { format!(": {}", last.join("\n")) }
}

fn quoted(text: Option<&str>) -> String {
    text.map(str::trim).filter(|text| !text.is_empty()).map(|text| format!("\n    {text}")).unwrap_or_default()
}

/// What a worker says about a source that it did not compile.
#[derive(Debug, Deserialize)]
pub(super) struct Refusal {
    kind: String,
    message: String,
    line: Option<u32>,
    column: Option<u32>,
    text: Option<String>,
}

impl Refusal {
    pub(super) fn into_error(self, filename: String) -> CompileError {
        let Self { kind, message, line, column, text } = self;
        CompileError::Syntax { filename, kind, message, line, column, text }
    }
}
