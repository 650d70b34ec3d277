//! How a resource goes in: source text, bytecode, places, and what a policy has to allow.

use pyox_build_cache::file_digest;
use pyox_distribution::{Host as _, Python as _};
use pyox_test_support::place::{Outcome, Place, python, python_path};
use pyox_test_support::pythons::is_everything;
use pyox_test_support::report;

use crate::support::{built, configuration, fails, native_module, printed, run, says};

/// A configuration whose program prints an expression, built.
fn build(place: &Place, expression: &str, before: &str, lines: &str) {
    build_with(place, None, expression, before, lines);
}

/// The same with an archive.
fn build_with(place: &Place, archive: Option<&str>, expression: &str, before: &str, lines: &str) {
    place.write("expression.py", expression);
    let before = format!("{before}\nconfig.run_mode = \"eval:import probe\"\n");
    let lines = format!("{lines}\nexe.add_python_resources(exe.read_package_root(\".\", [\"probe\"]))\n");
    place.write("probe.py", format!("import sys\nprint({expression})\n"));
    let mut text = configuration(python(), &before, &lines);
    if let Some(archive) = archive {
        let digest = file_digest(&place.path(archive)).expect("a digest");
        let installed = format!("default_python_distribution(python_version = \"{}\")", python().info().version);
        assert!(text.contains(&installed), "{text}");
        let of_archive = format!("PythonDistribution(sha256 = \"{digest}\", local_path = \"{archive}\")");
        text = text.replace(&installed, &of_archive);
    }
    place.write("pyoxidizer.bzl", text);
    let outcome = run(place, ["build"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
}

fn program(place: &Place) -> String {
    says(&built(place, "exe").join("app"), &[])
}

#[test]
fn source_and_bytecode_go_in_as_each_module_says() {
    let place = Place::with(&[("src/one.py", ""), ("src/two.py", ""), ("src/three.py", ""), ("src/four.py", "")]);
    let expression = "sorted((r.name, r.in_memory_source is not None, r.in_memory_bytecode is not None, \
        r.in_memory_bytecode_opt1 is not None, r.in_memory_bytecode_opt2 is not None) \
        for f in sys.meta_path if hasattr(f, 'indexed_resources') \
        for r in f.indexed_resources() if r.name in ('one', 'two', 'three', 'four'))";
    let lines = r#"
for r in exe.read_package_root("src", ["one", "two", "three", "four"]):
    if r.name == "one":
        r.add_source = False
    if r.name == "two":
        r.add_bytecode_optimization_level_zero = False
    if r.name == "three":
        r.add_bytecode_optimization_level_one = True
        r.add_bytecode_optimization_level_two = True
    if r.name == "four":
        r.add_include = False
    exe.add_python_resource(r)
"#;
    build(&place, expression, "", lines);
    let expected = "[('one', False, True, False, False), ('three', True, True, True, True), \
        ('two', True, False, False, False)]\n";
    assert_eq!(program(&place), expected);
    // All as the policy says.
    let before = "policy.include_non_distribution_sources = False\npolicy.bytecode_optimize_level_zero = False\n\
        policy.bytecode_optimize_level_one = True\n";
    build(&place, expression, before, "exe.add_python_resources(exe.read_package_root(\"src\", [\"one\"]))\n");
    assert_eq!(program(&place), "[('one', False, False, True, False)]\n");
}

#[test]
fn a_fallback_takes_what_may_not_be_loaded_from_memory() {
    let suffix = &python().info().extension_suffixes[0];
    let place = Place::with(&[("src/native/__init__.py", "")]);
    place.write(&format!("src/native/_queue{suffix}"), native_module("_queue"));
    let expression = "__import__('native._queue')._queue.__file__, __import__('native').__file__";
    let lines = "exe.add_python_resources(exe.read_package_root(\"src\", [\"native\"]))\n";
    let fallback = "policy.resources_location_fallback = \"filesystem-relative:lib\"\n";
    let allowed = format!("{fallback}policy.allow_in_memory_shared_library_loading = True\n");
    for (before, is_file) in [("", false), (fallback, true), (&*allowed, false)] {
        build(&place, expression, before, lines);
        let directory = built(&place, "exe").canonicalize().unwrap();
        let said = program(&place);
        let file = directory.join(format!("lib/native/_queue{suffix}"));
        assert_eq!(file.is_file(), is_file, "{before}");
        assert_eq!(said.starts_with(&*file.to_string_lossy()), is_file, "{before}: {said}");
        assert!(!directory.join("lib/native/__init__.py").exists(), "{before}");
        std::fs::remove_dir_all(directory).unwrap();
    }
}

#[test]
fn missing_parent_packages_are_there() {
    let place = Place::new();
    let expression = "__import__('a.b.c').b.c.VALUE, __import__('a').__package__, hasattr(__import__('a'), '__path__')";
    let lines = "exe.add_python_resource(exe.make_python_module_source(\"a.b.c\", \"VALUE = 1\"))\n";
    build(&place, expression, "", lines);
    assert_eq!(program(&place), "1 a True\n");
}

#[test]
fn any_python_imports_what_is_beside_the_program() {
    let place = Place::with(&[("src/foo/__init__.py", ""), ("src/foo/bar.py", "print('bar')\n")]);
    let lines = "exe.add_python_resources(exe.read_package_root(\"src\", [\"foo\"]))\n";
    build(&place, "1", "policy.resources_location = \"filesystem-relative:lib\"\n", lines);
    let directory = built(&place, "exe");
    let mut plain = std::process::Command::new(python().executable());
    // Neither the directory of the test nor what is installed has it.
    plain.args(["-S", "-c", "import foo.bar"]).current_dir("/").env("PYTHONPATH", directory.join("lib"));
    Outcome::of(&mut plain).prints("bar\n");
}

#[test]
fn a_callback_moves_one_package_to_files() {
    let place = Place::with(&[("src/kept/__init__.py", ""), ("src/moved/__init__.py", ""), ("src/moved/data.txt", "")]);
    let before = r#"
def callback(policy, resource):
    is_moved = not resource.is_stdlib and resource.package == "moved"
    resource.add_location = "filesystem-relative:lib" if is_moved else "in-memory"
policy.register_resource_callback(callback)
"#;
    let lines = "exe.add_python_resources(exe.read_package_root(\"src\", [\"kept\", \"moved\"]))\n";
    build(
        &place,
        "__import__('moved').__file__, __import__('kept').__name__, __import__('json').__name__",
        before,
        lines,
    );
    let directory = built(&place, "exe").canonicalize().unwrap();
    let expected = format!("{}/lib/moved/__init__.py kept json\n", directory.display());
    assert_eq!(program(&place), expected);
    let names = |path: &str| {
        let entries = std::fs::read_dir(directory.join(path)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!((names("."), names("lib")), (vec!["app".into(), "lib".into()], vec!["moved".to_owned()]));
}

#[test]
fn a_file_needs_a_policy_that_allows_files() {
    let place = Place::with(&[("src/shop/__init__.py", ""), ("src/shop/data.txt", "data")]);
    let root = place.text("src");
    let lines = |allowed: &str| {
        format!(
            "policy.file_scanner_emit_files = True\npolicy.allow_files = {allowed}\n\
             exe = dist.to_python_executable(\"files\", policy)\n\
             for r in exe.read_package_root(\"{root}\", [\"shop\"]):\n\
             \x20   if type(r) == \"File\":\n\
             \x20       print(r.path, r.add_include)\n\
             \x20       exe.add_python_resource(r)\n\
             \x20       r.add_include = True\n\
             \x20       exe.add_python_resource(r)\n"
        )
    };
    let error = fails(&lines("False"));
    assert!(
        error.starts_with("shop/__init__.py is a File, and the packaging policy has allow_files = False"),
        "{error}"
    );
    assert_eq!(printed(&lines("True")), ["shop/__init__.py False", "shop/data.txt False"]);
}

#[test]
fn metadata_of_both_kinds_is_told() {
    let (major, minor) = python().minor();
    let packages = format!("venv/lib/python{major}.{minor}/site-packages");
    let place = Place::with(&[("venv/pyvenv.cfg", &format!("home = /usr/bin\nversion = {major}.{minor}.0\n"))]);
    place.write(&format!("{packages}/one-1.0.dist-info/METADATA"), "Metadata-Version: 2.1\nName: one\nVersion: 1.0\n");
    place.write(&format!("{packages}/one.py"), "");
    place.write(&format!("{packages}/two-2.0.egg-info/PKG-INFO"), "Metadata-Version: 2.1\nName: two\nVersion: 2.0\n");
    place.write(&format!("{packages}/two-2.0.egg-info/top_level.txt"), "two\n");
    place.write(&format!("{packages}/two.py"), "");
    let path = place.text("venv");
    let lines = printed(&format!(
        r#"
for r in exe.read_virtualenv("{path}"):
    if type(r) == "PythonPackageDistributionResource":
        r.add_location = "filesystem-relative:lib"
        print(r.package, r.name, r.add_include, r.add_location)
"#
    ));
    let expected = ["one METADATA", "two PKG-INFO", "two top_level.txt"];
    assert_eq!(lines, expected.map(|line| format!("{line} True filesystem-relative:lib")));
}

#[test]
fn data_of_a_package_has_its_path_below_it() {
    let place = Place::with(&[("src/shop/__init__.py", ""), ("src/shop/resources/deep/foo.txt", "")]);
    let root = place.text("src");
    let lines = printed(&format!(
        "print([(r.package, r.name) for r in exe.read_package_root(\"{root}\", [\"shop\"]) if type(r) == \
         \"PythonPackageResource\"])\n"
    ));
    assert_eq!(lines, ["[(\"shop\", \"resources/deep/foo.txt\")]"]);
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_module() {
    let place = Place::with(&[("src/marked.py", "\u{feff}VALUE = 'é'\n")]);
    let lines = "exe.add_python_resources(exe.read_package_root(\"src\", [\"marked\"]))\n";
    build(&place, "__import__('marked').VALUE == chr(233)", "", lines);
    assert_eq!(program(&place), "True\n");
}

#[test]
fn arguments_of_earlier_versions_are_refused() {
    let executable = [
        "extension_module_filter",
        "preferred_extension_module_variants",
        "include_sources",
        "include_resources",
        "include_test",
    ];
    let calls = executable.map(|name| format!("dist.to_python_executable(\"a\", {name} = None)"));
    let additions = ["add_source_module", "add_bytecode_module", "optimize_level"];
    let additions = additions
        .map(|name| format!("exe.add_python_resource(exe.make_python_module_source(\"a\", \"\"), {name} = True)"));
    let flavor = "PythonDistribution(sha256 = \"0\", local_path = \"a\", flavor = \"standalone_static\")".to_owned();
    for call in calls.iter().chain(&additions).chain([&flavor]) {
        let error = fails(call);
        assert!(error.contains("extra named parameter") || error.contains("expected standalone"), "{call}:\n{error}");
    }
}

#[test]
fn a_filter_leaves_out_extension_modules_of_an_installed_python() {
    filters(&Place::new(), None);
}

#[test]
fn a_filter_leaves_out_extension_modules_of_an_archive() {
    if !is_everything() {
        return report::say("extension modules of an archive are filtered where all Pythons are chosen");
    }
    let place = Place::new();
    run(&place, ["distribution", "create", python_path(), "-o", "python.tar.zst"]).succeeds();
    filters(&place, Some("python.tar.zst"));
}

/// Builds a program with each filter.
fn filters(place: &Place, archive: Option<&str>) {
    let expression = "[name for name in ('_struct', '_ssl', 'zlib', 'readline', '_queue') \
        if __import__('importlib.util').util.find_spec(name)]";
    let built_in = &python().info().builtin_modules;
    for (filter, is_in) in [
        ("all", &["_struct", "_ssl", "zlib", "readline", "_queue"][..]),
        ("no-copyleft", &["_struct", "_ssl", "zlib", "_queue"]),
        ("no-libraries", &["_struct", "_queue"]),
        ("minimal", &[]),
    ] {
        build_with(place, archive, expression, &format!("policy.extension_module_filter = \"{filter}\"\n"), "");
        let all = ["_struct", "_ssl", "zlib", "readline", "_queue"];
        let stays = |name: &&&str| is_in.contains(name) || built_in.iter().any(|known| known == *name);
        let expected: Vec<String> = all.iter().filter(stays).map(|name| format!("'{name}'")).collect();
        assert_eq!(program(place), format!("[{}]\n", expected.join(", ")), "{filter}");
        // Their libraries go with them.
        let listed = run(place, ["resources", "list", built(place, "exe").join("app").to_str().unwrap()]).succeeds();
        assert_eq!(listed.stdout.contains("libssl"), is_in.contains(&"_ssl"), "{filter}");
    }
}

#[test]
fn licences_are_in_a_file_beside_the_program() {
    let place = Place::new();
    let metadata = "License-Expression: MIT\n";
    pyox_test_support::wheel::wheel(&place, "licensed", metadata, &[("licensed.py", "")]);
    let lines = "exe.licenses_filename = \"doc/COPYING.txt\"\n\
        exe.add_python_resources(exe.pip_install([\"--no-index\", \"--find-links=.\", \"licensed\"]))\n";
    build(&place, "1", "", lines);
    let text = std::fs::read_to_string(built(&place, "exe").join("doc/COPYING.txt")).unwrap();
    for words in ["licensed 1.0: MIT\n", "CPython ", "PSF"] {
        assert!(text.contains(words), "{words}: {}", &text[..text.len().min(2000)]);
    }
    for path in ["\"../COPYING.txt\"", "\"/COPYING.txt\"", "1"] {
        let error = fails(&format!("exe.licenses_filename = {path}"));
        assert!(error.contains("PythonExecutable.licenses_filename cannot be "), "{error}");
    }
}

#[test]
fn resources_are_in_the_program_in_a_file_beside_it_or_nowhere() {
    let place = Place::with(&[("src/own.py", "")]);
    let beside = |mode: &str| {
        format!(
            "exe.packed_resources_load_mode = \"{mode}\"\n\
             exe.add_python_resources(exe.read_package_root(\"src\", [\"own\"]))\n"
        )
    };
    let expression = "__import__('json').__name__, __import__('own').__name__";
    let size = || std::fs::metadata(built(&place, "exe").join("app")).unwrap().len();
    build(&place, expression, "", &beside("embedded:anything"));
    let whole = size();
    // The second time, and with other content.
    for before in ["", "", "policy.include_distribution_sources = False\n"] {
        build(&place, expression, before, &beside("binary-relative-memory-mapped:lib/all.resources"));
        let file = built(&place, "exe").join("lib/all.resources");
        assert!(file.is_file() && size() < whole / 2, "{} {whole}", size());
        assert_eq!(program(&place), "json own\n");
        let listed = run(&place, ["resources", "list", file.to_str().unwrap(), "json"]).succeeds().stdout;
        assert_eq!(listed.contains("source"), before.is_empty(), "{listed}");
    }
    let before = format!(
        "config.oxidized_importer = False\nconfig.module_search_paths = [\"{}\", \"{}\"]\n",
        python().stdlib_dir().display(),
        place.text("src")
    );
    place.write("src/probe.py", "import json\nprint(json.__file__)\n");
    build(&place, "1", &before, "exe.packed_resources_load_mode = \"none\"\n");
    assert_eq!(program(&place), format!("{}\n", python().stdlib_dir().join("json/__init__.py").display()));
    for mode in ["embedded:", "binary-relative-memory-mapped:../x", "binary-relative-memory-mapped:", "file"] {
        let error = fails(&format!("exe.packed_resources_load_mode = \"{mode}\""));
        assert!(error.contains("packed_resources_load_mode cannot be"), "{error}");
    }
    assert_eq!(printed("print(exe.packed_resources_load_mode)"), ["embedded:packed-resources"]);
}
