//! `oxidized_importer` in ordinary Pythons against the import system's own finders and, on CPython 3.10, against
//! `oxidized_importer` 0.6.0 from the package index: finding modules of the standard library, opening an index of it,
//! and importing 450 modules.
//!
//! ```text
//! cargo run --release -p pyox-benches --bin importer -- [--rounds N] [VERSION...]
//! ```
//!
//! Builds and installs the wheel first, into `target/importer-VERSION`. The contestants take turns, in an order that
//! rotates, in one process or, for importing, in processes of their own. A ratio is the median of the ratios of
//! each round; below 1 ours is faster. Times are processor time.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use pyox_benches::{Outcome, importable_modules, pythons};
use pyox_distribution::{Host as _, Installed, Python as _};

/// Does the measuring; its documentation says what it is called with.
const MEASURE: &str = include_str!("measure.py");

const THEIRS: &str = "oxidized_importer==0.6.0";

/// The last Python that there is a wheel of theirs for.
const THEIR_MINOR: u8 = 10;

/// Seconds of each round, by operation and contestant.
type Times = BTreeMap<String, BTreeMap<String, Vec<f64>>>;

fn main() -> Outcome<()> {
    let mut rounds = "20".to_owned();
    let mut versions = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--rounds" {
            rounds = arguments.next().ok_or("--rounds wants a number")?;
        } else {
            versions.push(argument);
        }
    }
    let pythons: Vec<Installed> = match versions.as_slice() {
        [] => pythons()?,
        some => some.iter().map(|version| Installed::locate(Some(version))).collect::<Result<_, _>>()?,
    };
    println!("| Python | operation | ours | 0.6.0 | `PathFinder` | `zipimport` |");
    println!("|---|---|--:|--:|--:|--:|");
    for python in &pythons {
        for (operation, times) in &measure(python, &rounds)? {
            let ours = times.get("ours").ok_or("ours was not measured")?;
            let ratios = ["theirs", "path", "zip"].map(|contestant| match times.get(contestant) {
                Some(others) => format!("{:.4}", median(ours.iter().zip(others).map(|(ours, other)| ours / other))),
                None => String::new(),
            });
            let ours = duration(median(ours.iter().copied()));
            println!("| {} | {operation} | {ours} | {} |", python.info().version, ratios.join(" | "));
        }
    }
    Ok(())
}

fn measure(python: &Installed, rounds: &str) -> Outcome<Times> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the crate is in a workspace")?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let place = target.join(format!("importer-{}", python.info().version));
    let ours = install(python, &place.join("ours"), root.join("crates/oxidized-importer").as_os_str().as_ref())?;
    let theirs = match python.info().minor {
        THEIR_MINOR => install(python, &place.join("theirs"), THEIRS.as_ref())?,
        _ => PathBuf::from("-"),
    };
    let files = place.join("files");
    if files.exists() {
        std::fs::remove_dir_all(&files)?;
    }
    std::fs::create_dir_all(&files)?;
    let names = files.join("names");
    std::fs::write(&names, importable_modules(python)?.join("\n"))?;
    let program = files.join("measure.py");
    std::fs::write(&program, MEASURE)?;
    let run = |arguments: &[&Path]| {
        let mut command = Command::new(python.executable());
        command.args(["-I", "-S", "-W", "ignore"]).arg(&program).args(arguments);
        output(&mut command)
    };
    run(&["prepare".as_ref(), &ours, &files])?;
    let times = run(&["measure".as_ref(), &ours, &theirs, &files, &names, rounds.as_ref()])?;
    Ok(serde_json::from_str(&times)?)
}

/// The directory of packages of a virtual environment that has what pip is asked for.
fn install(python: &Installed, environment: &Path, requirement: &Path) -> Outcome<PathBuf> {
    output(Command::new(python.executable()).args(["-m", "venv", "--clear"]).arg(environment))?;
    let pip = ["-m", "pip", "install", "--quiet", "--no-deps"];
    output(Command::new(environment.join("bin/python")).args(pip).arg(requirement))?;
    Ok(environment.join(format!("lib/python3.{}/site-packages", python.info().minor)))
}

fn output(command: &mut Command) -> Outcome<String> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn duration(seconds: f64) -> String {
    match seconds {
        ..1e-6 => format!("{:.0} ns", seconds * 1e9),
        ..1e-3 => format!("{:.1} µs", seconds * 1e6),
        _ => format!("{:.1} ms", seconds * 1e3),
    }
}
