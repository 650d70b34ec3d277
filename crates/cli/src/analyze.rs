//! `pyoxidizer analyze`

mod text;

use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;
use pyox_inspect::{Analysis, Error, analyze};
use serde_json::{Value, json};

use crate::args::Analyze;
use crate::speech::{finish, stdout};
use crate::style::Style;

/// Shows every file that can be read, and says of the others why not.
pub fn run(args: &Analyze, verbose: bool, style: Style) -> anyhow::Result<u8> {
    let mut out = stdout();
    let mut documents = Vec::new();
    let mut status = 0;
    let mut printed = Ok(());
    for path in &args.binaries {
        let analysis = read(path);
        if !analysis.as_ref().is_ok_and(|analysis| analysis.damage.is_none()) {
            status = 1;
        }
        if args.json {
            documents.push(document(path, &analysis)?);
        }
        match analysis {
            Ok(analysis) if !args.json => {
                printed = printed.and_then(|()| text::print(path, &analysis, verbose, &mut out));
            }
            Ok(_) => {}
            Err(error) => {
                printed = printed.and_then(|()| out.flush());
                crate::report(&error, &crate::Beside, style);
            }
        }
    }
    if args.json {
        printed = serde_json::to_writer_pretty(&mut out, &documents).map_err(io::Error::from);
        printed = printed.and_then(|()| writeln!(out));
    }
    finish(out, printed)?;
    Ok(status)
}

fn read(path: &Path) -> anyhow::Result<Analysis> {
    let read = |source| Error::Io { action: "read", path: path.to_owned(), source };
    let bytes = std::fs::read(path).map_err(read)?;
    analyze(&bytes).with_context(|| format!("cannot analyze {}", path.display()))
}

fn document(path: &Path, analysis: &anyhow::Result<Analysis>) -> serde_json::Result<Value> {
    let mut document = match analysis {
        Ok(analysis) => serde_json::to_value(analysis)?,
        Err(error) => json!({ "error": format!("{error:#}") }),
    };
    document["file"] = path.display().to_string().into();
    Ok(document)
}
