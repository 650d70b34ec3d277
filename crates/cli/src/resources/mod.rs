//! `pyoxidizer resources`

mod args;
mod diff;
mod extract;
mod list;
mod selection;
mod totals;
mod verify;

use std::io::{ErrorKind, Write};

pub use args::Resources;

use crate::style::Style;

/// Runs a command. Nobody reading its output any more is not an error.
pub fn run(command: Resources, quiet: bool, style: Style) -> anyhow::Result<u8> {
    // A comparison that finds nothing has nothing to write.
    let closed = u8::from(matches!(command, Resources::Diff(_)));
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let outcome = match command {
        Resources::List(args) => list::run(&args, quiet, &mut out),
        Resources::Extract(args) => extract::run(&args, quiet, style, &mut out),
        Resources::Verify(args) => verify::run(&args, quiet, &mut out),
        Resources::Diff(args) => diff::run(&args, quiet, &mut out),
    };
    let outcome = outcome.and_then(|status| Ok(out.flush().map(|()| status)?));
    match outcome {
        Err(error) if is_closed_pipe(&error) => {
            // What is still buffered has no reader either.
            let _ = out.into_parts();
            Ok(closed)
        }
        outcome => outcome,
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// A name out of a file, for a terminal: without characters that could steer it.
fn printable(name: &str) -> String {
    let visible = |character: char| match character.is_control() {
        true => character.escape_default().to_string(),
        false => character.to_string(),
    };
    name.chars().map(visible).collect()
}

/// Entry and key as one name.
fn full_name(entry: &str, key: &str) -> String {
    if key.is_empty() { printable(entry) } else { format!("{}:{}", printable(entry), printable(key)) }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `1 entry`, `2 entries`.
fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
