//! `pyoxidizer resources extract`

use std::io::{self, Write};

use anyhow::{Context, bail};
use pyox_linker::ResourceFile;
use pyox_linker::extract::{Pyc, Tree, TreeFile};
use pyox_packed_resources::Index;

use super::args::Extract;
use super::selection::Selection;
use super::{Outcome, decoded_limit, no_entry, no_value};
use crate::speech::tell;
use crate::style::Style;
use crate::text::{counted, printable};

pub fn run(args: &Extract, quiet: bool, style: Style, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let file = ResourceFile::read(&args.file)?;
    let packed = file.packed()?;
    let note = |text: &str| {
        if !quiet {
            tell!("{} {text}", style.warning("note:"));
        }
    };
    let bytecode = match args.python.or(file.python()) {
        _ if !args.bytecode => None,
        Some(python) => match Pyc::of(python) {
            Some(pyc) => Some(pyc),
            None => bail!("the format of bytecode files of Python {}.{} is not known", python.0, python.1),
        },
        None => {
            note("bytecode is left out: nothing says for which Python it is, give --python X.Y");
            None
        }
    };
    let limit = decoded_limit(&file, args.decoded.max_decoded);
    let tree = Tree::new(file.origin(), bytecode).limit(limit).inputs(file.inputs());
    let printed = match &args.output {
        Some(directory) => {
            let tree = select(tree, &packed, args)?;
            let written = tree.write(directory, args.force)?;
            let left_out = tree.left_out().len() as u64;
            if left_out != 0 && !args.bytecode {
                let modules = counted(left_out, "module without source is", "modules without source are");
                note(&format!("{modules} left out, extract bytecode with --bytecode"));
            }
            if !quiet {
                let files = counted(written.files as u64, "file", "files");
                let (done, place) = (style.good("extracted"), printable(directory.display()));
                tell!("{done} {files} with {} bytes to {place}", written.bytes);
            }
            Ok(())
        }
        None => one(tree, &packed, args, out)?,
    };
    Ok(Outcome { status: 0, printed })
}

/// The files of the entries that are asked for.
fn select<'a>(mut tree: Tree<'a>, index: &'a dyn Index, args: &Extract) -> anyhow::Result<Tree<'a>> {
    let selection = Selection::new(&args.names);
    for entry in index.entries() {
        let entry = entry.with_context(|| format!("{} is damaged", args.file.display()))?;
        if selection.has(entry.name()) {
            tree.add(&entry).map_err(pyox_linker::Error::from)?;
        }
    }
    selection.check_all_used(&args.file)?;
    Ok(tree)
}

/// Writes the one value that is asked for.
fn one<'a>(
    mut tree: Tree<'a>,
    index: &'a dyn Index,
    args: &Extract,
    out: &mut dyn Write,
) -> anyhow::Result<io::Result<()>> {
    let [name] = args.names.as_slice() else { bail!("--stdout takes one name") };
    let damaged = || format!("{} is damaged", args.file.display());
    // A name may have a colon in it, so what is there counts.
    let (entry, key) = match (index.entry(name).with_context(damaged)?, name.split_once(':')) {
        (Some(entry), _) => (entry, ""),
        (None, Some((name, key))) => match index.entry(name).with_context(damaged)? {
            Some(entry) => (entry, key),
            None => return Err(no_entry(name, &args.file).into()),
        },
        (None, None) => return Err(no_entry(name, &args.file).into()),
    };
    tree.add(&entry).map_err(pyox_linker::Error::from)?;
    let is_meant = |file: &TreeFile<'_>| file.field.key() == key && file.field.kind().is_bytecode() == args.bytecode;
    let mut files: Vec<TreeFile<'a>> = tree.files().map(|(_, file)| *file).filter(is_meant).collect();
    files.sort_by_key(|file| file.field.kind());
    let Some(file) = files.first() else {
        let keys = tree.files().map(|(_, file)| file.field.key()).filter(|key| !key.is_empty());
        return Err(no_value(&entry, key, keys).into());
    };
    let mut printed = Ok(());
    let copied = tree.copy(file, |part| {
        out.write_all(part).map_err(|error| {
            printed = Err(error);
            None
        })
    });
    match copied {
        Err(Some(error)) => Err(pyox_linker::Error::from(error).into()),
        _ => Ok(printed),
    }
}
