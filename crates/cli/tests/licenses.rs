//! What programs and sources consist of, with licences, and bills of materials.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use pyox_distribution::Python as _;
use pyox_test_support::Place;
use pyox_test_support::command::{target, workspace};
use pyox_test_support::place::{Outcome, python, python_path};
use pyox_test_support::wheel::wheel;
use serde_json::Value;

/// A program of a script and a distribution, `demo`, with a text and an SBOM.
fn program() -> &'static Place {
    static PLACE: OnceLock<Place> = OnceLock::new();
    PLACE.get_or_init(|| {
        let place = Place::with(&[("hello.py", "import sqlite3, ssl, demo\nprint(demo.__name__)\n")]);
        demo(&place);
        place.pack(["hello.py", "--pip", "./demo-1.0-py3-none-any.whl", "-o", "hello"]).succeeds();
        place
    })
}

fn demo(place: &Place) {
    let sbom =
        r#"{ "bomFormat": "CycloneDX", "components": [ { "name": "zlib", "version": "1.3" }, { "name": "odd" } ] }"#;
    let files =
        [("demo.py", ""), ("INFO/licenses/LICENSE", "Whoever has this may keep it."), ("INFO/sboms/parts.json", sbom)];
    wheel(place, "demo", "License-Expression: MIT OR GPL-3.0-only\n", &files);
}

fn json(outcome: Outcome) -> Value {
    serde_json::from_str(&outcome.succeeds().stdout).expect("JSON")
}

fn component<'v>(list: &'v Value, name: &str) -> &'v Value {
    let mut all = list["components"].as_array().expect("components").iter();
    all.find(|one| one["name"] == name).unwrap_or_else(|| panic!("{name} is not in {list}"))
}

#[test]
fn a_program_has_the_list_of_its_parts() {
    let place = program();
    let list = json(place.run(["licenses", "hello", "--format", "json"]));
    assert_eq!(component(&list, "CPython")["version"], python().info().version.as_str());
    for (name, expression, source) in [
        ("demo", "MIT OR GPL-3.0-only", "license-expression"),
        ("zlib", "Zlib", "known-library"),
        ("libssl.so.3", "Apache-2.0", "known-library"),
        ("pyox-embed", "MIT OR Apache-2.0", "cargo-manifest"),
        ("libmpdec", "BSD-2-Clause", "cpython"),
    ] {
        let license = &component(&list, name)["license"];
        assert_eq!((&license["expression"], &license["source"]), (&expression.into(), &source.into()), "{name}");
    }
    assert_eq!(component(&list, "odd")["license"], Value::Null);
    let digest = component(&list, "demo")["texts"][0]["sha256"].as_str().expect("a digest");
    assert_eq!(list["texts"][digest], "Whoever has this may keep it.");
    // The program does not need the list.
    place.program("hello", &[]).prints("demo\n");
    let text = place.run(["licenses", "hello", "--texts"]).succeeds().stdout;
    for line in ["demo 1.0: MIT OR GPL-3.0-only", "odd (in demo): unknown licence", "Whoever has this may keep it."] {
        assert!(text.lines().any(|found| found == line), "{line:?} is not in {text}");
    }
    let list = place.run(["licenses", "hello"]).succeeds().stdout;
    assert!(
        list.contains("odd (in demo)") && list.contains("UNKNOWN") && list.contains("[License-Expression]"),
        "{list}"
    );
}

#[test]
fn sources_say_before_what_the_program_says_then() {
    let place = program();
    let packed = json(place.run(["licenses", "hello", "--format", "json"]));
    let options = ["--", "--python", python_path(), "--pip", "./demo-1.0-py3-none-any.whl"];
    let words = ["licenses", "hello.py", "--format", "json"].into_iter().chain(options);
    let before = json(place.run(words));
    assert_eq!(before, packed);
    let wheel = json(place.run(["licenses", "demo-1.0-py3-none-any.whl", "--format", "json"]));
    place.write("site/demo-1.0.dist-info/METADATA", "Name: demo\nVersion: 1.0\nLicense: BSD 3-Clause\n");
    let directory = json(place.run(["licenses", "site", "--format", "json"]));
    let interpreter = json(place.run(["licenses", python_path(), "--format", "json"]));
    assert_eq!(component(&wheel, "demo"), component(&packed, "demo"));
    assert_eq!(component(&directory, "demo")["license"]["expression"], "BSD-3-Clause");
    let prefix = json(place.run(["licenses", &python().prefix().display().to_string(), "--format", "json"]));
    assert_eq!(prefix, interpreter);
    for name in ["CPython", "libssl.so.3"] {
        assert_eq!(component(&interpreter, name), component(&packed, name));
    }
}

#[test]
fn a_licence_that_is_denied_fails() {
    let place = program();
    let denied = |denied: &[&str]| {
        let words = denied.iter().flat_map(|name| ["--deny", name]);
        let outcome = place.run(["licenses", "hello"].into_iter().chain(words));
        (outcome.status, outcome.stderr)
    };
    // One of two licences is enough.
    assert_eq!(denied(&["GPL-3.0-only"]).0, Some(0));
    let (status, words) = denied(&["MIT", "GPL-3.0-only", "NOASSERTION"]);
    assert_eq!(status, Some(1));
    for line in
        ["demo 1.0: MIT OR GPL-3.0-only (denied: MIT, GPL-3.0-only)", "odd: of unknown licence (denied: NOASSERTION)"]
    {
        assert!(words.contains(line), "{line:?} is not in {words}");
    }
    let empty = Place::new();
    empty.command_fails(&mut empty.command(["licenses", "x", "--deny", "GPLv3"]), &["\"GPLv3\" is no identifier"]);
    empty.command_fails(&mut empty.command(["licenses", "./none"]), &["none"]);
    empty.command_fails(&mut empty.command(["licenses", "."]), &["there is no distribution, and no Python, in ."]);
}

/// A Python that has the published schemas, in the version that is pinned here.
fn schemas() -> PathBuf {
    let environment = target().join("python-schemas-1");
    let done = environment.join("complete");
    if !done.exists() {
        let run = |program: &str, arguments: &[&str]| {
            let status = Command::new(program).args(arguments).status();
            assert!(status.expect(program).success(), "{program} {arguments:?}");
        };
        run("python3", &["-m", "venv", "--clear", &environment.display().to_string()]);
        let pip = environment.join("bin/pip").display().to_string();
        run(&pip, &["install", "--quiet", "lib4sbom==0.10.4", "jsonschema==4.26.0", "spdx-tools==0.8.5"]);
        std::fs::write(done, "").expect("a file");
    }
    environment.join("bin")
}

#[test]
fn bills_of_materials_are_valid() {
    let (place, tools) = (program(), schemas());
    for format in ["spdx", "cyclonedx"] {
        let mut command = place.command(["licenses", "hello", "--format", format]);
        let document = Outcome::of(command.env("SOURCE_DATE_EPOCH", "1700000000")).succeeds().stdout;
        assert!(document.contains("2023-11-14T22:13:20Z"), "{document}");
        let path = place.write(&format!("bill.{format}.json"), &document);
        let check = |path: &PathBuf| {
            let script = workspace().join("crates/cli/tests/licenses/validate.py");
            Outcome::of(Command::new(tools.join("python")).arg(script).arg(format).arg(path))
        };
        check(&path).prints("");
        // It would find something.
        let broken = place.write("broken.json", document.replacen("\"name\": \"CPython\"", "\"nom\": 1", 1));
        assert_eq!(check(&broken).status, Some(1));
    }
    // What a schema cannot say, such as that expressions and references are right.
    let path = place.path("bill.spdx.json");
    Outcome::of(Command::new(tools.join("pyspdxtools")).arg("-i").arg(path)).prints("");
}

#[test]
fn the_list_of_crates_is_that_of_the_launcher() {
    let script = workspace().join("crates/licenses/launcher.py");
    Outcome::of(Command::new(script).arg("--check")).prints("");
}
