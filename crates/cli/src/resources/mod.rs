//! `pyoxidizer resources`

mod args;
mod convert;
mod diff;
mod extract;
mod list;
mod sections;
mod selection;
mod totals;
mod verify;

use std::fmt;
use std::io;
use std::path::Path;

pub use args::Resources;
use pyox_packed_resources::Entry;

use crate::speech::{finish, stdout};
use crate::style::Style;

/// Runs a command. Nobody reading its output any more is not an error.
pub fn run(command: Resources, verbose: bool, quiet: bool, style: Style) -> anyhow::Result<u8> {
    let mut out = stdout();
    let Outcome { status, printed } = match command {
        Resources::List(args) => list::run(&args, quiet, &mut out),
        Resources::Extract(args) => extract::run(&args, quiet, style, &mut out),
        Resources::Verify(args) => verify::run(&args, quiet, &mut out),
        Resources::Diff(args) => diff::run(&args, quiet, &mut out),
        Resources::Convert(args) => {
            convert::run(&args, verbose, quiet, style).map(|()| Outcome { status: 0, printed: Ok(()) })
        }
    }?;
    finish(out, printed)?;
    Ok(status)
}

/// The exit status of a command that has done its work, and whether its output was written.
struct Outcome {
    status: u8,
    printed: io::Result<()>,
}

/// Something that a person has asked for and that is not there.
#[derive(Debug)]
pub struct NotThere {
    what: String,
    hint: String,
}

impl NotThere {
    /// An entry of a file.
    fn entry(name: &str, file: &Path) -> Self {
        let file = file.display();
        let hint = format!("see what is there with: pyoxidizer resources list {file}");
        Self { what: format!("nothing in {file} is named {}", printable(name)), hint }
    }

    /// A value of an entry, which has files with these keys.
    fn value<'k>(entry: &Entry<'_>, key: &str, keys: impl Iterator<Item = &'k str>) -> Self {
        let name = printable(entry.name());
        let (key, keys) = (printable(key), keys.map(printable).collect::<Vec<_>>());
        let what = if key.is_empty() { "no such value".to_owned() } else { format!("no file {key}") };
        let hint = match keys.as_slice() {
            [] => "bytecode is written with --bytecode, if it is known for which Python it is".to_owned(),
            keys => format!("its files are named {name}:FILE, where FILE is one of {}", keys.join(", ")),
        };
        Self { what: format!("entry {name} has {what}"), hint }
    }

    /// What a person can do about it.
    pub fn hint(&self) -> &str {
        &self.hint
    }
}

impl fmt::Display for NotThere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for NotThere {}

/// A name out of a file, for a terminal: without characters that could steer it.
pub fn printable(name: &str) -> String {
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
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
