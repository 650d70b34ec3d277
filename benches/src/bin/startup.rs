//! Start-up of packed programs against `python -I -S` of the same version, in one go: hello, and an import of 450
//! modules of the standard library.
//!
//! ```text
//! cargo run --release -p pyox-benches --bin startup -- [--runs N] [VERSION...]
//! ```
//!
//! Runs are interleaved (packed, plain, packed, plain, ...), so that a machine whose speed drifts slows both down.
//! The ratio is the median of the ratios of neighbours; below 1 the packed program is faster.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use pyox_benches::Outcome;
use pyox_build_cache::Cache;
use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_linker::{Compiled, LauncherSource};
use pyox_packaging::{ApplicationBuilder, Inputs, LayerBuilder, Policy, Silent};

fn main() -> Outcome<()> {
    let mut runs = 40;
    let mut versions = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--runs" {
            runs = arguments.next().ok_or("--runs wants a number")?.parse()?;
        } else {
            versions.push(argument);
        }
    }
    let pythons: Vec<Installed> = match versions.as_slice() {
        [] => Installed::discover(),
        some => some.iter().map(|version| Installed::locate(Some(version))).collect::<Result<_, _>>()?,
    };
    let work = std::env::temp_dir().join(format!("pyox-startup-{}", std::process::id()));
    std::fs::create_dir_all(&work)?;
    println!("| Python | program | packed / `python -I -S`, median | quartiles |");
    println!("|---|---|--:|--:|");
    for python in &pythons {
        let modules = pyox_benches::importable_modules(python)?;
        let count = modules.len();
        let imports = modules.iter().map(|name| format!("import {name}\n")).collect();
        for (name, source) in [("hello", "print('hello')\n".to_owned()), ("imports", imports)] {
            let script = work.join(format!("{name}.py"));
            std::fs::write(&script, source)?;
            let program = pack(python, &script, &work)?;
            let mut ratios = Vec::new();
            for run in 0..=runs {
                let packed = time(&mut Command::new(&program))?;
                let plain = time(Command::new(python.executable()).args(["-I", "-S"]).arg(&script))?;
                // The first pair warms the page cache.
                if run > 0 {
                    ratios.push(packed / plain);
                }
            }
            ratios.sort_by(f64::total_cmp);
            let [low, median, high] = [1, 2, 3].map(|quarter| ratios[(ratios.len() - 1) * quarter / 4]);
            let label = if name == "hello" { "hello".to_owned() } else { format!("{count} imports") };
            println!("| {} | {label} | {median:.3} | {low:.3} to {high:.3} |", python.info().version);
        }
    }
    std::fs::remove_dir_all(&work)?;
    Ok(())
}

fn pack(python: &Installed, script: &Path, work: &Path) -> Outcome<PathBuf> {
    let cache = Cache::of_user()?;
    let launcher = Compiled::new(&cache).launcher(python, &mut Silent)?;
    let policy = Policy::default();
    let inputs = Inputs::new(script);
    let resolved = inputs.resolve(&LayerBuilder::new(python, policy.clone(), &cache), &mut Silent)?;
    let output = work.join(script.file_stem().ok_or("the script has a name")?);
    ApplicationBuilder::new(python, policy, resolved.layers, resolved.entry).write(&launcher, &output, &mut Silent)?;
    Ok(output)
}

/// Wall clock seconds of a command.
fn time(command: &mut Command) -> Outcome<f64> {
    command.stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null()).env_remove("PYTHONDONTWRITEBYTECODE");
    let start = Instant::now();
    let status = command.status()?;
    let seconds = start.elapsed().as_secs_f64();
    if status.success() { Ok(seconds) } else { Err(format!("{command:?}: {status}").into()) }
}
