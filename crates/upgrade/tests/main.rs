//! Files of earlier versions, rewritten.

use pyox_upgrade::{DISTRIBUTION, EXECUTABLE, GLOBALS, Upgraded, upgrade};

/// As earlier versions had it, with what a person wrote around it.
const OLD: &str = r#"# How shop is made.
def make_dist():
    return default_python_distribution(flavor="windows_embeddable")   # the default


def make_exe(dist):
    python_config = PythonInterpreterConfig(
        run_module="shop",
        sys_frozen=True,
        warn_options=[
            "ignore",  # all of them
        ],
    )
    exe = dist.to_python_executable(name="shop", config=python_config)

    # From PyPI.
    exe.add_in_memory_python_resources(dist.pip_install(["flask==1.0"]))  # pinned
    for resource in dist.read_package_root(CWD, ["shop"]):
        if type(resource) == "PythonSourceModule" or type(resource) in ('PythonResourceData', "File"):
            exe.add_filesystem_relative_python_resource("lib", resource)
        elif type(resource) == "PythonBytecodeModule":
            exe.add_python_module_bytecode(resource)
    for module in dist.source_modules():
        exe.add_module_source(module)
    exe.add_filesystem_relative_python_resources(
        PREFIX,
        dist.read_virtualenv("venv"),
    )
    return exe

def make_data(exe): return exe.to_embedded_data()
print("PythonSourceModule", "add_module_source")
Stdlib()
"#;

const NEW: &str = r#"# How shop is made.
def make_dist():
    return default_python_distribution(flavor="standalone")   # the default


def make_exe(dist):
    python_config = dist.make_python_interpreter_config()
    python_config.run_module = "shop"
    python_config.sys_frozen = True
    python_config.warn_options = ([
            "ignore",  # all of them
        ])
    exe = dist.to_python_executable(name="shop", config=python_config)

    # From PyPI.
    for resource in exe.pip_install(["flask==1.0"]):
        resource.add_location = "in-memory"
        exe.add_python_resource(resource)  # pinned
    for resource in exe.read_package_root(CWD, ["shop"]):
        if type(resource) == "PythonModuleSource" or type(resource) in ('PythonPackageResource', "File"):
            resource.add_location = "filesystem-relative:lib"
            exe.add_python_resource(resource)
        elif type(resource) == "PythonBytecodeModule":
            exe.add_python_module_bytecode(resource)
    for module in [resource for resource in dist.python_resources() if type(resource) == "PythonModuleSource"]:
        exe.add_python_resource(module)
    for resource in exe.read_virtualenv("venv"):
        resource.add_location = "filesystem-relative:" + PREFIX
        exe.add_python_resource(resource)
    return exe

def make_data(exe): return exe.to_embedded_resources()
print("PythonSourceModule", "add_module_source")
Stdlib()
"#;

fn upgraded(text: &str) -> Upgraded {
    upgrade("pyoxidizer.bzl", text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn left(text: &str) -> Vec<(usize, String)> {
    upgraded(text).left.into_iter().map(|left| (left.line, left.name)).collect()
}

#[test]
fn what_is_understood_is_rewritten_and_the_rest_stays() {
    let found = upgraded(OLD);
    assert_eq!(found.text, NEW);
    let names: Vec<_> = found.left.iter().map(|left| (left.line, &*left.name)).collect();
    assert_eq!(names, [(21, "PythonBytecodeModule"), (22, "add_python_module_bytecode"), (33, "Stdlib")]);
    assert_eq!(upgraded(NEW).text, NEW);
}

#[test]
fn a_file_that_needs_nothing_is_the_same() {
    for text in
        ["", "# Nothing.", "x = [1,\n  2]\r\n\tif", "exe.add_python_resource(r); y = 1", "def f():\r\n  pass\r\n"]
    {
        match upgrade("pyoxidizer.bzl", text) {
            Ok(found) => assert!(found.text == text && found.left.is_empty(), "{text}: {found:?}"),
            Err(error) => assert!(error.to_string().contains("Parse error"), "{error}"),
        }
    }
}

/// Without any one or two lines of it, a file is rewritten into one that can be parsed and needs no second time.
#[test]
fn what_is_written_is_stable() {
    let lines: Vec<&str> = OLD.lines().collect();
    let mut parsed = 0;
    for one in 0..lines.len() {
        for other in one..lines.len() {
            let rest = lines.iter().enumerate().filter(|(line, _)| *line != one && *line != other);
            let text: String = rest.map(|(_, line)| format!("{line}\n")).collect();
            let Ok(first) = upgrade("pyoxidizer.bzl", &text) else { continue };
            let second = upgraded(&first.text);
            assert_eq!(second.text, first.text);
            assert_eq!(second.left.len(), first.left.len(), "{text}");
            parsed += 1;
        }
    }
    assert!(parsed > 200, "{parsed}");
}

#[test]
fn every_removed_name_is_rewritten_or_told() {
    let globals = GLOBALS.iter().flat_map(|removed| {
        [format!("{}()", removed.name), format!("print(type(x) == \"{}\")", removed.name)]
            .map(|call| (removed.name, call))
    });
    let methods = DISTRIBUTION.iter().map(|removed| (removed.name, format!("dist.{}()", removed.name)));
    let additions = EXECUTABLE.iter().map(|removed| (removed.name, format!("exe.{}(module)", removed.name)));
    let (mut all, mut rewritten) = (0, 0);
    for (name, call) in globals.chain(methods).chain(additions) {
        let text = format!("dist = default_python_distribution()\n{call}\n");
        let found = upgraded(&text);
        let is_told = found.left.iter().any(|left| left.line == 2 && left.name == name && !left.replacement.is_empty());
        // In a text, a name that was no type means nothing.
        if found.text == text && !is_told && call.starts_with("print") {
            continue;
        }
        assert!(is_told != (found.text != text), "{call}: {found:?}");
        // What is written has no such name.
        assert!(is_told || left(&found.text).is_empty() && !found.text.contains(name), "{found:?}");
        (all, rewritten) = (all + 1, rewritten + usize::from(!is_told));
    }
    assert!(all >= 42 && rewritten >= 18, "{rewritten} of {all}");
}

#[test]
fn parameters_become_attributes_of_a_policy() {
    let old = "\
def make_exe(dist):
    exe = dist.to_python_executable(
        name=\"app\",
        # All of them.
        extension_module_filter='all',
        include_sources=True,  # for tracebacks
        include_resources=False,
        include_test=False,
        config=python_config,
    )
    return exe
";
    let new = "\
def make_exe(dist):
    policy = dist.make_python_packaging_policy()
    policy.extension_module_filter = 'all'
    policy.include_distribution_sources = True
    policy.include_distribution_resources = False
    policy.include_test = False
    exe = dist.to_python_executable(
        name=\"app\",
        # All of them.
        packaging_policy=policy,
        # for tracebacks
        config=python_config,
    )
    return exe
";
    let found = upgraded(old);
    assert_eq!((found.text.as_str(), found.left.len()), (new, 0));
    let short = upgraded("e = d.to_python_executable(name = \"a\", include_test = False, include_sources = True)\n");
    let line = "\ne = d.to_python_executable(name = \"a\", packaging_policy = policy, )\n";
    assert!(short.text.ends_with(line), "{}", short.text);
    for text in [
        "e = d.to_python_executable('a', include_test=False, packaging_policy=p)\n",
        "policy = 1\ne = d.to_python_executable('a', include_test=False)\n",
        "e = d.to_python_executable('a', include_test=f())\n",
        "e = d.to_python_executable('a', preferred_extension_module_variants={})\n",
        "return_value(d.to_python_executable('a', include_test=False))\n",
    ] {
        let found = upgraded(text);
        assert_eq!((found.text.as_str(), found.left.len()), (text, 1));
    }
}

#[test]
fn what_is_not_plain_is_left_to_a_person() {
    for (text, name) in [
        // Something else is in the line, which would be in the loop.
        ("exe.add_in_memory_python_resources(r); done()\n", "add_in_memory_python_resources"),
        ("if x: exe.add_in_memory_python_resource(r)\n", "add_in_memory_python_resource"),
        // The resource would be made twice, or the program.
        ("exe.add_in_memory_python_resource(make())\n", "add_in_memory_python_resource"),
        ("make().add_in_memory_python_resource(r)\n", "add_in_memory_python_resource"),
        // A comment would be lost.
        ("exe.add_in_memory_python_resources(\n    # all\n    r)\n", "add_in_memory_python_resources"),
        ("resource = 1\nexe.add_in_memory_python_resources(r)\n", "add_in_memory_python_resources"),
        ("x = exe.add_in_memory_python_resource(r)\n", "add_in_memory_python_resource"),
        ("exe.add_python_module_source(r, optimize_level=1)\n", "add_python_module_source"),
        ("exe.add_in_memory_python_resource(r, add_source_module=False)\n", "add_in_memory_python_resource"),
        ("d = PythonDistribution(sha256='', url='')\nd.extension_modules(filter='all')\n", "extension_modules"),
        // There is no program yet.
        ("d = default_python_distribution()\nx = d.pip_install([])\ne = d.to_python_executable('a')\n", "pip_install"),
        // It is not known which attribute this is.
        ("d = default_python_distribution()\nc = EmbeddedPythonConfig(no_site=True)\n", "EmbeddedPythonConfig"),
        ("c = PythonInterpreterConfig(run_module='a')\n", "PythonInterpreterConfig"),
        ("f(dist.to_python_executable('a', include_test=True))\n", "to_python_executable(include_test = ...)"),
        ("e.add_python_resources(r, optimize_level=1)\n", "add_python_resources(optimize_level = ...)"),
    ] {
        let found = upgraded(text);
        assert_eq!(found.text, text);
        let names: Vec<&str> = found.left.iter().map(|left| &*left.name).collect();
        assert_eq!(names, [name], "{text}");
    }
    // Of other things that have a method of this name, nothing is said.
    assert_eq!(left("def f(exe):\n    return exe.pip_install([])\n"), []);
}
