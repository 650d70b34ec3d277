//! The standard libraries of all Pythons, compared with what these Pythons say themselves.

use std::collections::BTreeSet;
use std::process::Command;

use pyox_distribution::{Host as _, Python as _};
use pyox_packed_resources::Resource;
use pyox_scanner::{Directory, ResourceSource as _};

const ASK: &str = r#"
import importlib.machinery, importlib.util, json, os, pkgutil, sys, sysconfig
stdlib = sysconfig.get_path("stdlib")
dynload = os.path.join(stdlib, "lib-dynload")

def walk(paths, prefix):
    for module in pkgutil.iter_modules(paths):
        yield prefix + module.name
        if module.ispkg:
            yield from walk([os.path.join(path, module.name) for path in paths], prefix + module.name + ".")

def is_file(name):
    spec = importlib.util.find_spec(name)
    return spec is not None and spec.origin not in (None, "built-in", "frozen")

suffixes = importlib.machinery.EXTENSION_SUFFIXES
print(json.dumps({
    "stdlib": stdlib,
    "suffixes": suffixes,
    "modules": sorted(walk([stdlib, dynload], "")),
    "names": sorted(filter(is_file, getattr(sys, "stdlib_module_names", ()))),
    "dynload": sorted(name for name in os.listdir(dynload) if name.split(".", 1)[-1] in [s[1:] for s in suffixes]),
}))
"#;

fn strings(json: &serde_json::Value) -> Vec<String> {
    json.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

#[test]
fn standard_libraries() {
    for python in crate::common::pythons() {
        let info = python.info();
        let version = (info.major, info.minor);
        let output = Command::new(python.executable()).args(["-I", "-c", ASK]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let facts: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let directory = Directory::standard_library(facts["stdlib"].as_str().unwrap());
        let scan = directory.extension_suffixes(strings(&facts["suffixes"])).scan().unwrap();

        let names: BTreeSet<&str> = scan.module_names().collect();
        let packages: BTreeSet<&str> = scan
            .resources
            .iter()
            .filter_map(|found| match &found.resource {
                Resource::ModuleSource(module) if module.is_package => Some(module.name.as_str()),
                _ => None,
            })
            .collect();
        // pkgutil does not look into namespace packages.
        let in_regular_packages = |name: &&str| {
            let mut parents = name.match_indices('.').map(|(at, _)| &name[..at]);
            parents.all(|parent| packages.contains(parent))
        };
        let expected = strings(&facts["modules"]);
        let found: Vec<&str> = names.iter().copied().filter(in_regular_packages).collect();
        assert_eq!(found, expected, "{version:?}");
        assert!(found.len() > 500);

        if version >= (3, 10) {
            let missing: Vec<String> =
                strings(&facts["names"]).into_iter().filter(|name| !names.contains(name.as_str())).collect();
            assert_eq!(missing, [""; 0], "{version:?}");
        }
        let extensions: Vec<String> = scan
            .resources
            .iter()
            .filter_map(|found| match &found.resource {
                Resource::ExtensionModule(module) => Some(module.relative_path.clone()),
                _ => None,
            })
            .collect();
        assert_eq!(extensions, strings(&facts["dynload"]), "{version:?}");
        for found in &scan.resources {
            found.resource.data().read().unwrap();
        }
    }
}
