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

use std::io;
use std::path::Path;

pub use args::Resources;
use pyox_inspect::ResourceFile;
use pyox_packed_resources::Entry;

use crate::speech::{finish, stdout};
use crate::style::Style;
use crate::text::{Mistake, printable};

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

/// An entry that a file does not have.
fn no_entry(name: &str, file: &Path) -> Mistake {
    let file = printable(file.display());
    let hint = format!("see what is there with: pyoxidizer resources list {file}");
    Mistake::new(format!("nothing in {file} is named {}", printable(name)), hint)
}

/// A value that an entry does not have, which has files with these keys.
fn no_value<'k>(entry: &Entry<'_>, key: &str, keys: impl Iterator<Item = &'k str>) -> Mistake {
    let name = printable(entry.name());
    let (key, keys) = (printable(key), keys.map(printable).collect::<Vec<_>>());
    let what = if key.is_empty() { "no such value".to_owned() } else { format!("no file {key}") };
    let hint = match keys.as_slice() {
        [] => "bytecode is written with --bytecode, if it is known for which Python it is".to_owned(),
        keys => format!("its files are named {name}:FILE, where FILE is one of {}", keys.join(", ")),
    };
    Mistake::new(format!("entry {name} has {what}"), hint)
}

/// How many bytes the values of a file may have once decoded.
fn decoded_limit(file: &ResourceFile, mebibytes: Option<u64>) -> u64 {
    mebibytes.map_or(file.decoded_limit(), |count| count.saturating_mul(1 << 20))
}

/// Entry and key as one name.
fn full_name(entry: &str, key: &str) -> String {
    if key.is_empty() { printable(entry) } else { format!("{}:{}", printable(entry), printable(key)) }
}
