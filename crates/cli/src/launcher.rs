//! `pyoxidizer launcher`

use pyox_distribution::{Distribution, Installed};
use pyox_linker::Cache;
use pyox_linker::launcher::{Compiled, LauncherSource};

use crate::args::Launcher;
use crate::progress::Terminal;
use crate::speech::print;
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
                let built = match &output {
                    Some(directory) => launchers.copy_to(directory, &python, &mut progress),
                    None => launchers.launcher(&python, &mut progress),
                };
                progress.finish();
                print(built?.display())?;
            }
        }
        Launcher::List => {
            let installed = Installed::discover();
            let installed: Vec<&dyn Distribution> = installed.iter().map(|python| python as _).collect();
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
        Launcher::Path { python } => print(launchers.path(&Installed::locate(python.as_deref())?).display())?,
        Launcher::Clean => launchers.clean()?,
    }
    Ok(0)
}
