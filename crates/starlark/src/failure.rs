//! An evaluation that failed: what went wrong, and where.

use std::error::Error;
use std::fmt;

use starlark::ErrorKind;
use starlark::codemap::FileSpan;

/// Why evaluation failed, with the line that was evaluated. As text it is what went wrong, the line with a caret, and
/// the calls that led there.
#[derive(Debug)]
pub struct Failure {
    error: anyhow::Error,
    position: Option<Position>,
    calls: Vec<(String, Option<Position>)>,
}

/// A place in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Position {
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1.
    pub column: usize,
    /// How many characters of the line are meant.
    pub length: usize,
    /// The line.
    pub text: String,
}

impl Position {
    fn of(span: &FileSpan) -> Self {
        let place = span.resolve_span();
        let text = span.file.source_line(place.begin.line).to_owned();
        let rest = text.chars().count().saturating_sub(place.begin.column);
        let length = if place.end.line == place.begin.line { place.end.column - place.begin.column } else { rest };
        let (line, column) = (place.begin.line + 1, place.begin.column + 1);
        Self { file: span.filename().to_owned(), line, column, length: length.max(1), text }
    }
}

impl Failure {
    /// What went wrong.
    pub fn error(&self) -> &(dyn Error + 'static) {
        &*self.error
    }

    /// Where, if that is known.
    pub fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    /// The functions that were running, the outermost first, each with the place of the file that it was called from;
    /// some are called by others that are no part of the file.
    pub fn calls(&self) -> &[(String, Option<Position>)] {
        &self.calls
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The message of fail() begins with a blank.
        f.write_str(self.error.to_string().trim_start())?;
        if let Some(Position { file, line, column, length, text }) = &self.position {
            let margin = " ".repeat(line.to_string().len());
            let before: String =
                text.chars().take(column - 1).map(|character| if character == '\t' { '\t' } else { ' ' }).collect();
            write!(f, "\n  at {file}:{line}:{column}\n  {margin} |\n  {line} | {text}")?;
            write!(f, "\n  {margin} | {before}{}", "^".repeat(*length))?;
        }
        let calls: Vec<_> = self.calls.iter().rev().collect();
        for same in calls.chunk_by(|one, other| one == other) {
            let (function, position) = same[0];
            write!(f, "\n  in {function}")?;
            if let Some(Position { file, line, column, .. }) = position {
                write!(f, ", called at {file}:{line}:{column}")?;
            }
            if let more @ 1.. = same.len() - 1 {
                write!(f, ", and {more} times more")?;
            }
        }
        Ok(())
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

impl From<starlark::Error> for crate::Error {
    fn from(error: starlark::Error) -> Self {
        let position = error.span().map(Position::of);
        // A function that is called from outside of the file has a frame without a name below its own.
        let frames = error.call_stack().frames.iter().filter(|frame| frame.name != "None" || frame.location.is_some());
        let calls = frames.map(|frame| (frame.name.clone(), frame.location.as_ref().map(Position::of))).collect();
        let error = match error.into_kind() {
            ErrorKind::Fail(error)
            | ErrorKind::StackOverflow(error)
            | ErrorKind::Value(error)
            | ErrorKind::Function(error)
            | ErrorKind::Scope(error)
            | ErrorKind::Parser(error)
            | ErrorKind::Freeze(error)
            | ErrorKind::Internal(error)
            | ErrorKind::Native(error)
            | ErrorKind::Other(error) => error,
            other => anyhow::anyhow!("{other}"),
        };
        Self::Evaluation(Box::new(Failure { error, position, calls }))
    }
}
