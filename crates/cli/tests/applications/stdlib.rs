//! The standard library, imported from memory.

use std::collections::BTreeMap;

use anyhow::ensure;
use pyox_distribution::Python as _;
use pyox_test_support::program::python as run_python;
use pyox_test_support::report::say;
use pyox_test_support::{Program, Run, for_each_python};

/// How many modules the importer serves at least, beside those that are part of the interpreter.
const AT_LEAST: usize = 450;

#[test]
fn the_standard_library_is_imported_from_memory() {
    for_each_python("standard library", |python| {
        let listing = run_python(python, &["-c", include_str!("scripts/importable.py")])?;
        ensure!(listing.status.success(), "listing failed: {}", String::from_utf8_lossy(&listing.stderr));
        let names = String::from_utf8(listing.stdout)?;
        let text = include_str!("scripts/import_all.py").replace("NAMES = []", &format!("NAMES = {:?}", names.trim()));
        let program = Program::pack(
            python,
            "everything",
            |src| std::fs::write(src.join("everything.py"), text),
            // Nothing imports it by a name that packing sees.
            if python.minor() < (3, 13) { &["everything.py", "--include", "crypt"] } else { &["everything.py"] },
        )?;
        let ran = program.run_hidden(&Run::new::<String>([]))?.expect_status(0)?;
        let figures: BTreeMap<&str, usize> = ran
            .stdout
            .lines()
            .filter_map(|line| line.split_once(' '))
            .filter_map(|(loader, number)| Some((loader, number.parse().ok()?)))
            .collect();
        say(&format!("standard library, Python {}: {figures:?}", python.info().version));
        let strange: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with('!')).collect();
        ensure!(strange.is_empty(), "{} modules are not imported from memory:\n{}", strange.len(), strange.join("\n"));
        let count = figures.get("OxidizedFinder").copied().unwrap_or_default();
        ensure!(count >= AT_LEAST, "{count} modules from memory: {figures:?}");
        Ok(())
    });
}
