//! What is found, changed and added, and where it is in the program.

use pyox_test_support::place::{Outcome, Place, python};

use crate::support::{built, configuration, printed, run, says};

/// A package with data, and a module, in a directory.
fn packages() -> Place {
    Place::with(&[
        (
            "src/shop/__init__.py",
            "import pkgutil\ndef data():\n    return pkgutil.get_data('shop', 'data.txt').decode()\n",
        ),
        ("src/shop/data.txt", "priced"),
        ("src/shop/tests/__init__.py", ""),
        ("src/single.py", "VALUE = 1\n"),
        ("src/other.py", ""),
    ])
}

#[test]
fn resources_say_what_they_are() {
    let place = packages();
    let root = place.text("src");
    let lines = printed(&format!(
        r#"
for r in exe.read_package_root("{root}", ["shop", "single"]):
    print(type(r), r.name, r.package, r.is_stdlib, r.add_include, r.add_location, r.add_source)
m = exe.make_python_module_source("a.b", "x = 1", is_package = True)
print(m, m.name, m.source, m.is_package, m.package, m.add_bytecode_optimization_level_zero)
policy.set_resource_handling_mode("files")
files = dist.to_python_executable("files", policy)
for r in files.read_package_root("{root}", ["single"]):
    print(type(r), r.path, r.is_executable, r.add_include)
print(len([r for r in dist.python_resources() if r.is_stdlib and type(r) == "PythonModuleSource"]) > 500)
"#
    ));
    let expected = [
        "PythonModuleSource shop shop False True in-memory True",
        "PythonPackageResource data.txt shop False True in-memory True",
        "PythonModuleSource shop.tests shop.tests False True in-memory True",
        "PythonModuleSource single  False True in-memory True",
        "PythonModuleSource(\"a.b\") a.b x = 1 True a.b True",
        "File single.py False True",
        "True",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn callbacks_change_resources_in_the_order_of_their_registration() {
    let place = packages();
    let root = place.text("src");
    let lines = printed(&format!(
        r#"
def first(policy, resource):
    if type(resource) != "PythonModuleSource" or resource.is_stdlib:
        return
    resource.add_location = "filesystem-relative:first"
    resource.add_include = resource.name != "shop.tests"
def second(policy, resource):
    if not resource.is_stdlib and resource.add_location == "filesystem-relative:first":
        resource.add_location = "filesystem-relative:second"
policy.register_resource_callback(first)
policy.register_resource_callback(second)
changed = dist.to_python_executable("changed", policy)
for r in changed.read_package_root("{root}", ["shop"]):
    print(r.name, r.add_location, r.add_include)
"#
    ));
    let expected = [
        "shop filesystem-relative:second True",
        "data.txt in-memory True",
        "shop.tests filesystem-relative:second False",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn the_program_has_what_was_added_where_it_was_to_be() {
    let place = packages();
    let before = r#"
policy.include_distribution_resources = True
config.run_mode = "eval:import here, shop, single, made; print(shop.data(), single.VALUE, made.VALUE, shop.__file__, here.__file__, single.__file__)"
"#;
    let lines = r#"
for r in exe.read_package_root("src", ["shop", "single"]):
    if type(r) == "PythonModuleSource" and r.name == "shop.tests":
        r.add_include = False
    if r.package == "shop":
        r.add_location = "filesystem-relative:lib"
    exe.add_python_resource(r)
here = exe.make_python_module_source("here", "")
here.add_location = "filesystem-relative:."
exe.add_python_resource(here)
exe.add_python_resource(exe.make_python_module_source("made", "VALUE = 2"))
exe.add_python_resource(exe.make_python_module_source("made", "VALUE = 3"))
"#;
    place.write("pyoxidizer.bzl", configuration(python(), before, lines));
    let outcome = run(&place, ["build"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let directory = built(&place, "exe");
    let said = says(&directory.join("app"), &[]);
    let real = directory.canonicalize().unwrap();
    let expected = format!("priced 1 3 {0}/lib/shop/__init__.py {0}/here.py ", real.display());
    assert!(said.starts_with(&expected), "{said}");
    assert!(said.trim_end().ends_with("/single.py"), "{said}");
    assert!(directory.join("lib/shop/data.txt").is_file());
    assert!(!directory.join("lib/shop/tests").exists() && !directory.join("lib/single.py").exists());
}

#[test]
fn in_files_mode_everything_is_a_file_that_python_finds_itself() {
    let place = packages();
    let before = r#"
policy.set_resource_handling_mode("files")
policy.resources_location_fallback = "filesystem-relative:lib"
config.module_search_paths = ["$ORIGIN/lib"]
config.run_mode = "eval:import shop, pathlib; print(shop.data(), type(shop.__loader__).__name__, type(pathlib.__loader__).__name__)"
"#;
    let lines = r#"
for r in exe.read_package_root("src", ["shop"]):
    r.add_location = "filesystem-relative:lib"
    exe.add_python_resource(r)
"#;
    place.write("pyoxidizer.bzl", configuration(python(), before, lines));
    let outcome = run(&place, ["build"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let said = says(&built(&place, "exe").join("app"), &[]);
    assert_eq!(said, "priced SourceFileLoader OxidizedFinder\n");
}

#[test]
fn only_modules_that_a_run_has_recorded_stay() {
    let place = packages();
    let before = "config.write_modules_directory_env = \"RECORD\"\nconfig.run_mode = \"eval:import shop, importlib.util as u; \
        print([n for n in ('shop', 'shop.tests', 'single', 'json', 'csv', 'late') if u.find_spec(n)])\"\n";
    let lines = "exe.add_python_resources(exe.read_package_root(\"src\", [\"shop\", \"single\"]))\n";
    place.write("pyoxidizer.bzl", configuration(python(), before, lines));
    let outcome = run(&place, ["build"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let program = built(&place, "exe").join("app");
    std::fs::create_dir(place.path("names")).unwrap();
    let mut recorded = std::process::Command::new(&program);
    let recorded = Outcome::of(recorded.env("RECORD", place.path("names")));
    assert_eq!(recorded.stdout, "['shop', 'shop.tests', 'single', 'json', 'csv']\n", "{recorded:?}");
    place.write("more.txt", "# one more\n\njson.decoder\n");
    let lines = format!(
        "{lines}exe.filter_from_files(files = [\"more.txt\"], glob_files = [\"names/modules-*\"])\n\
         exe.add_python_resource(exe.make_python_module_source(\"late\", \"\"))\n"
    );
    place.write("pyoxidizer.bzl", configuration(python(), before, &lines));
    let outcome = run(&place, ["build"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    // The packages of modules stay with them.
    assert_eq!(says(&program, &[]), "['shop', 'json', 'late']\n");
}

#[test]
fn the_policy_says_what_is_in_the_program_and_where_the_standard_library_is() {
    let place = Place::new();
    let before = r#"
policy.resources_location = "filesystem-relative:lib"
policy.bytecode_optimize_level_zero = False
policy.bytecode_optimize_level_two = True
policy.include_distribution_sources = False
policy.include_distribution_resources = True
policy.include_test = True
config.config_profile = "python"
config.filesystem_importer = True
"#;
    place.write("pyoxidizer.bzl", configuration(python(), before, ""));
    let outcome = run(&place, ["build"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let directory = built(&place, "exe");
    let code = "import sys, json, sqlite3, test.support; print(sys.flags.optimize, json.__doc__, json.__cached__, sqlite3.connect)";
    // A program that is as `python` is takes its options.
    let said = says(&directory.join("app"), &["-c", code]);
    let cached = directory.canonicalize().unwrap().join("lib/json/__init__.pyc");
    assert!(said.starts_with(&format!("2 None {}", cached.display())), "{said}");
    assert!(directory.join("lib/test/support").is_dir() && !directory.join("lib/json/__init__.py").exists());
}
