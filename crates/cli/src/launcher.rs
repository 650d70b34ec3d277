//! `pyoxidizer launcher`

use anyhow::Context;
use pyox_distribution::{Distribution, Installed};
use pyox_linker::Cache;
use pyox_linker::launcher::{Compiled, LauncherSource};

use crate::args::Launcher;
use crate::progress::Terminal;
use crate::style::Style;
use crate::summary::size;

pub fn run(command: Launcher, verbose: bool, quiet: bool, style: Style) -> anyhow::Result<u8> {
    let launchers = Compiled::new(&Cache::of_user()?);
    match command {
        Launcher::Build { python, output } => {
            let specs: Vec<Option<&str>> =
                if python.is_empty() { vec![None] } else { python.iter().map(|spec| Some(spec.as_str())).collect() };
            for spec in specs {
                let python = Installed::locate(spec)?;
                let mut progress = Terminal::new(verbose, quiet, style);
                let built = launchers.launcher(&python, &mut progress);
                progress.finish();
                let mut path = built?;
                if let Some(directory) = &output {
                    let (major, minor) = python.minor();
                    std::fs::create_dir_all(directory)
                        .with_context(|| format!("cannot create {}", directory.display()))?;
                    let copy = directory.join(format!("pyox-launcher-{major}.{minor}"));
                    std::fs::copy(&path, &copy).with_context(|| format!("cannot write {}", copy.display()))?;
                    path = copy;
                }
                println!("{}", path.display());
            }
        }
        Launcher::List => {
            let installed = Installed::discover();
            let installed: Vec<&dyn Distribution> = installed.iter().map(|python| python as _).collect();
            for launcher in launchers.list(&installed)? {
                let state = if launcher.current { "" } else { "  (outdated)" };
                println!("{}  {}  {}{state}", launcher.python, size(launcher.size), launcher.path.display());
            }
        }
        Launcher::Path { python } => println!("{}", launchers.path(&Installed::locate(python.as_deref())?).display()),
        Launcher::Clean => launchers.clean()?,
    }
    Ok(0)
}
