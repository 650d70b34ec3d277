//! What `PYTHON.json` says of a Python that is installed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use pyox_binary::{ElfFacts, SymbolVersion, is_libpython, stays_with_system};
use pyox_distribution::{ExtensionForm, Host as _, Installed, Python as _, PythonInfo, Target as _, command};
use pyox_licenses::{Packages, link_name};
use serde::Deserialize;

use super::files::{Core, Members};
use super::libraries::{self, Licenses};
use crate::Error;
use crate::archive::ROOT;
use crate::python_json::{BuildInfo, CoreInfo, ExtensionInfo, Link, PythonJson};

const PROGRAM: &str = include_str!("describe.py");
const LICENSE: &str = "licenses/LICENSE.cpython.txt";

/// What the interpreter says.
#[derive(Deserialize)]
pub(super) struct Facts {
    startup_modules: BTreeSet<String>,
    test_packages: Vec<String>,
    cache_tag: String,
    hex_version: u64,
    implementation_version: Vec<String>,
    config_vars: BTreeMap<String, String>,
    paths_abstract: BTreeMap<String, String>,
    platform_tag: String,
    suffixes: BTreeMap<String, Vec<String>>,
    pub(super) include: PathBuf,
}

impl Facts {
    pub(super) fn of(python: &Installed) -> Result<Self, Error> {
        let mut asked = command(python.executable());
        // Isolated, and without `site`: what is there then is what every start needs.
        let output = asked.args(["-I", "-S", "-B", "-c", PROGRAM]).stdin(Stdio::null()).output();
        let output = output.map_err(Error::io("start", python.executable()))?;
        serde_json::from_slice(&output.stdout).map_err(|_| Error::CannotCreate {
            python: python.executable().to_owned(),
            reason: format!("it does not describe itself: {}", String::from_utf8_lossy(&output.stderr)),
        })
    }

    /// How it was built, of what both versions of the format have a name for.
    fn options(&self) -> Vec<&'static str> {
        let arguments = self.config_vars.get("CONFIG_ARGS").map(String::as_str).unwrap_or_default();
        let is_set = |name: &str| self.config_vars.get(name).is_some_and(|value| value == "1");
        let known = [
            ("debug", is_set("Py_DEBUG")),
            ("freethreading", is_set("Py_GIL_DISABLED")),
            ("pgo", arguments.contains("--enable-optimizations")),
            ("lto", arguments.contains("--with-lto")),
        ];
        let options: Vec<_> = known.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name).collect();
        if options.is_empty() { vec!["noopt"] } else { options }
    }
}

/// The description; shared libraries of the Python's own that extension modules need become members.
pub(super) fn python_json(
    python: &Installed,
    facts: &Facts,
    version: u8,
    core: &Core,
    members: &mut Members,
) -> Result<PythonJson, Error> {
    let (info, (major, minor)) = (python.info(), python.minor());
    let stdlib = format!("install/lib/python{major}.{minor}");
    let flags = [(info.gil_disabled, "t"), (info.debug, "d")];
    let flags: String = flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag).collect();
    let tag = format!("cp{major}{minor}");
    let (extensions, glibc) = extensions(python, facts, core, &stdlib, members)?;
    let shared = members.0.keys().find(|path| path.rsplit('/').next().is_some_and(is_libpython)).cloned();
    let options = facts.options();
    let old: Vec<_> = options.iter().copied().filter(|option| *option != "freethreading").collect();
    let paths = [
        ("data", "install".to_owned()),
        ("include", format!("install/include/python{major}.{minor}")),
        ("platinclude", format!("install/include/python{major}.{minor}")),
        ("platlib", format!("{stdlib}/site-packages")),
        ("platstdlib", stdlib.clone()),
        ("purelib", format!("{stdlib}/site-packages")),
        ("scripts", "install/bin".to_owned()),
        ("stdlib", stdlib.clone()),
    ];
    let loading = ["builtin"].into_iter().chain(info.loads_extensions.then_some("shared-library"));
    let has_license = members.0.contains_key(&format!("{ROOT}/{LICENSE}"));
    Ok(PythonJson {
        version: version.to_string(),
        target_triple: info.triple.clone(),
        optimizations: (version < 8).then(|| if old.is_empty() { "noopt".into() } else { old.join("+") }),
        build_options: (version >= 8).then(|| options.join("+")),
        python_tag: tag.clone(),
        python_abi_tag: Some(format!("{tag}{flags}")),
        python_platform_tag: facts.platform_tag.clone(),
        python_implementation_cache_tag: facts.cache_tag.clone(),
        python_implementation_hex_version: facts.hex_version,
        python_implementation_name: "cpython".into(),
        python_implementation_version: facts.implementation_version.clone(),
        python_version: info.version.clone(),
        python_major_minor_version: format!("{major}.{minor}"),
        python_paths: paths.map(|(name, path)| (name.to_owned(), path)).into(),
        python_paths_abstract: Some(facts.paths_abstract.clone()),
        python_config_vars: Some(facts.config_vars.clone()),
        python_exe: format!("install/bin/python{major}.{minor}"),
        python_stdlib_platform_config: None,
        python_stdlib_test_packages: facts.test_packages.clone(),
        python_suffixes: facts.suffixes.clone(),
        python_bytecode_magic_number: info.magic.clone(),
        libpython_link_mode: "static".into(),
        python_symbol_visibility: "global-default".into(),
        python_extension_module_loading: loading.map(String::from).collect(),
        apple_sdk_canonical_name: None,
        apple_sdk_platform: None,
        apple_sdk_version: None,
        apple_sdk_deployment_target: None,
        crt_features: features(info, glibc),
        run_tests: "build/run_tests.py".into(),
        licenses: Some(vec!["Python-2.0".into(), "CNRI-Python".into()]),
        license_path: has_license.then(|| LICENSE.to_owned()),
        tcl_library_path: None,
        tcl_library_paths: None,
        build_info: BuildInfo {
            core: CoreInfo {
                objs: core.objects.clone(),
                links: core.system_libraries.iter().map(Link::system).collect(),
                shared_lib: shared.and_then(|path| Some(path.strip_prefix(ROOT)?.strip_prefix('/')?.to_owned())),
                static_lib: None,
                other: BTreeMap::new(),
            },
            extensions,
            inittab_object: core.inittab.clone(),
            inittab_source: "build/core/config.c".into(),
            inittab_cflags: vec!["-fPIC".into()],
            object_file_format: "elf".into(),
            other: BTreeMap::new(),
        },
        other: BTreeMap::new(),
    })
}

fn features(info: &PythonInfo, glibc: Option<SymbolVersion>) -> Vec<String> {
    match (info.is_musl(), info.loads_extensions) {
        (true, false) => return vec!["static".to_owned()],
        (true, true) => return vec!["musl-dynamic".to_owned()],
        (false, _) => {}
    }
    let version = glibc.map(|version| format!("glibc-max-symbol-version:{version}"));
    ["glibc-dynamic".to_owned()].into_iter().chain(version).collect()
}

type Extensions = BTreeMap<String, Vec<ExtensionInfo>>;

/// The extension modules, and the newest version of the C library that one of them needs.
fn extensions(
    python: &Installed,
    facts: &Facts,
    core: &Core,
    stdlib: &str,
    members: &mut Members,
) -> Result<(Extensions, Option<SymbolVersion>), Error> {
    let (mut found, mut glibc) = (Extensions::new(), None);
    let packages = &Packages::of(Path::new("/"));
    for (name, function) in &core.built_in {
        let required = function == "NULL" || facts.startup_modules.contains(name);
        found.insert(name.clone(), vec![variant(true, function.clone(), required)]);
    }
    for module in python.extension_modules()? {
        let Some(ExtensionForm::Shared(path)) = module.variants.first().map(|variant| &variant.form) else { continue };
        let bytes = fs::read(path).map_err(Error::io("read", path))?;
        let elf = ElfFacts::parse(path, &bytes)?;
        glibc = glibc.max(elf.glibc);
        let function = elf.init_functions.first().cloned().unwrap_or_else(|| format!("PyInit_{}", module.name));
        let mut info = variant(false, function, false);
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        info.shared_lib = Some(format!("{stdlib}/lib-dynload/{file}"));
        let mut known = Vec::new();
        for soname in elf.needed.iter().filter(|soname| !is_libpython(soname)) {
            let name = link_name(soname);
            let own = python.prefix().join("lib").join(soname);
            let origin = if own.is_file() { own.as_path() } else { Path::new("/usr/lib") };
            let mut link = Link::system(name);
            if own.is_file() && python.prefix() != Path::new("/usr") && !stays_with_system(soname) {
                let place = format!("install/lib/{soname}");
                members.file(&place, own.canonicalize().map_err(Error::io("read", &own))?);
                (link.system, link.path_dynamic) = (None, Some(place));
            }
            if name != "c" {
                info.links.push(link);
                if !libraries::is_of_c_library(name) {
                    known.push(libraries::licenses(soname, origin, packages));
                }
            }
        }
        (info.licenses, info.license_public_domain) = licenses(&known);
        found.insert(module.name.clone(), vec![info]);
    }
    Ok((found, glibc))
}

fn variant(in_core: bool, init_fn: String, required: bool) -> ExtensionInfo {
    ExtensionInfo {
        in_core,
        init_fn,
        licenses: None,
        license_paths: None,
        license_public_domain: None,
        links: Vec::new(),
        objs: Vec::new(),
        required,
        shared_lib: None,
        static_lib: None,
        variant: "default".into(),
        other: BTreeMap::new(),
    }
}

/// The licences of all libraries together; none if one of them is not known.
fn licenses(known: &[Option<Licenses>]) -> (Option<Vec<String>>, Option<bool>) {
    let Some(known) = known.iter().map(Option::as_ref).collect::<Option<Vec<_>>>() else { return (None, None) };
    let names: BTreeSet<&str> = known.iter().flat_map(|known| known.names.iter().map(String::as_str)).collect();
    match (names.is_empty(), known.iter().any(|known| known.public_domain)) {
        (true, false) => (None, None),
        (true, true) => (None, Some(true)),
        _ => (Some(names.into_iter().map(str::to_owned).collect()), None),
    }
}
