//! Standard output and error, whether or not anyone still reads them: a pipe that is closed must not stop the work, nor
//! change the exit status.

use std::io::{self, BufWriter, ErrorKind, StdoutLock, Write};

use anyhow::Context;

/// Standard output, to be handed to [`finish`].
pub fn stdout() -> BufWriter<StdoutLock<'static>> {
    BufWriter::new(io::stdout().lock())
}

/// Writes what is still buffered if `printed` went well. It is no error that there is no reader any more.
pub fn finish(mut out: BufWriter<StdoutLock<'static>>, printed: io::Result<()>) -> anyhow::Result<()> {
    let printed = printed.and_then(|()| out.flush());
    // What is still buffered now has no reader.
    let _ = out.into_parts();
    match printed {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("cannot write to standard output"),
        _ => Ok(()),
    }
}

/// Writes a line to standard output.
pub fn print(line: impl std::fmt::Display) -> anyhow::Result<()> {
    let mut out = stdout();
    let printed = writeln!(out, "{line}");
    finish(out, printed)
}

/// Writes a line to standard error. If that fails, it is lost.
#[macro_export]
macro_rules! tell {
    ($($argument:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($argument)*);
    }};
}
pub use tell;
