//! `pyoxidizer resources convert`

use std::collections::BTreeMap;

use pyox_inspect::{Conversion, Converted, ResourceFile};
use pyox_legacy_resources::{LossKind, NativePaths};

use super::args::{Convert, EVERYTHING, Paths};
use super::decoded_limit;
use crate::speech::tell;
use crate::style::Style;
use crate::text::{Mistake, counted, printable};

pub fn run(args: &Convert, verbose: bool, quiet: bool, style: Style) -> anyhow::Result<()> {
    let paths = match args.paths {
        Some(Paths::Unix) => NativePaths::Unix,
        Some(Paths::Windows) => NativePaths::Windows,
        None => NativePaths::HOST,
    };
    let kinds = |name: &String| match name.as_str() {
        EVERYTHING => LossKind::ALL.to_vec(),
        name => LossKind::from_name(name).into_iter().collect(),
    };
    let file = ResourceFile::read_with(&args.file, paths)?;
    if !args.allow_loss.is_empty() && args.to.map_or(file.packed()?.version() != 4, |to| to == 4) {
        return Err(Mistake::new("nothing is lost on the way to version 4", "leave out --allow-loss").into());
    }
    let conversion = Conversion::default()
        .to(args.to)
        .paths(paths)
        .may_lose(args.allow_loss.iter().flat_map(kinds))
        .limit(decoded_limit(&file, args.decoded.max_decoded));
    let converted = conversion.write(&file, &args.output)?;
    if !quiet {
        print(args, &converted, verbose, style);
    }
    Ok(())
}

fn print(args: &Convert, converted: &Converted, verbose: bool, style: Style) {
    let Converted { from, to, read, written, .. } = converted;
    let (file, output) = (printable(args.file.display()), printable(args.output.display()));
    let entries = counted(converted.entries as u64, "entry", "entries");
    tell!(
        "{} {file} (version {from}, {read} bytes) to {output} (version {to}, {written} bytes): {entries}",
        style.good("converted")
    );
    let note = style.warning("note:");
    if converted.in_files != 0 {
        let values = counted(converted.in_files as u64, "value stays in its file", "values stay in their files");
        tell!("{note} {values}; paths that were relative to the directory of {file} are now to that of {output}");
    }
    if verbose {
        converted.lost.iter().for_each(|lost| tell!("{note} lost {}", printable(&lost.what)));
    } else if !converted.lost.is_empty() {
        let mut counts = BTreeMap::<LossKind, u64>::new();
        converted.lost.iter().for_each(|lost| *counts.entry(lost.kind).or_default() += 1);
        let counts: Vec<_> = counts.iter().map(|(kind, count)| format!("{} {count}", kind.name())).collect();
        tell!("{note} lost: {}; --verbose lists them", counts.join(", "));
    }
}
