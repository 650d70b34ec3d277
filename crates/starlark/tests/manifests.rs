//! Manifests: what can be added, where it is written, and which program is run.

use pyox_distribution::Python as _;
use pyox_test_support::place::{Place, python};

use crate::support::{Evaluation, built, configuration, fails, native_module, run};

#[test]
fn a_directory_is_replaced_or_added_to() {
    let text = |replace: &str| {
        format!(
            "m = FileManifest()\n\
             m.add_file(FileContent(filename = \"new\", content = \"new\"))\n\
             m.install(\"there\", replace = {replace})\n\
             register_target(\"none\", lambda: None)\n"
        )
    };
    for (replace, stays) in [("False", true), ("True", false)] {
        let mut evaluation = Evaluation::of(&text(replace));
        evaluation.place.write("build/there/old", "old");
        evaluation.place.write("build/there/new", "old");
        evaluation.build().unwrap();
        assert_eq!(evaluation.place.path("build/there/old").exists(), stays, "{replace}");
        assert_eq!(evaluation.place.read("build/there/new"), b"new");
    }
}

#[test]
fn the_program_that_was_added_last_is_run() {
    let place = Place::with(&[("web/templates/a.html", "a"), ("web/templates/deep/b.html", "b")]);
    let lines = r#"
files = FileManifest()
for name in ["one", "two"]:
    config.run_mode = "eval:import sys; print('%s', sys.argv[1:])" % name
    files.add_python_resource(".", dist.to_python_executable(name, policy, config))
files.add_file(FileContent(filename = "three", content = "", executable = True))
files.add_manifest(glob("web/templates/**/*.*", strip_prefix = "web/"))
return files
"#;
    place.write("pyoxidizer.bzl", configuration(python(), "", lines));
    let outcome = run(&place, ["run", "--target", "exe", "--", "--quiet"]);
    assert_eq!((outcome.status, &*outcome.stdout), (Some(0), "two ['--quiet']\n"), "{outcome:?}");
    let directory = built(&place, "exe");
    for file in ["one", "two", "three", "templates/a.html", "templates/deep/b.html"] {
        assert!(directory.join(file).is_file(), "{file}");
    }
}

#[test]
fn what_is_no_resource_is_refused() {
    for (text, expected) in [
        (
            "FileManifest().add_python_resource(\"lib\", 1)",
            "add_python_resource() does not take int as value: expected PythonModuleSource",
        ),
        ("FileManifest().add_python_resources(\"lib\", [policy])", "does not take PythonPackagingPolicy as value"),
        ("FileManifest().add_python_resources(\"lib\", 1)", "iter"),
        ("FileManifest().add_manifest([])", "FileManifest"),
    ] {
        let error = fails(text);
        assert!(error.contains(expected), "{text}:\n{error}");
    }
}

#[test]
fn resources_are_files_where_python_looks_for_them() {
    let suffix = &python().info().extension_suffixes[0];
    let text = r#"
def make():
    exe = default_python_distribution().to_python_executable("app")
    files = FileManifest()
    for resource in exe.read_package_root("src", ["shop"]):
        if type(resource) == "PythonExtensionModule":
            resource.add_include = resource.name == "shop._queue"
        files.add_python_resource("lib", resource)
    return files
register_target("files", make)
"#;
    let mut evaluation = Evaluation::of(text);
    for file in ["shop/__init__.py", "shop/cart.py", "shop/data/prices.txt"] {
        evaluation.place.write(&format!("src/{file}"), "");
    }
    for name in ["_queue", "_bisect"] {
        evaluation.place.write(&format!("src/shop/{name}{suffix}"), native_module(name));
    }
    let directory = evaluation.build().unwrap()[0].path.clone().unwrap();
    let is_there = |file: &str| directory.join("lib/shop").join(file).is_file();
    for file in ["__init__.py", "cart.py", "data/prices.txt", &format!("_queue{suffix}")] {
        assert!(is_there(file), "{file}");
    }
    assert!(!is_there(&format!("_bisect{suffix}")));
}
