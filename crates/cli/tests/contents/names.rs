//! `--include` and `--exclude`.

use anyhow::ensure;
use pyox_test_support::place::Place;
use pyox_test_support::pythons::for_two_pythons;
use pyox_test_support::wheel::wheel;
use serde_json::json;

use super::{IMPORTER, left_out, pack, reason};

const PROJECT: &str = "[build-system]\nrequires = [\"setuptools\"]\nbuild-backend = \"setuptools.build_meta\"\n\
                       [project]\nname = \"my-project\"\nversion = \"1.0\"\n[project.scripts]\nmine = \"mine:main\"\n\
                       [tool.setuptools]\npackages = [\"mine\", \"mine.plugins\"]\n";

#[test]
fn of_a_script() {
    for_two_pythons("names of a script", |python| {
        let place = Place::with(&[
            ("app.py", IMPORTER),
            ("plugin/__init__.py", "import late\n"),
            ("plugin/unwanted.py", ""),
            ("late.py", "import decimal\n"),
            ("other.py", ""),
        ]);
        let names =
            ["plugin", "plugin.unwanted", "late", "other", "test.support", "test.test_os", "_testcapi", "decimal"];
        let (outcome, report) = pack(&place, python, &["app.py"])?;
        place
            .program("program", &names)
            .prints("no plugin\nno plugin\nno late\nno other\nno test\nno test\nno _testcapi\ndecimal\n");
        ensure!(left_out(&report, "test") == Some(&json!({"kind": "of-no-use"})), "{outcome:?}");
        let (outcome, report) = pack(
            &place,
            python,
            &[
                &["app.py", "--include", "plugin", "--include", "test.support", "--include", "_testcapi"][..],
                &["--exclude", "plugin.unwanted", "--exclude", "decimal"],
            ]
            .concat(),
        )?;
        // What imports another one that is left out fails as Python fails.
        place.program("program", &names).prints(
            "no decimal\nno decimal\nno decimal\nno other\ntest.support\nno test.test_os\n_testcapi\nno decimal\n",
        );
        let included = json!({"kind": "included"});
        for path in ["plugin/__init__.py", "test/__init__.py", "test/support/__init__.py"] {
            ensure!(reason(&report, path) == Some(&included), "{path}");
        }
        let excluded = |name: &str| json!({"kind": "excluded", "name": name});
        ensure!(left_out(&report, "decimal.py") == Some(&excluded("decimal")), "{}", report["left_out"]);
        ensure!(
            left_out(&report, "plugin/unwanted.py") == Some(&excluded("plugin.unwanted")),
            "{}",
            report["left_out"]
        );
        ensure!(reason(&report, "decimal.py").is_none() && left_out(&report, "_decimal").is_none(), "it is out only");
        let note = "note: decimal is left out, and still imported by late";
        ensure!(outcome.stderr.contains(note) && !outcome.stderr.contains("unwanted"), "{outcome:?}");
        Ok(())
    });
}

/// Of a native module that is left out the libraries stay out too.
#[test]
fn of_a_project_and_what_it_requires() {
    for_two_pythons("names of a project", |python| {
        let place = Place::with(&[
            ("p/pyproject.toml", PROJECT),
            ("p/mine/__init__.py", IMPORTER),
            ("p/mine/plugins/__init__.py", "import two_parts\n"),
        ]);
        let record = [("part_a/__init__.py", ""), ("part_a/data.txt", "x"), ("part_b.py", "import part_a\n")];
        let required = wheel(&place, "two_parts", "", &record).display().to_string();
        let names = ["mine.plugins", "part_a", "part_b", "ssl", "_ssl"];
        let arguments = ["p", "--pip", &required, "--entry", "mine"];
        let (_, report) = pack(&place, python, &arguments)?;
        place.program("program", &names).prints("no two_parts\npart_a\npart_b\nssl\n_ssl\n");
        ensure!(names_of(&report, "shared-library").iter().any(|name| name.starts_with("libssl")), "it has libssl");
        let out = ["--exclude", "Two.Parts", "--exclude", "_ssl", "--exclude", "_hashlib"];
        let (outcome, report) = pack(&place, python, &[&arguments[..], &out].concat())?;
        place.program("program", &names).prints("no two_parts\nno part_a\nno part_b\nno _ssl\nno _ssl\n");
        ensure!(!names_of(&report, "shared-library").iter().any(|name| name.starts_with("libssl")), "{outcome:?}");
        // Nothing that the program is seen to import does.
        ensure!(!outcome.stderr.contains("still imported"), "{outcome:?}");
        let still = json!({"kind": "still-imported", "name": "_ssl", "importers": ["ssl"], "concerns": false});
        ensure!(report["findings"].as_array().is_some_and(|all| all.contains(&still)), "{}", report["findings"]);
        for path in ["part_a/__init__.py", "part_a/data.txt", "part_b.py", "two_parts-1.0.dist-info/METADATA"] {
            let expected = json!({"kind": "excluded", "name": "Two.Parts"});
            ensure!(left_out(&report, path) == Some(&expected), "{path}: {}", report["left_out"]);
        }
        // A module keeps the rest of its distribution.
        let (outcome, report) = pack(&place, python, &[&arguments[..], &["--exclude", "part_a"]].concat())?;
        place.program("program", &names[1..3]).prints("no part_a\nno part_a\n");
        ensure!(
            left_out(&report, "part_a/data.txt").is_some() && reason(&report, "part_b.py").is_some(),
            "{outcome:?}"
        );
        Ok(())
    });
}

fn names_of(report: &serde_json::Value, kind: &str) -> Vec<String> {
    let rows = report["resources"].as_array().into_iter().flatten();
    rows.filter(|row| row["kind"] == kind).filter_map(|row| row["name"].as_str().map(str::to_owned)).collect()
}

#[test]
fn that_cannot_be() {
    let place =
        Place::with(&[("app.py", "import near\n"), ("near/__init__.py", ""), ("apart.py", ""), ("lib/x.py", "")]);
    let fails = |arguments: &[&str], words: &[&str]| place.fails([&["app.py"], arguments].concat(), words);
    let here = place.path("").canonicalize().expect("it is there").display().to_string();
    fails(&["--include", "none"], &["there is no module none: looked in ", &here, "the standard library of Python 3."]);
    fails(&["--include", "near.none", "--package-root", "lib"], &["no module near.none", "the package root"]);
    fails(&["--include", "near/none"], &["\"near/none\" is not the name of a module"]);
    fails(&["--exclude", "none"], &["no module or distribution none to be left out", "--report"]);
    fails(&["--exclude", "apart"], &["no module or distribution apart to be left out"]);
    fails(&["--exclude", "near.none"], &["no module or distribution near.none to be left out"]);
    fails(&["--exclude", "sys"], &["sys is part of the interpreter"]);
    fails(&["--exclude", "encodings"], &["encodings cannot be left out: the interpreter imports encodings"]);
    fails(&["--include", "test.support", "--exclude", "test"], &["test.support is to be included, and test to be"]);
    place.fails(["--module", "json.tool", "--exclude", "json.tool"], &["module json.tool does not exist"]);
}
