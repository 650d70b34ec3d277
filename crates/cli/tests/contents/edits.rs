//! Projects that are packed again after a change.

use anyhow::ensure;
use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_test_support::place::{Outcome, Place};
use pyox_test_support::pythons::{for_two_pythons, newest};
use pyox_test_support::wheel::wheel;

const SETUPTOOLS: &str = "[build-system]\nrequires = [\"setuptools\"]\nbuild-backend = \"setuptools.build_meta\"\n";
const HATCHLING: &str = "[build-system]\nrequires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"\n";

const CODE: &str = "import importlib.metadata as metadata, low, os\nfrom . import part\ndef main():\n    \
                    with open(os.path.join(os.path.dirname(__file__), 'data.txt')) as file:\n        \
                    print(part.WORD, file.read().strip(), low.NAME, metadata.version('mine'))\n    \
                    record = metadata.files('mine')\n    \
                    print(sorted(str(path) for path in record if path.name.startswith('added')))\n";

struct Project<'p> {
    place: Place,
    python: &'p Installed,
}

impl<'p> Project<'p> {
    /// With its package in `directory`, and a requirement.
    fn new(python: &'p Installed, system: &str, directory: &str, more: &str) -> Self {
        let place = Place::new();
        let low = wheel(&place, "low", "", &[("low.py", "NAME = 'low'\n")]);
        place.write(
            "p/pyproject.toml",
            format!(
                "{system}[project]\nname = \"mine\"\n{more}\ndependencies = [\"low @ file://{}\"]\n[project.scripts]\n\
                 mine = \"mine:main\"\n[tool.hatch.metadata]\nallow-direct-references = true\n\
                 [tool.setuptools.package-data]\nmine = [\"*.txt\"]\n",
                low.display()
            ),
        );
        let project = Self { place, python };
        for (path, text) in [("__init__.py", CODE), ("part.py", "WORD = 'one'\n"), ("data.txt", "data\n")] {
            project.write(&format!("{directory}/{path}"), text);
        }
        project
    }

    fn write(&self, path: &str, text: &str) {
        self.place.write(&format!("p/{path}"), text);
    }

    fn outcome(&self, arguments: &[&str], pip_starts: bool) -> Outcome {
        let mut command = self.place.command(["pack", "--python"]);
        command.arg(self.python.executable()).arg("p").args(arguments);
        if !pip_starts {
            // It cannot even start with such a setting.
            command.env("PIP_TIMEOUT", "never");
        }
        Outcome::of(&mut command)
    }

    /// Packs, with pip or without, and what is made is what is made from nothing.
    fn prints(&self, with_pip: bool, expected: &str) -> anyhow::Result<()> {
        if with_pip {
            let outcome = self.outcome(&["-o", "program"], false);
            ensure!(outcome.status == Some(1) && outcome.stderr.contains("pip failed"), "{outcome:?}");
        }
        self.outcome(&["-o", "program"], with_pip).succeeds();
        self.place.program("program", &[]).prints(expected);
        Ok(())
    }

    /// What is made from nothing is the same.
    fn is_whole(&self) -> anyhow::Result<()> {
        self.outcome(&["-o", "whole", "--refresh"], true).succeeds();
        ensure!(self.place.read("program") == self.place.read("whole"), "another program is made from nothing");
        Ok(())
    }
}

#[test]
fn need_no_pip_where_only_content_has_changed() {
    for_two_pythons("edited projects", |python| {
        let both = [(SETUPTOOLS, "mine"), (HATCHLING, "src/mine")];
        // The second one is no more of one Python than of another.
        let systems = if python.minor() == newest().minor() { &both[..] } else { &both[..1] };
        for (system, directory) in systems {
            let project = Project::new(python, system, directory, "version = \"1.0\"");
            let file = |name: &str| format!("{directory}/{name}");
            project.prints(true, "one data low 1.0\n[]\n")?;
            project.prints(false, "one data low 1.0\n[]\n")?;
            project.write(&file("part.py"), "WORD = 'two'\n");
            project.prints(false, "two data low 1.0\n[]\n")?;
            project.write(&file("data.txt"), "other\n");
            project.prints(false, "two other low 1.0\n[]\n")?;
            project.is_whole()?;
            project.write(&file("part.py"), "WORD = 'three'\n");
            project.prints(false, "three other low 1.0\n[]\n")?;
            project.write(&file("added.py"), "");
            let text = String::from_utf8(project.place.read("p/pyproject.toml"))?;
            project.write("pyproject.toml", &text.replace("\"1.0\"", "\"1.1\""));
            project.prints(true, "three other low 1.1\n['mine/added.py']\n")?;
        }
        Ok(())
    });
}

/// What may look into code is asked again.
#[test]
fn need_pip_where_code_may_say_more() {
    let python = newest();
    let project = Project::new(python, SETUPTOOLS, "mine", "dynamic = [\"version\"]");
    let text = String::from_utf8(project.place.read("p/pyproject.toml")).expect("UTF-8");
    let attribute = "[tool.setuptools.dynamic]\nversion = {attr = \"mine.part.WORD\"}\n";
    project.write("pyproject.toml", &format!("{text}{attribute}"));
    project.write("mine/part.py", "WORD = '1.5'\n");
    project.prints(true, "1.5 data low 1.5\n[]\n").expect("it is packed");
    project.write("mine/part.py", "WORD = '1.6'\n");
    project.prints(true, "1.6 data low 1.6\n[]\n").expect("it is packed");
    // As do files that run.
    let project = Project::new(python, SETUPTOOLS, "mine", "version = \"1.0\"");
    project.write("setup.py", "from setuptools import setup\nsetup()\n");
    project.prints(true, "one data low 1.0\n[]\n").expect("it is packed");
    project.write("mine/part.py", "WORD = 'two'\n");
    project.prints(true, "two data low 1.0\n[]\n").expect("it is packed");
}

/// What a project requires may require it, which no index has.
#[test]
fn that_require_each_other_are_installed_together() {
    let place = Place::new();
    let plugin = wheel(&place, "plugin", "Requires-Dist: mine-of-nobody-a1b2\n", &[("plugin.py", "import mine\n")]);
    place.write(
        "p/pyproject.toml",
        format!(
            "{SETUPTOOLS}[project]\nname = \"mine-of-nobody-a1b2\"\nversion = \"1.0\"\n\
             dependencies = [\"plugin @ file://{}\"]\n[project.optional-dependencies]\n\
             all = [\"mine-of-nobody-a1b2[more]\"]\nmore = []\n[project.scripts]\nm = \"mine:main\"\n\
             [tool.setuptools]\npy-modules = [\"mine\"]\n",
            plugin.display()
        ),
    );
    place.write("p/mine.py", "def main():\n    import plugin\n    print(plugin.mine.__name__)\n");
    for extra in [&[][..], &["--extra", "all"]] {
        place.pack([&["p", "-o", "program"], extra].concat()).succeeds();
        place.program("program", &[]).prints("mine\n");
    }
}
