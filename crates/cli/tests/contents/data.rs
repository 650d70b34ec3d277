//! `--add-data`.

use std::os::unix::fs::{PermissionsExt, symlink};

use anyhow::ensure;
use pyox_test_support::place::Place;
use pyox_test_support::pythons::for_two_pythons;
use serde_json::json;

use super::{pack, reason};

/// Opens its arguments, beside itself.
const READER: &str = "\
import os, subprocess, sys
from pathlib import Path
def main(here=Path(__file__).parent):
    for name in sys.argv[1:]:
        path = here / name
        try:
            if path.is_dir():
                print(name, sorted(os.listdir(path)))
            elif os.access(path, os.X_OK):
                print(name, subprocess.check_output([path], text=True).strip())
            else:
                print(name, path.read_text().strip())
        except OSError as error:
            print(name, error.strerror)
if __name__ == '__main__':
    main()
";

#[test]
fn of_a_script() {
    for_two_pythons("data of a script", |python| {
        let place = Place::with(&[
            ("app/app.py", READER),
            ("app/assets/a.txt", "a\n"),
            ("app/assets/code.py", "this does not compile\n"),
            ("app/assets/deep/b.txt", "b\n"),
            ("app/assets/deep/c.png", "c\n"),
            ("app/near.py", "N = 1\n"),
            ("else/conf.toml", "conf\n"),
            ("else/with:colon", "colon\n"),
        ]);
        let tool = place.write("app/assets/bin/tool", "#!/bin/sh\necho tool\n");
        std::fs::set_permissions(tool, PermissionsExt::from_mode(0o755))?;
        symlink("a.txt", place.path("app/assets/link"))?;
        let words = [
            ["app/app.py", "--add-data", "app/assets", "--add-data", "else/conf.toml"],
            ["--add-data", "else/conf.toml:etc/", "--add-data", "else/conf.toml:etc/other", "--add-data"],
            ["app/assets/**/*.txt:text", "--add-data", "app/assets/deep:.", "--add-data", "else/with:colon"],
            ["--include", "near", "--add-data", "app/near.py", "--add-data=./else/*.toml:./x/../glob"],
        ];
        let (_, report) = pack(&place, python, &words.concat())?;
        let names = [
            ["assets", "assets/a.txt", "assets/code.py", "assets/bin/tool", "assets/link", "conf.toml", "etc"],
            ["etc/conf.toml", "etc/other", "text/a.txt", "text/deep", "b.txt", "with:colon", "near.py"],
            ["glob/conf.toml", "assets/none", "text/code.py", "c.png", "app.py/x", "assets/deep/b.txt", "x"],
        ];
        place.program("program", &names.concat()).prints(
            "assets ['a.txt', 'bin', 'code.py', 'deep', 'link']\nassets/a.txt a\nassets/code.py this does not compile\n\
             assets/bin/tool tool\nassets/link a\nconf.toml conf\netc ['conf.toml', 'other']\netc/conf.toml conf\n\
             etc/other conf\ntext/a.txt a\ntext/deep ['b.txt']\nb.txt b\nwith:colon colon\nnear.py N = 1\n\
             glob/conf.toml conf\nassets/none No such file or directory\ntext/code.py No such file or directory\n\
             c.png c\napp.py/x Not a directory\nassets/deep/b.txt b\nx No such file or directory\n",
        );
        ensure!(reason(&report, "etc/other") == Some(&json!({"kind": "part-of", "layer": "data"})), "{report}");
        // What is packed as a module stays one.
        ensure!(reason(&report, "near.py") == Some(&json!({"kind": "included"})), "{report}");
        Ok(())
    });
}

const PROJECT: &str = "[build-system]\nrequires = [\"setuptools\"]\nbuild-backend = \"setuptools.build_meta\"\n\
                       [project]\nname = \"mine\"\nversion = \"1.0\"\n[project.scripts]\nmine = \"mine:main\"\n\
                       [tool.setuptools]\npackages = [\"mine\"]\npackage-dir = {\"\" = \"src\"}\n\
                       include-package-data = false\n";

/// What the project does not install is added where its package is.
#[test]
fn of_a_project() {
    for_two_pythons("data of a project", |python| {
        let more = "import importlib.resources as resources, pkgutil\n\
                    def run():\n    main()\n    if hasattr(resources, 'files'):\n        \
                    print((resources.files('mine') / 'data.txt').read_text().strip())\n    \
                    print(pkgutil.get_data('mine', 'data.txt').decode().strip())\n";
        let place = Place::with(&[
            ("p/pyproject.toml", PROJECT),
            ("p/src/mine/__init__.py", &format!("{READER}\n{more}")),
            ("p/src/mine/data.txt", "data\n"),
            ("p/docs/help.txt", "help\n"),
        ]);
        let data = ["--add-data", "p/src/mine/data.txt", "--add-data", "p/docs", "--add-data", "p/docs/help.txt:mine/"];
        let names = ["data.txt", "help.txt", "../docs/help.txt"];
        pack(&place, python, &["p", "--entry", "mine:run"])?;
        let outcome = place.program("program", &names);
        ensure!(outcome.stdout.starts_with("data.txt No such file or directory\n"), "{outcome:?}");
        pack(&place, python, &[&["p", "--entry", "mine:run"], &data[..]].concat())?;
        place.program("program", &names).prints("data.txt data\nhelp.txt help\n../docs/help.txt help\ndata\ndata\n");
        Ok(())
    });
}

#[test]
fn that_cannot_be() {
    let place = Place::with(&[
        ("app.py", "import pkg, near\n"),
        ("pkg/__init__.py", ""),
        ("near.py", "N = 1\n"),
        ("one.txt", "1"),
        ("two.txt", "2"),
        ("same.txt", "1"),
    ]);
    std::fs::create_dir(place.path("empty")).expect("a directory");
    let fails = |data: &[&str], words: &[&str]| {
        let data = data.iter().flat_map(|data| ["--add-data", data]);
        place.fails(["app.py"].into_iter().chain(data), words);
    };
    fails(&["none"], &["nothing matches none", "patterns"]);
    fails(&["none/*:x"], &["nothing matches none/*"]);
    fails(&["empty"], &["nothing matches empty"]);
    fails(&["*["], &["*[ is not a pattern of files"]);
    for destination in ["..", "../x", "x/../../y", "/x"] {
        fails(&[&format!("one.txt:{destination}")], &["one.txt cannot be added at", "not a path within the program"]);
    }
    fails(&["one.txt:"], &["one.txt cannot be added at \"\""]);
    fails(&["one.txt:near.py"], &["one.txt cannot be added at \"near.py\", where ", "--add-data SRC:DEST"]);
    fails(&["one.txt:near.py/x"], &["one.txt cannot be added at \"near.py/x\", where "]);
    fails(&["one.txt:app.py"], &["one.txt cannot be added at \"app.py\", where "]);
    fails(&["one.txt:json"], &["one.txt cannot be added at \"json\", where "]);
    fails(&["one.txt:x", "two.txt:x"], &["two.txt cannot be added at \"x\", where one.txt is"]);
    place.pack(["app.py", "--add-data", "one.txt:x", "--add-data", "same.txt:x"]).succeeds();
    let off = ["app.py", "--add-data", "one.txt", "--virtual-files", "off"];
    place.fails(off, &["can only be opened where virtual files are on"]);
    place.fails(["app.py", "--add-data", "one.txt", "-o", "one.txt"], &["one.txt"]);
}
