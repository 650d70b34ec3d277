//! What a Python is, by its `PYTHON.json`.

use pyox_distribution::PythonInfo;
use pyox_scanner::STARTUP_MODULES;

use crate::Error;
use crate::python_json::PythonJson;

/// What a Python is by its `PYTHON.json` alone. What no field says is what every CPython of that kind has.
pub(crate) fn info(json: &PythonJson) -> Result<PythonInfo, Error> {
    let field = |field: &str| Error::MissingField { version: json.version.parse().ok(), field: field.into() };
    let numbers = json.numbers().ok_or_else(|| field("python_version"))?;
    let mut info = PythonInfo::new(numbers, plain_triple(&json.target_triple));
    if let [_, _, _, level, serial] = json.python_implementation_version.as_slice() {
        info.releaselevel.clone_from(level);
        info.serial = serial.parse().map_err(|_| field("python_implementation_version"))?;
    }
    info.extension_suffixes = json.extension_suffixes().to_vec();
    info.soabi = soabi(json);
    info.magic.clone_from(&json.python_bytecode_magic_number);
    let abi = json.python_abi_tag.as_deref().unwrap_or_default();
    let options = json.build_options.as_deref().or(json.optimizations.as_deref()).unwrap_or_default();
    info.gil_disabled = abi.trim_end_matches('d').ends_with('t');
    info.debug = options.split('+').any(|option| option == "debug") && !json.target_triple.contains("windows");
    info.loads_extensions = json.python_extension_module_loading.iter().any(|way| way == "shared-library");
    info.platform.clone_from(&json.python_platform_tag);
    info.builtin_modules = built_in(json);
    let mut fixed: Vec<String> = STARTUP_MODULES.iter().map(|name| top(name)).collect();
    fixed.extend(info.builtin_modules.iter().cloned());
    fixed.sort();
    fixed.dedup();
    info.fixed_modules = fixed;
    info.markers = markers(json, &info);
    Ok(info)
}

fn top(name: &str) -> String {
    name.split('.').next().unwrap_or(name).to_owned()
}

/// The modules that are built into the interpreter of the archive.
fn built_in(json: &PythonJson) -> Vec<String> {
    let extensions = json.build_info.extensions.iter();
    extensions.filter(|(_, all)| all.iter().any(|one| one.in_core)).map(|(name, _)| name.clone()).collect()
}

/// A triple without the microarchitecture.
pub(crate) fn plain_triple(triple: &str) -> String {
    let (machine, rest) = triple.split_once('-').unwrap_or((triple, ""));
    match machine.split_once("_v") {
        Some((plain, version)) if version.parse::<u8>().is_ok() => format!("{plain}-{rest}"),
        _ => triple.to_owned(),
    }
}

/// The tag in the most specific ending of extension modules.
fn soabi(json: &PythonJson) -> Option<String> {
    let stated = json.python_config_vars.as_ref().and_then(|variables| variables.get("SOABI"));
    let ending = || {
        let ending = json.extension_suffixes().iter().find(|suffix| suffix.starts_with(".cpython-"))?;
        Some(ending.strip_prefix('.')?.strip_suffix(".so")?.to_owned())
    };
    stated.filter(|text| text.starts_with("cpython-")).cloned().or_else(ending)
}

fn markers(json: &PythonJson, info: &PythonInfo) -> std::collections::BTreeMap<String, String> {
    let triple = &info.triple;
    let (os, platform, system) = match () {
        () if triple.contains("windows") => ("nt", "win32", "Windows"),
        () if triple.contains("apple-darwin") => ("posix", "darwin", "Darwin"),
        () => ("posix", "linux", "Linux"),
    };
    let machine = triple.split('-').next().unwrap_or_default();
    let machine = match (machine, platform) {
        ("x86_64", "win32") => "AMD64",
        ("aarch64", "darwin") => "arm64",
        (other, _) => other,
    };
    let values = [
        ("implementation_name", json.python_implementation_name.as_str()),
        ("implementation_version", &info.version),
        ("os_name", os),
        ("platform_machine", machine),
        ("platform_python_implementation", "CPython"),
        ("platform_release", ""),
        ("platform_system", system),
        ("platform_version", ""),
        ("python_full_version", &info.version),
        ("python_version", &json.python_major_minor_version),
        ("sys_platform", platform),
    ];
    values.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}
