//! What analyses say against what other tools do, and damaged files.

mod readelf;
mod wheels;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use pyox_binary::BinaryError;
use pyox_inspect::{AnalyzeError, Format, analyze};
use pyox_packed_resources::{EntryFlags, FieldKind, Writer};
use pyox_program_format::Attachment;
use serde_json::{Value, json};
use wheels::{Wheels, python, run};

/// The images of a file as `--json` has them.
fn images(path: &Path) -> Vec<Value> {
    let analysis = analyze(&std::fs::read(path).expect("a file"));
    let analysis = analysis.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let images = serde_json::to_value(analysis).expect("JSON")["images"].take();
    images.as_array().expect("a list").clone()
}

fn is_elf(path: &PathBuf) -> bool {
    std::fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"\x7fELF"))
}

/// Returns in how many files versions, search paths and extension modules were compared.
fn agree_with_readelf(paths: &[PathBuf]) -> [usize; 3] {
    let known = readelf::readelf(paths);
    let mut compared = [0; 3];
    for path in paths {
        let expected = known[path].json();
        let images = images(path);
        assert_eq!(images.len(), 1, "{}", path.display());
        assert_eq!(readelf::comparable(&images[0]), expected, "{}", path.display());
        for (count, keys) in compared.iter_mut().zip([&["versions"][..], &["rpath", "runpath"], &["init_functions"]]) {
            *count += usize::from(keys.iter().any(|key| expected[key] != json!([])));
        }
    }
    compared
}

#[test]
fn programs_of_this_machine_agree_with_readelf() {
    let programs = std::fs::read_dir("/usr/bin").expect("a directory").flatten();
    let programs: BTreeSet<PathBuf> = programs.filter_map(|entry| entry.path().canonicalize().ok()).collect();
    let programs: Vec<PathBuf> = programs.into_iter().filter(is_elf).collect();
    let [versions, ..] = agree_with_readelf(&programs);
    assert!(versions > 100, "{versions} of {} have versions", programs.len());
}

/// Versions that are weak, DT_RPATH, all kinds of symbols that are looked for.
#[test]
fn a_library_made_here_agrees_with_readelf() {
    let directory = tempfile::tempdir().expect("a directory");
    let (source, library) = (directory.path().join("x.c"), directory.path().join("x.so"));
    let code = "double pow(double, double);\ndouble PyInit_x(double x) { return pow(x, x); }\n\
                void PyInitU_x(void) {}\nvoid PyModExport_x(void) {}\n\
                int Py_IsInitialized(void) { return 1; }\nvoid _Py_x(void) {}\nvoid Other(void) {}\n";
    std::fs::write(&source, code).expect("a file");
    let mut cc = Command::new("cc");
    cc.args([
        "-shared",
        "-fPIC",
        "-Wl,--disable-new-dtags,-rpath,/one:$ORIGIN,-soname,libx.so,--hash-style=sysv",
        "-o",
    ]);
    run(cc.arg(&library).arg(&source).arg("-lm"));
    // The need for GLIBC_2.29, by its hash, becomes a weak one.
    let mut bytes = std::fs::read(&library).expect("a file");
    let need = bytes.windows(4).position(|window| window == 0x0696_9189_u32.to_le_bytes()).expect("a version");
    bytes[need + 4] = 2;
    std::fs::write(&library, bytes).expect("a file");
    assert_eq!(agree_with_readelf(std::slice::from_ref(&library)), [1, 1, 1]);
    let image = &images(&library)[0];
    assert_eq!(image["init_functions"], json!(["PyInitU_x", "PyInit_x", "PyModExport_x"]));
    assert_eq!((&image["python_api"], &image["rpath"]), (&json!(2), &json!(["/one", "$ORIGIN"])));
    let weak =
        |need: &Value| need["versions"].as_array().is_some_and(|all| all.iter().any(|one| one["is_weak"] == true));
    assert!(image["needs"].as_array().is_some_and(|needs| needs.iter().any(weak)), "{image}");
}

#[test]
fn wheels_agree_with_readelf() {
    let requirements =
        ["numpy==2.2.6", "pillow==11.3.0", "lxml==5.4.0", "cryptography==44.0.3", "psycopg2-binary==2.9.10"];
    let wheels = Wheels::download(&["manylinux_2_28_x86_64", "manylinux2014_x86_64"], &requirements);
    let [versions, directories, modules] = agree_with_readelf(&wheels.binaries(&["so"]));
    assert!(versions > 50 && directories > 10 && modules > 30, "{versions} {directories} {modules}");
}

/// pefile and macholib, which read the tables in other ways: symbols of Mach-O files from the symbol table.
#[test]
fn other_systems_agree_with_readers_in_python() {
    let windows =
        ["win_amd64", "win_arm64", "win32"].map(|platform| Wheels::download(&[platform], &["markupsafe==3.0.3"]));
    // With libraries that are loaded late, and programs.
    let large = Wheels::download(&["win_amd64"], &["pywin32==311"]);
    let fat = Wheels::download(&["macosx_11_0_universal2"], &["greenlet==3.2.4"]);
    let mac = Wheels::download(&["macosx_11_0_arm64"], &["pillow==11.3.0", "markupsafe==3.0.3"]);
    let all = windows.iter().chain([&large]).flat_map(|wheels| wheels.binaries(&["pyd", "dll", "exe"]));
    let paths: Vec<PathBuf> = all.chain(fat.binaries(&["so"])).chain(mac.binaries(&["so", "dylib"])).collect();
    let directory = tempfile::tempdir().expect("a directory");
    let (tools, list) = (directory.path().join("tools"), directory.path().join("list.json"));
    run(python()
        .args(["-m", "pip", "install", "--quiet", "--target"])
        .arg(&tools)
        .args(["pefile==2024.8.26", "macholib==1.16.4"]));
    std::fs::write(&list, serde_json::to_vec(&paths).expect("JSON")).expect("a file");
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/analyze/oracle.py");
    let known = run(python().arg(oracle).arg(list).env("PYTHONPATH", tools));
    let known: BTreeMap<PathBuf, Vec<Value>> = serde_json::from_str(&known).expect("JSON");
    let mut seen = BTreeSet::new();
    for path in &paths {
        let (found, expected) = (images(path), &known[path]);
        assert_eq!(found.len(), expected.len(), "{}", path.display());
        for (image, expected) in found.iter().zip(expected) {
            let mut image = image.clone();
            let needs = image["needs"].as_array().expect("a list").clone();
            image["needs"] = needs.iter().map(|need| json!([need["library"], need["load"]])).collect();
            for (key, expected) in expected.as_object().expect("an object") {
                assert_eq!(&image[key], expected, "{key} of {}", path.display());
            }
            seen.extend(needs.iter().map(|need| need["load"].to_string()));
            seen.extend(["kind", "architecture"].map(|key| image[key].to_string()));
            seen.extend((image["init_functions"] != json!([])).then(|| format!("modules, {}", image["kind"])));
        }
        seen.extend((found.len() > 1).then(|| "several architectures".to_owned()));
    }
    for expected in [
        "\"delayed\"",
        "\"executable\"",
        "\"shared-library\"",
        "\"i686\"",
        "\"x86_64\"",
        "\"aarch64\"",
        "modules, \"bundle\"",
        "modules, \"shared-library\"",
        "several architectures",
    ] {
        assert!(seen.contains(expected), "{expected} is not in {seen:?}");
    }
}

/// What hardly any wheel has, in binaries made by hand.
#[test]
fn peculiar_files() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/analyze");
    let python = |image: &Value| (image["init_functions"].clone(), image["python_api"].clone());
    for (name, bits, is_little_endian) in
        [("mach_o_64", 64, true), ("mach_o_32", 32, false), ("mach_o_fat", 64, true), ("mach_o_fat_64", 64, true)]
    {
        let images = images(&seeds.join(name));
        assert_eq!(images.len(), if name == "mach_o_fat" { 2 } else { 1 }, "{name}");
        for image in &images {
            let needs = image["needs"].as_array().expect("a list");
            let loads: Vec<&Value> = needs.iter().map(|need| &need["load"]).collect();
            assert_eq!(loads, ["at-start", "at-start", "at-start", "if-present", "delayed"], "{name}");
            assert_eq!(
                (&image["bits"], &image["is_little_endian"]),
                (&json!(bits), &json!(is_little_endian)),
                "{name}"
            );
            assert_eq!((&image["name"], &image["macos"]), (&json!("@rpath/m.dylib"), &json!("11.0")), "{name}");
            assert_eq!(image["rpath"], json!(["@loader_path/x"]), "{name}");
            assert_eq!(python(image), (json!(["PyInit_m"]), json!(1)), "{name}");
        }
    }
    for (name, bits) in [("pe_64", 64), ("pe_32", 32)] {
        let image = &images(&seeds.join(name))[0];
        assert_eq!((&image["bits"], &image["needs"][2]["load"]), (&json!(bits), &json!("delayed")), "{name}");
        assert_eq!(python(image), (json!(["PyInit_m"]), json!(1)), "{name}");
    }
}

#[test]
fn what_is_of_no_format_is_told() {
    let java = [&0xcafe_babe_u32.to_be_bytes()[..], &[0, 0, 0, 52]].concat();
    let dos = [b"MZ".as_slice(), &[0; 100]].concat();
    for bytes in [b"".as_slice(), b"#!/bin/sh\n", b"MZ", &java, &dos] {
        assert!(matches!(analyze(bytes), Err(AnalyzeError::Unknown)), "{bytes:?}");
    }
    assert!(matches!(analyze(b"\x7fELF"), Err(AnalyzeError::Binary(BinaryError::Elf(_)))));
    assert!(matches!(analyze(b"pyembed\x04"), Err(AnalyzeError::Resources(_))));
    let mach = [&0xfeed_face_u32.to_be_bytes()[..], &[0; 30]].concat();
    assert!(matches!(analyze(&mach[..10]), Err(AnalyzeError::Binary(BinaryError::Malformed { .. }))));
    assert_eq!(analyze(&mach).map(|analysis| analysis.format).ok(), Some(Format::MachO));
}

/// A program of the system with packed resources, in which a library is the program itself.
fn program() -> Vec<u8> {
    let launcher = std::fs::read("/bin/true").expect("a file");
    let mut writer = Writer::new();
    let module = writer.entry("pkg.fast").flag(EntryFlags::MODULE.union(EntryFlags::EXTENSION));
    module.field(FieldKind::Extension, launcher.clone()).keyed(FieldKind::Dependency, "libx.so", Vec::new());
    writer.entry("pkg").flag(EntryFlags::PACKAGE.union(EntryFlags::MODULE)).field(FieldKind::Source, b"x = 1".to_vec());
    writer.entry("libx.so").flag(EntryFlags::SHARED_LIBRARY).field(FieldKind::SharedLibrary, launcher.clone());
    let payload = writer.to_vec().expect("resources");
    let attachment = Attachment::plan(&launcher, payload.len() as u64).expect("a plan");
    let mut program = Vec::new();
    attachment.write(&launcher, |out| out.write_all(&payload), &mut program).expect("a program");
    program
}

#[test]
fn a_payload_is_looked_into() {
    let program = program();
    let analysis = analyze(&program).expect("an analysis");
    let contents = analysis.contents.expect("a payload");
    assert_eq!((contents.packages.len(), contents.packages[0].modules), (1, 2));
    let [library, module] = &contents.native[..] else { panic!("{:?}", contents.native) };
    assert_eq!((library.name.as_str(), &library.needed_by[..]), ("libx.so", &["pkg.fast".to_owned()][..]));
    assert_eq!((module.is_extension, &module.needs[..]), (true, &["libx.so".to_owned()][..]));
    let linux = analysis.linux.expect("needs");
    assert!(linux.glibc.is_some() && linux.because_of.is_empty(), "{linux:?}");
    // Cut off within the payload, and damaged in its tables.
    let offset = contents.offset as usize;
    let mut damaged = program.clone();
    damaged[offset + 8..offset + 64].fill(0xff);
    let analysis = analyze(&damaged).expect("an analysis");
    assert!(analysis.contents.is_none() && analysis.damage.is_some(), "{analysis:?}");
}

/// Whatever the bytes are: an answer or an error, and soon.
#[test]
fn damage_never_panics() {
    let windows = Wheels::download(&["win_amd64"], &["markupsafe==3.0.3"]);
    let mac = Wheels::download(&["macosx_11_0_universal2"], &["greenlet==3.2.4"]);
    let mut samples: Vec<Vec<u8>> = vec![std::fs::read("/bin/true").expect("a file"), program()];
    for path in windows.binaries(&["pyd"]).iter().chain(&mac.binaries(&["so"])[..1]) {
        samples.push(std::fs::read(path).expect("a file"));
    }
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % limit as u64) as usize
    };
    let (mut answers, mut errors) = (0, 0);
    let mut exercise = |bytes: &[u8]| match analyze(bytes) {
        Ok(_) => answers += 1,
        Err(_) => errors += 1,
    };
    for whole in &samples {
        for length in (0..whole.len().min(4096)).chain((4096..whole.len()).step_by(whole.len() / 500 + 1)) {
            exercise(&whole[..length]);
        }
        for round in 0..4000 {
            let mut bytes = whole.clone();
            // Headers are at the start, the tables they lead to anywhere.
            let reach = if round % 2 == 0 { 0x400 } else { bytes.len() };
            for _ in 0..=random(3) {
                let at = random(reach.min(bytes.len()));
                bytes[at] = [0, 0xff, 0x7f, 0x80, random(256) as u8][random(5)];
            }
            exercise(&bytes);
        }
    }
    assert!(answers > 1000 && errors > 1000, "{answers} answers, {errors} errors");
}
