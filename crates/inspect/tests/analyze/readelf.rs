//! What readelf says of files, in the words of an analysis.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::wheels::run;

/// Facts of one file.
#[derive(Default)]
pub struct Known {
    architecture: String,
    bits: u8,
    is_little_endian: bool,
    is_program: bool,
    is_object: bool,
    interpreter: Option<String>,
    needed: Vec<String>,
    name: Option<String>,
    rpath: Vec<String>,
    runpath: Vec<String>,
    /// Library, version, whether weak.
    versions: BTreeSet<(String, String, bool)>,
    init_functions: BTreeSet<String>,
    python_api: usize,
    is_interpreter: bool,
}

impl Known {
    /// As an image of an analysis; its kind and the libraries with their versions are changed to what can be compared.
    pub fn json(&self) -> Value {
        json!({
            "architecture": self.architecture,
            "bits": self.bits,
            "is_little_endian": self.is_little_endian,
            "kind": [self.is_program, self.is_object],
            "name": self.name,
            "needed": self.needed,
            "versions": self.versions,
            "rpath": self.rpath,
            "runpath": self.runpath,
            "interpreter": self.interpreter,
            "macos": null,
            "init_functions": self.init_functions,
            "python_api": if self.is_interpreter { self.python_api } else { 0 },
        })
    }
}

/// An image of an analysis, changed as [`Known::json`] says.
pub fn comparable(image: &Value) -> Value {
    let mut image = image.clone();
    let needs = image.as_object_mut().and_then(|image| image.remove("needs")).unwrap_or_default();
    let (mut needed, mut versions) = (Vec::new(), BTreeSet::new());
    for need in needs.as_array().expect("a list") {
        let library = need["library"].as_str().expect("a name");
        if need["load"] == "at-start" {
            needed.push(library);
        }
        for version in need["versions"].as_array().expect("a list") {
            let name = version["name"].as_str().expect("a name");
            versions.insert((library, name, version["is_weak"] == true));
        }
    }
    let kind = json!([image["kind"] == "executable", image["kind"] == "object"]);
    image["kind"] = kind;
    image["needed"] = json!(needed);
    image["versions"] = json!(versions);
    image
}

/// The facts of files, by path.
pub fn readelf(paths: &[PathBuf]) -> BTreeMap<PathBuf, Known> {
    let mut all = BTreeMap::new();
    for paths in paths.chunks(100) {
        // One file more, so that the name of each is printed.
        let mut command = Command::new("readelf");
        command.args(["--file-header", "--program-headers", "--dynamic", "--version-info", "--dyn-syms", "--wide"]);
        let output = run(command.env("LC_ALL", "C").args(paths).arg("/bin/true"));
        for part in format!("\n{output}").split("\nFile: ").skip(1) {
            let (path, text) = part.split_once('\n').expect("a path");
            all.insert(path.into(), parse(text));
        }
    }
    all
}

fn parse(text: &str) -> Known {
    let mut known = Known::default();
    let mut library = None;
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if line.starts_with("Version ") {
            library = None;
        }
        if let Some(rest) = line.trim().strip_prefix("[Requesting program interpreter: ") {
            known.interpreter = rest.strip_suffix(']').map(str::to_owned);
        }
        let value = line.split_once('[').and_then(|(_, rest)| rest.strip_suffix(']')).map(str::to_owned);
        let directories =
            || value.iter().flat_map(|list| list.split(':')).filter(|dir| !dir.is_empty()).map(str::to_owned);
        match words[..] {
            ["Class:", class] => known.bits = if class == "ELF64" { 64 } else { 32 },
            ["Data:", .., order, "endian"] => known.is_little_endian = order == "little",
            ["Machine:", ref machine @ ..] => known.architecture = architecture(&machine.join(" ")).to_owned(),
            ["Type:", "EXEC", ..] | ["Type:", "DYN", "(Position-Independent", ..] => known.is_program = true,
            ["Type:", "REL", ..] => known.is_object = true,
            [_, "(NEEDED)", ..] => known.needed.extend(value),
            [_, "(SONAME)", ..] => known.name = value,
            [_, "(RPATH)", ..] => known.rpath.extend(directories()),
            [_, "(RUNPATH)", ..] => known.runpath.extend(directories()),
            // Address: Version: 1  File: libc.so.6  Cnt: 1
            [_, "Version:", _, "File:", file, "Cnt:", _] => library = Some(file.to_owned()),
            // Address:   Name: GLIBC_2.17  Flags: none  Version: 2
            [_, "Name:", version, "Flags:", flags, ..] => {
                known.versions.extend(library.clone().map(|library| (library, version.to_owned(), flags == "WEAK")));
            }
            // Number: value size type binding visibility section name
            [_, _, _, _, _, _, section, name, ..] if section != "UND" && line.contains(": ") => {
                symbol(&mut known, name.split('@').next().unwrap_or_default());
            }
            _ => {}
        }
    }
    known
}

fn symbol(known: &mut Known, name: &str) {
    if ["PyInit_", "PyInitU_", "PyModExport_"].iter().any(|prefix| name.starts_with(prefix)) {
        known.init_functions.insert(name.to_owned());
    } else if name.starts_with("Py") || name.starts_with("_Py") {
        known.python_api += 1;
        known.is_interpreter |= name == "Py_IsInitialized";
    }
}

fn architecture(machine: &str) -> &'static str {
    match machine {
        "Advanced Micro Devices X86-64" => "x86_64",
        "AArch64" => "aarch64",
        "Intel 80386" => "i686",
        other => panic!("which architecture is {other}?"),
    }
}
