//! `pyoxidizer launcher`

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context;
use pyox_build_cache::Cache;
use pyox_distribution::{Host as _, Installed, LibpythonKind, Target};
use pyox_linker::{Compiled, LauncherSource, QUICK_VARIABLE};
use pyox_output::Outputs;

use crate::args::Launcher;
use crate::progress::Terminal;
use crate::speech::print;
use crate::style::Style;
use crate::summary::size;

/// Launchers that are compiled when they are needed; quickly where tests want it.
pub fn compiled(cache: &Cache) -> Compiled {
    let compiled = Compiled::new(cache);
    match std::env::var_os(QUICK_VARIABLE).filter(|target| !target.is_empty()) {
        Some(target) => compiled.quick(target),
        None => compiled,
    }
}

pub fn run(command: Launcher, verbose: bool, quiet: bool, style: Style) -> anyhow::Result<u8> {
    let cache = Cache::of_user()?;
    let launchers = compiled(&cache);
    match command {
        Launcher::Build { python, libpython, output } => {
            let mut progress = Terminal::new(verbose, quiet, style);
            let built = build(&cache, &python, libpython.map(Into::into), output.as_deref(), &mut progress);
            progress.finish();
            built?
        }
        Launcher::List => {
            let installed = Installed::discover();
            let installed: Vec<&dyn Target> = installed.iter().map(|python| python as _).collect();
            for launcher in launchers.list(&installed)? {
                let state = match (launcher.intact, launcher.current) {
                    (false, _) => "  (damaged)",
                    (true, false) => "  (outdated)",
                    (true, true) => "",
                };
                let (size, path) = (size(launcher.size), launcher.path.display());
                print(format_args!("{}  {size}  {path}{state}", launcher.python))?;
            }
        }
        Launcher::Path { python, libpython } => {
            let python = linked(Installed::locate(python.as_deref())?, libpython.map(Into::into));
            print(launchers.path(&python).display())?;
        }
        Launcher::Clean => launchers.clean()?,
    }
    Ok(0)
}

/// A Python with its libpython in the form that was asked for.
pub fn linked(python: Installed, libpython: Option<LibpythonKind>) -> Installed {
    match libpython {
        Some(kind) => python.with_libpython(kind),
        None => python,
    }
}

fn build(
    cache: &Cache,
    pythons: &[String],
    libpython: Option<LibpythonKind>,
    output: Option<&Path>,
    progress: &mut Terminal,
) -> anyhow::Result<()> {
    let launchers = compiled(cache);
    let specs: Vec<Option<&str>> = match pythons {
        [] => vec![None],
        pythons => pythons.iter().map(|spec| Some(spec.as_str())).collect(),
    };
    let mut pythons = specs.into_iter().map(Installed::locate).collect::<Result<Vec<_>, _>>()?;
    pythons = pythons.into_iter().map(|python| linked(python, libpython)).collect();
    let mut seen = BTreeSet::new();
    pythons.retain(|python| seen.insert(launchers.path(python)));
    // What cannot work is said before the long work.
    let mut outputs = Outputs::default();
    outputs.keeps("the cache", cache.root());
    for (python, directory) in pythons.iter().zip(output.into_iter().cycle()) {
        std::fs::create_dir_all(directory).with_context(|| format!("cannot create {}", directory.display()))?;
        outputs.keeps("the Python", python.executable());
        let launcher = format!("the launcher for {}", python.executable().display());
        outputs.writes(&launcher, &Compiled::copy_path(directory, python))?;
    }
    for python in &pythons {
        let launcher = match output {
            Some(directory) => launchers.copy_to(directory, python, progress)?,
            None => launchers.launcher(python, progress)?.origin,
        };
        print(launcher.display())?;
    }
    Ok(())
}
