//! What a file can say, without a program that is packed.

use pyox_starlark::{Error, Fault};

use crate::support::{Evaluation, TRIPLE, printed};

/// Targets that tell when they are made.
const TARGETS: &str = r#"
def a():
    print("a is made")
    return "A"

def b(value):
    print("b is made of", value)
    return "B"

def c(one, other):
    print("c is made of", one, other)

register_target("a", a)
register_target("b", b, depends = ["a"], default = True)
register_target("c", c, depends = ["b", "a"], default_build_script = True)
"#;

fn told(text: &str, targets: &[&str]) -> Vec<String> {
    let mut evaluation = Evaluation::of(text).targets(targets);
    evaluation.build().unwrap();
    evaluation.told.lines
}

#[test]
fn targets_are_made_once_after_what_they_depend_on_and_only_if_they_are_needed() {
    let made = ["begins 1", "target a", "a is made", "target b", "b is made of A"];
    assert_eq!(told(TARGETS, &[]), made);
    // At the end of the file, in its middle, and twice.
    assert_eq!(told(&format!("{TARGETS}resolve_targets()\nresolve_targets()\n"), &[]), made);
    let all = told(TARGETS, &["c", "a"]);
    let expected = ["begins 2", "target a", "a is made", "target b", "b is made of A", "target c", "c is made of B A"];
    assert_eq!(all, expected);
    assert_eq!(told(TARGETS, &["a"]), ["begins 1", "target a", "a is made"]);
    let inside = format!("{TARGETS}print(resolve_target(\"a\"), resolve_target(\"a\"))\n");
    assert_eq!(told(&inside, &["a"]), ["target a", "a is made", "A A", "begins 1"]);
}

#[test]
fn the_default_is_the_last_one_that_says_so_or_the_first_one() {
    let list = |text: &str| {
        let targets = Evaluation::of(text).list().unwrap();
        targets.into_iter().map(|target| (target.name, target.is_default)).collect::<Vec<_>>()
    };
    let named = |name: &str, is_default| (name.to_owned(), is_default);
    // Nothing is made for a list.
    let text = format!("{TARGETS}resolve_targets()\n");
    assert_eq!(list(&text), [named("a", false), named("b", true), named("c", false)]);
    let text = format!("{TARGETS}register_target(\"d\", a, default = True)\n");
    assert_eq!(list(&text)[3], named("d", true));
    let none = "def f():\n    return None\nregister_target(\"x\", f)\nregister_target(\"y\", f)\n";
    assert_eq!(list(none), [named("x", true), named("y", false)]);
}

#[test]
fn what_is_wrong_with_targets_is_said() {
    let fault = |text: &str, targets: &[&str]| {
        let error = Evaluation::of(text).targets(targets).build().unwrap_err();
        let Error::Evaluation(failure) = error else { panic!("{error}") };
        (failure.error().to_string(), matches!(failure.error().downcast_ref(), Some(Fault::Cycle { .. })))
    };
    let cycle = r#"
def f(x):
    return x
register_target("a", f, depends = ["b"])
register_target("b", f, depends = ["c"])
register_target("c", f, depends = ["b"])
"#;
    assert_eq!(fault(cycle, &[]), ("targets depend on each other: b -> c -> b".to_owned(), true));
    let unknown = "register_target(\"a\", lambda x: x, depends = [\"z\"])\n";
    let error = fault(unknown, &[]).0;
    assert!(
        error.starts_with("the target a (") && error.ends_with(":1) depends on z, which is not registered"),
        "{error}"
    );
    assert_eq!(fault(TARGETS, &["z"]).0, "no target is called \"z\"");
    let twice = "register_target(\"a\", lambda: 1)\nregister_target(\"a\", lambda: 1)\n";
    assert_eq!(fault(twice, &[]).0, "the target a is registered twice");
    assert!(matches!(Evaluation::of("x = 1\n").build(), Err(Error::NoTarget { .. })));
}

#[test]
fn constants_and_variables_are_there() {
    let mut evaluation = Evaluation::of(
        "print(CWD)\nprint(CONFIG_PATH)\nprint(BUILD_TARGET_TRIPLE)\nprint(VARS.get(\"one\"), VARS.get(\"none\", \"-\"), VARS)\n\
         register_target(\"a\", lambda: None)\n",
    );
    evaluation.vars.insert("one".into(), Some("1".into()));
    evaluation.vars.insert("unset".into(), None);
    evaluation.build().unwrap();
    let place = evaluation.place.path("pyoxidizer.bzl");
    let expected = [
        place.parent().unwrap().display().to_string(),
        place.display().to_string(),
        TRIPLE.to_owned(),
        "1 - {\"one\": \"1\", \"unset\": None}".to_owned(),
    ];
    assert_eq!(evaluation.told.lines[..4], expected);
}

#[test]
fn which_python_is_meant_is_told_to_who_finds_it() {
    let mut evaluation = Evaluation::of(
        "default_python_distribution()\n\
         default_python_distribution(\"standalone_static\", \"x86_64-pc-windows-msvc\", \"3.10\")\n\
         default_python_distribution(python_version = \"3.12.1\")\n\
         register_target(\"a\", lambda: None)\n",
    );
    evaluation.build().unwrap();
    let asked = evaluation.pythons.asked.borrow();
    let asked: Vec<_> =
        asked.iter().map(|asked| (asked.version.as_deref(), &*asked.flavor, &*asked.target_triple)).collect();
    let expected = [
        (None, "standalone", TRIPLE),
        (Some("3.10"), "standalone_static", "x86_64-pc-windows-msvc"),
        (Some("3.12.1"), "standalone", TRIPLE),
    ];
    assert_eq!(asked, expected);
    assert!(evaluation.told.lines.contains(&"note it is the one of the tests".to_owned()));
}

#[test]
fn the_language_has_what_files_use() {
    let lines = printed(
        r#"
for name in ["a", "b"]:
    if name in ("a",):
        print(name, type(name), type(policy), type(dist), type(exe))
print(policy, dist == dist, hasattr(policy, "allow_files"), hasattr(policy, "nothing"))
print("%s %s" % ("a", 1), "{}".format(2), "abc".startswith("a"), [x + 1 for x in range(2)])
def recursive(n):
    return n if n == 0 else recursive(n - 1)
print(recursive(50))
"#,
    );
    let expected = [
        "a string PythonPackagingPolicy PythonDistribution PythonExecutable",
        "PythonPackagingPolicy() True True False",
        "a 1 2 True [1, 2]",
        "0",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn values_that_attributes_give_are_copies() {
    let lines = printed(
        r#"
config.module_search_paths = ["a", "b"]
paths = config.module_search_paths
paths.append("c")
print(config.module_search_paths, config.filesystem_importer)
config.module_search_paths = paths
print(config.module_search_paths)
policy.preferred_extension_module_variants["readline"] = "libedit"
print(policy.preferred_extension_module_variants)
policy.set_preferred_extension_module_variant("readline", "libedit")
print(policy.preferred_extension_module_variants)
"#,
    );
    let expected = ["[\"a\", \"b\"] True", "[\"a\", \"b\", \"c\"]", "{}", "{\"readline\": \"libedit\"}"];
    assert_eq!(lines, expected);
}

#[test]
fn files_are_collected_by_patterns() {
    let mut evaluation = Evaluation::of(
        r#"
def show(manifest):
    print(manifest)
show(glob(["src/**/*.txt"]))
show(glob("src/*.txt", strip_prefix = "src/"))
show(glob(["src/**/*.txt"], exclude = ["src/b/*"]))
show(glob(["nothing/*"]))
def files():
    m = glob([CWD + "/src/**/*.txt"], strip_prefix = CWD + "/src")
    m.add_file(FileContent(filename = "x.sh", content = "echo", executable = True), directory = "bin")
    m.add_path("src/a.txt", strip_prefix = "src")
    other = FileManifest()
    other.add_file(FileContent(filename = "a.txt", content = "other"))
    m.add_manifest(other)
    m.install("elsewhere")
    return m
register_target("files", files)
"#,
    );
    evaluation.place.write("src/a.txt", "a");
    evaluation.place.write("src/b/c.txt", "c");
    let built = evaluation.build().unwrap();
    let lines = &evaluation.told.lines;
    let shown: Vec<_> = lines.iter().filter(|line| line.starts_with("FileManifest")).collect();
    let expected = [2, 1, 1, 0].map(|count| format!("FileManifest({count} files)"));
    assert_eq!(shown, expected.iter().collect::<Vec<_>>());
    assert!(lines.contains(&"note no file matches nothing/*".to_owned()));
    let directory = built[0].path.as_ref().unwrap();
    assert_eq!(*directory, evaluation.place.path("build").join(TRIPLE).join("debug/files"));
    for directory in [directory, &evaluation.place.path("build/elsewhere")] {
        assert_eq!(std::fs::read_to_string(directory.join("a.txt")).unwrap(), "other");
        assert_eq!(std::fs::read_to_string(directory.join("b/c.txt")).unwrap(), "c");
    }
    // The only file that is meant to be executed is run.
    assert_eq!(built[0].program.as_ref(), Some(&directory.join("bin/x.sh")));
    // What is stray is gone after the next build.
    std::fs::write(directory.join("stray"), "").unwrap();
    evaluation.build().unwrap();
    assert!(!directory.join("stray").exists() && directory.join("a.txt").exists());
}

#[test]
fn what_a_file_computes_is_bounded() {
    for (text, words) in [
        ("def f():\n    return f()\nf()\n", "stack"),
        ("for i in range(100000):\n    for j in range(100000):\n        pass\n", "tick"),
    ] {
        let error = Evaluation::of(text).build().unwrap_err().to_string().to_lowercase();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn resources_of_the_standard_library_become_files_where_python_imports_them() {
    let mut evaluation = Evaluation::of(
        r#"
dist = default_python_distribution()
def chosen():
    return [r for r in dist.python_resources() if type(r) == "PythonModuleSource" and r.name.split(".")[0] in ("os", "json")]
def by_loop():
    files = FileManifest()
    for resource in chosen():
        files.add_python_resource("lib", resource)
    return files
def at_once():
    files = FileManifest()
    files.add_python_resources("lib", chosen())
    return files
register_target("loop", by_loop)
register_target("once", at_once)
"#,
    )
    .targets(&["loop", "once"]);
    let built = evaluation.build().unwrap();
    let names = |target: usize| {
        let directory = built[target].path.clone().unwrap();
        let mut names = Vec::new();
        for below in ["lib", "lib/json"] {
            let entries = std::fs::read_dir(directory.join(below)).unwrap();
            names.extend(entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()));
        }
        names.sort();
        names
    };
    assert_eq!(names(0), names(1));
    for name in ["os.py", "json", "__init__.py", "decoder.py"] {
        assert!(names(0).contains(&name.to_owned()), "{name}");
    }
    assert!(!names(0).contains(&"re.py".to_owned()));
}
