//! Whether a packed program does what it was packed from does.

use std::path::Path;

use anyhow::{Context as _, bail};
use pyox_distribution::Python as _;
use pyox_interpreter_config::directories;

use crate::program::Program;
use crate::ran::{Ran, Run};

impl Program {
    /// Runs the program and, with the same Python, what it was packed from; they must do the same.
    ///
    /// `command` is what makes Python run the original: arguments of `python` before those of the application.
    pub fn compare(&self, command: &[&str], run: &Run) -> anyhow::Result<Ran> {
        let packed = self.run_hidden(run)?;
        let plain = self.run_plain(command, run)?;
        compare(self, &plain, &packed).with_context(|| format!("{} {}", self.name, run.arguments.join(" ")))?;
        Ok(packed)
    }
}

/// Fails unless both runs ended with the same status and wrote the same. Paths of files differ, but only where the
/// executable stands for the directories of the original.
fn compare(program: &Program, plain: &Ran, packed: &Ran) -> anyhow::Result<()> {
    let normalise = |ran: &Ran| {
        let text = |text: &str| normalise(program, text);
        Ran { status: ran.status.clone(), stdout: text(&ran.stdout), stderr: text(&ran.stderr) }
    };
    let (plain, packed) = (normalise(plain), normalise(packed));
    if plain == packed {
        return Ok(());
    }
    let show = |ran: &Ran| format!("{}\n-- stdout:\n{}\n-- stderr:\n{}", ran.status, ran.stdout, ran.stderr);
    bail!("the packed program differs\n==== plain: {}\n==== packed: {}", show(&plain), show(&packed))
}

fn normalise(program: &Program, text: &str) -> String {
    let slash = |path: &Path| format!("{}/", path.display());
    let (executable, minor) = (program.executable(), program.python.minor().1);
    let places = [directories::site_packages(minor), directories::standard_library(minor)];
    let mut roots = places.map(|place| slash(&executable.join(place))).to_vec();
    roots.extend([slash(&executable.join(directories::APPLICATION)), slash(&executable)]);
    roots.push(slash(&program.place("src")));
    roots.extend(program.tree.as_deref().map(|tree| slash(tree).replace("//", "/")));
    roots.extend(program.python.extension_dir().map(slash));
    roots.push(slash(program.python.stdlib_dir()));
    let text = roots.iter().fold(text.to_owned(), |text, root| text.replace(root, "<root>/"));
    // Directories of packages placed in files are named by their content.
    let packages = slash(&program.packages());
    let mut parts = text.split(&packages);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str("<root>/");
        text.push_str(part.split_once('/').map_or(part, |(_, rest)| rest));
    }
    text
}
