//! Distribution archives: made of the Pythons here, looked into, and packed with.

mod original;
mod packages;

use pyox_distribution::{Host as _, Installed};
use pyox_test_support::pythons::{is_everything, newest, two};
use pyox_test_support::{Place, report};
use serde_json::Value;

const HELLO: &str =
    "import sys, json, ssl, decimal\nprint(json.dumps(sys.version), ssl.OPENSSL_VERSION, decimal.Decimal(1) / 3)\n";

fn create(place: &Place, python: &Installed, name: &str, arguments: &[&str]) {
    let executable = python.executable().display().to_string();
    let mut all = vec!["distribution", "create", &executable, "-o", name];
    all.extend(arguments);
    place.run(all).succeeds();
}

/// Makes an archive, and a directory `only`, of what a full archive has installed.
fn install_only(place: &Place, full: &str, name: &str) {
    place.run(["python-distribution-extract", full, "full"]).succeeds();
    std::fs::create_dir(place.path("only")).expect("a directory");
    std::fs::rename(place.path("full/python/install"), place.path("only/python")).expect("a directory");
    let mut tar = std::process::Command::new("tar");
    tar.args(["-czf", name, "-C", "only", "python"]);
    assert!(tar.current_dir(place.path(".")).status().expect("tar starts").success());
}

#[test]
fn an_archive_packs_what_the_python_packs_that_it_was_made_of() {
    for python in two() {
        let place = Place::with(&[("hello.py", HELLO)]);
        create(&place, python, "python.tar.zst", &[]);
        let executable = python.executable().display().to_string();
        place.run(["pack", "hello.py", "--python", &executable, "-o", "installed"]).succeeds();
        place.run(["pack", "hello.py", "--python", "python.tar.zst", "-o", "archive"]).succeeds();
        // They have the same resources; of its licences, an archive says itself.
        let diff = place.run(["resources", "diff", "-q", "installed", "archive"]).stdout;
        assert!(diff.lines().all(|line| line.starts_with("! section section-21: ")), "{diff}");
        let expected = place.program("installed", &[]).succeeds().stdout;
        place.program("archive", &[]).prints(&expected);
    }
}

/// Those have no objects: programs load libpython.
#[test]
fn an_install_only_archive_packs_with_its_libpython() {
    for python in two() {
        let place = Place::with(&[("hello.py", HELLO)]);
        create(&place, python, "python.tar.zst", &[]);
        install_only(&place, "python.tar.zst", "only.tar.gz");
        let executable = python.executable().display().to_string();
        place.run(["pack", "hello.py", "--python", &executable, "-o", "installed"]).succeeds();
        let expected = place.program("installed", &[]).succeeds().stdout;
        for (distribution, name) in [("only.tar.gz", "archive"), ("only", "directory")] {
            let words = ["pack", "hello.py", "--python", distribution, "--libpython", "shared", "-o", name];
            place.run(words).succeeds();
            place.program(name, &[]).prints(&expected);
        }
    }
}

#[test]
fn archives_are_the_same_each_time_and_say_what_they_are() {
    for python in two() {
        let place = Place::new();
        create(&place, python, "one.tar.zst", &[]);
        create(&place, python, "two.tar.zst", &[]);
        assert!(place.read("one.tar.zst") == place.read("two.tar.zst"), "other bytes");
        create(&place, python, "old.tar.zst", &["--json-version", "7"]);
        let json = place.run(["python-distribution-info", "old.tar.zst", "--json"]).succeeds().stdout;
        let json: Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!((&json["version"], &json["python_exe"].is_string()), (&"7".into(), &true));
        let info = place.run(["python-distribution-info", "one.tar.zst"]).succeeds().stdout;
        let version = json["python_version"].as_str().expect("a version");
        assert!(info.contains(&format!("Version:       {version}\n")), "{info}");
        let licenses = place.run(["python-distribution-licenses", "one.tar.zst"]).succeeds().stdout;
        let ssl = licenses.split("\n_ssl\n----\n").nth(1).expect("_ssl");
        assert!(
            ssl.contains("Dependency: ssl\nLink Type: system\n") && ssl.contains("Licenses: Apache-2.0\n"),
            "{ssl}"
        );
        place.run(["python-distribution-extract", "one.tar.zst", "tree"]).succeeds();
        let again = place.run(["python-distribution-info", "tree"]).succeeds().stdout;
        assert_eq!(again, info);
        let found = place.run(["find-resources", "one.tar.zst"]).succeeds().stdout;
        let lines = ["PythonModuleSource { name: json.decoder }", "PythonExtensionModule { name: _ssl }"];
        assert!(lines.iter().all(|line| found.lines().any(|found| found == *line)), "{found}");
    }
}

#[test]
fn objects_of_an_extension_module_are_linked_in_the_variant_that_is_preferred() {
    if !is_everything() {
        report::say("objects of an archive are linked where all Pythons are chosen");
        return;
    }
    let python = newest();
    let place =
        Place::with(&[("which.py", "import sys, which_one\nprint(which_one.name, which_one.__spec__.origin)\n")]);
    create(&place, python, "python.tar.zst", &[]);
    place.run(["python-distribution-extract", "python.tar.zst", "tree"]).succeeds();
    let path = "tree/python/PYTHON.json";
    let mut json: Value = serde_json::from_slice(&place.read(path)).expect("JSON");
    let mut variants = Vec::new();
    for name in ["first", "second"] {
        let text = format!(
            "#include <Python.h>\nstatic struct PyModuleDef def = {{PyModuleDef_HEAD_INIT, \"which_one\", 0, -1}};\n\
             PyMODINIT_FUNC PyInit_{name}(void) {{ PyObject *m = PyModule_Create(&def);\n\
             PyModule_AddStringConstant(m, \"name\", \"{name}\"); return m; }}\n"
        );
        let source = place.write(&format!("{name}.c"), text);
        let include = json["python_paths"]["include"].as_str().expect("headers");
        let object = place.path(&format!("tree/python/build/{name}.o"));
        let mut cc = std::process::Command::new("cc");
        cc.args(["-c", "-fPIC", "-I"]).arg(place.path("tree/python").join(include)).arg("-o").arg(object).arg(source);
        assert!(cc.status().expect("a compiler").success());
        variants.push(serde_json::json!({
            "in_core": false, "init_fn": format!("PyInit_{name}"), "links": [], "required": false,
            "objs": [format!("build/{name}.o")], "variant": name,
        }));
    }
    json["build_info"]["extensions"]["which_one"] = variants.into();
    place.write(path, json.to_string());
    let pack = ["pack", "which.py", "--python", "tree", "--extension-variant", "which_one=second"];
    place.run(pack).succeeds();
    place.program("which", &[]).prints("second built-in\n");
    let unknown = ["pack", "which.py", "--python", "tree", "--extension-variant", "which_one=third"];
    place.command_fails(&mut place.command(unknown), &["there is no variant third", "first, second"]);
}

#[test]
fn what_is_no_distribution_is_refused() {
    let place = Place::with(&[("hello.py", HELLO), ("text.tar.zst", "no archive"), ("empty/file", "")]);
    for (arguments, words) in [
        (["python-distribution-info", "text.tar.zst"], "is no distribution of Python"),
        (["python-distribution-licenses", "empty"], "is no distribution of Python"),
        (["python-distribution-info", "gone.tar.zst"], "cannot read gone.tar.zst"),
    ] {
        place.command_fails(&mut place.command(arguments), &[words]);
    }
    let extract = ["python-distribution-extract", "text.tar.zst", "out"];
    place.command_fails(&mut place.command(extract), &["is no distribution of Python"]);
}

#[test]
fn installed_pythons_describe_themselves() {
    let python = newest();
    let place = Place::new();
    create(&place, python, "python.tar.zst", &[]);
    let executable = python.executable().display().to_string();
    for command in ["python-distribution-info", "python-distribution-licenses"] {
        let archive = place.run([command, "python.tar.zst"]).succeeds().stdout;
        place.run([command, &executable]).prints(&archive);
    }
    place.command_fails(&mut place.command(["python-distribution-info", "3.98"]), &["3.98"]);
}

#[test]
fn resources_are_listed_as_they_are_or_as_files() {
    let place = Place::with(&[
        ("site/pkg/__init__.py", ""),
        ("site/pkg/data.txt", ""),
        ("site/licences/a.txt", ""),
        ("site/My_Dist-1.0.dist-info/METADATA", "Name: My.Dist\nVersion: 1.0\n"),
    ]);
    let run = |more: &[&str]| place.run([&["find-resources", "site"], more].concat()).succeeds().stdout;
    let all = run(&[]);
    // The name is that of the metadata.
    for line in [
        "PythonModuleSource { name: pkg }",
        "PythonPackageResource { package: pkg, name: data.txt }",
        "PythonPackageDistributionResource { package: My.Dist, version: 1.0, name: METADATA }",
    ] {
        assert!(all.lines().any(|found| found == line), "{line} is not in {all}");
    }
    let files = run(&["--no-classify-files"]);
    assert!(files.lines().all(|line| line.starts_with("File { path: ")), "{files}");
    assert_eq!(files.lines().count(), all.lines().count());
    assert!(!run(&["--no-emit-files"]).contains("File {"));
    let json: Value = serde_json::from_str(&run(&["--no-classify-files", "--json"])).expect("JSON");
    assert!(json.as_array().expect("a list").iter().all(|row| row["kind"] == "file"), "{json}");
    let stdlib = place.run(["find-resources", "--scan-distribution"]).succeeds().stdout;
    assert!(stdlib.contains("PythonModuleSource { name: json.decoder }"), "{stdlib}");
}
