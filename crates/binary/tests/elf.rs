//! Native code against the real thing: readelf, ldd, the dynamic loader, the kernel, and the Pythons of this machine.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pyox_binary::*;
use pyox_distribution::{Host as _, Installed};
use tempfile::TempDir;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Runs a program; it has to succeed.
fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error} (is it installed?)"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Compiles a C program or library in `dir`.
fn cc(dir: &Path, name: &str, source: &str, arguments: &[&str]) -> PathBuf {
    let (c, out) = (dir.join(format!("{name}.c")), dir.join(name));
    fs::write(&c, source).unwrap();
    run(Command::new("cc").current_dir(dir).arg("-g").arg(&c).arg("-o").arg(&out).args(arguments));
    out
}

fn library(dir: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let symbol = name.replace(['.', '-', '/'], "_");
    let soname = format!("-Wl,-soname,{}", Path::new(name).file_name().unwrap().to_str().unwrap());
    let all: Vec<&str> =
        ["-shared", "-fPIC", &soname, "-L.", "-Wl,--no-as-needed"].iter().chain(arguments).copied().collect();
    cc(dir, name, &format!("int {symbol}(void) {{ return 42; }}\n"), &all)
}

/// Pythons, each with its extension modules that are files.
fn pythons() -> Vec<(PathBuf, Vec<PathBuf>)> {
    let modules = |python: &Installed| files(python.extension_dir().expect("extension modules"), ".so");
    pyox_test_support::pythons::chosen().iter().map(|python| (python.executable().into(), modules(python))).collect()
}

fn files(dir: &Path, part: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<_> = entries.filter(|p| p.is_file() && p.to_str().is_some_and(|p| p.contains(part))).collect();
    files.sort();
    files
}

fn facts(path: &Path) -> ElfFacts {
    ElfFacts::parse(path, &fs::read(path).unwrap()).unwrap()
}

/// The facts that readelf knows too, in the order: needed, soname, rpath, runpath, glibc.
type Known = (Vec<String>, Vec<String>, Vec<String>, Vec<String>, Option<SymbolVersion>);

fn readelf_facts(paths: &[PathBuf]) -> BTreeMap<PathBuf, Known> {
    // A second file, so that the name of each is printed.
    let output = text(&run(Command::new("readelf").args(["-d", "-V", "-W"]).args(paths).arg("/bin/true")));
    let mut all = BTreeMap::new();
    let (mut file, mut is_needs) = (PathBuf::new(), false);
    for line in output.lines() {
        if let Some(path) = line.strip_prefix("File: ") {
            file = PathBuf::from(path);
            continue;
        }
        let known: &mut Known = all.entry(file.clone()).or_default();
        if line.starts_with("Version ") {
            is_needs = line.starts_with("Version needs");
        }
        let name = line.split_once('[').and_then(|(_, rest)| rest.strip_suffix(']')).map(str::to_owned);
        let dirs = || name.iter().flat_map(|dirs| dirs.split(':')).filter(|dir| !dir.is_empty()).map(str::to_owned);
        match line.split_whitespace().nth(1) {
            Some("(NEEDED)") => known.0.extend(name),
            Some("(SONAME)") => known.1.extend(name),
            Some("(RPATH)") => known.2.extend(dirs()),
            Some("(RUNPATH)") => known.3.extend(dirs()),
            _ if is_needs && !line.contains("WEAK") => {
                let version = line.split_once("Name: GLIBC_").and_then(|(_, rest)| rest.split_whitespace().next());
                let version = if version == Some("ABI_DT_RELR") { Some("2.36") } else { version };
                known.4 = known.4.max(version.and_then(SymbolVersion::parse));
            }
            _ => {}
        }
    }
    all
}

#[test]
fn facts_are_those_of_readelf() {
    let mut paths = Vec::new();
    for dir in ["/usr/bin", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64"] {
        let candidates = files(Path::new(dir), "");
        let step = (candidates.len() / 150).max(1);
        let elf = |path: &PathBuf| fs::read(path).is_ok_and(|bytes| ElfTarget::from_bytes(&bytes).is_some());
        paths.extend(candidates.into_iter().step_by(step).filter(elf));
    }
    paths.extend(pythons().into_iter().flat_map(|(_, modules)| modules));
    assert!(paths.len() > 100, "{} files", paths.len());
    let known = readelf_facts(&paths);
    for path in &paths {
        let facts = facts(path);
        let soname: Vec<String> = facts.soname.into_iter().collect();
        let found = (facts.needed, soname, facts.rpath, facts.runpath, facts.glibc);
        assert_eq!(Some(&found), known.get(path), "{}", path.display());
    }
}

#[test]
fn extension_modules_are_recognised_and_work_when_edited() -> Outcome {
    const IMPORT: &str = "
import sys
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    try:
        module = __import__(name)
        print(name, module.__file__.startswith(sys.argv[1]))
    except BaseException as e:
        print(name, type(e).__name__)
";
    let pythons = pythons();
    assert!(!pythons.is_empty(), "no Python in $PYENV_ROOT");
    let (mut before, mut after, mut edited) = (0, 0, Vec::new());
    let dir = TempDir::new()?;
    for (number, (python, modules)) in pythons.iter().enumerate() {
        let [plain, small] = ["plain", "small"].map(|kind| dir.path().join(format!("{number}-{kind}")));
        fs::create_dir(&plain)?;
        fs::create_dir(&small)?;
        let mut names = Vec::new();
        for path in modules {
            let file_name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let name = file_name.split('.').next().unwrap_or_default();
            assert!(facts(path).init_functions.contains(&format!("PyInit_{name}")), "{}", path.display());
            let bytes = fs::read(path)?;
            fs::write(plain.join(file_name), &bytes)?;
            before += bytes.len();
            let bytes = edit_dynamic(trim(bytes), |_| true, |_| false)?;
            assert_eq!(edit_dynamic(trim(bytes.clone()), |_| true, |_| false)?, bytes, "a second time changes nothing");
            after += bytes.len();
            fs::write(small.join(file_name), &bytes)?;
            let (old, mut new) = (facts(path), facts(&small.join(file_name)));
            (new.rpath, new.runpath) = (old.rpath.clone(), old.runpath.clone());
            assert_eq!(old, new);
            edited.push(small.join(file_name));
            names.push(name.to_owned());
        }
        let import = |dir: &Path| {
            text(&run(Command::new(python).args(["-E", "-S", "-c", IMPORT]).arg(dir).args(&names).current_dir(dir)))
        };
        let imported = import(&small);
        assert_eq!(imported, import(&plain));
        let failed = imported.lines().filter(|line| !line.ends_with("True")).count();
        assert!(failed * 4 < names.len(), "{}: {imported}", python.display());
    }
    // Two thirds are debugging information, where Python was compiled with it.
    assert!(after < before, "{before} {after}");
    let output = run(Command::new("readelf").args(["-l", "-d", "-W"]).args(&edited));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!text(&output).contains("PATH)"));
    Ok(())
}

#[test]
fn needs_are_removed_unless_versions_depend_on_them() -> Outcome {
    let dir = TempDir::new()?;
    library(dir.path(), "libgone.so", &[]);
    let user = library(dir.path(), "libuser.so", &["-lgone", "-lm", "-Wl,-rpath,/nowhere", "-Wl,--disable-new-dtags"]);
    assert_eq!(
        (facts(&user).needed, facts(&user).rpath),
        (vec!["libgone.so".into(), "libm.so.6".into(), "libc.so.6".into()], vec!["/nowhere".into()])
    );
    for file in [fs::read(&user)?, trim(fs::read(&user)?)] {
        let edited = dir.path().join("edited.so");
        fs::write(&edited, edit_dynamic(file, |_| true, |name| name == "libgone.so")?)?;
        assert_eq!(
            (facts(&edited).needed, facts(&edited).rpath),
            (vec!["libm.so.6".into(), "libc.so.6".into()], vec![])
        );
        let load = "import ctypes, sys; print(ctypes.CDLL(sys.argv[1]).libuser_so())";
        assert_eq!(text(&run(Command::new("python3").args(["-c", load]).arg(&edited))), "42\n");
    }
    let versioned = cc(
        dir.path(),
        "m.so",
        "#include <math.h>\ndouble f(double x) { return pow(x, x); }",
        &["-shared", "-fPIC", "-lm"],
    );
    let result = edit_dynamic(fs::read(versioned)?, |_| true, |name| name == "libm.so.6");
    assert!(matches!(result, Err(ElfError::VersionedNeed { soname }) if soname == "libm.so.6"));
    Ok(())
}

#[test]
fn the_closure_of_the_standard_library_is_what_ldd_finds() -> Outcome {
    let mut seen = 0;
    for (_, modules) in pythons() {
        let chosen = ["_ssl", "_sqlite3", "readline", "_tkinter"];
        let is_chosen = |path: &&PathBuf| {
            path.file_name()
                .and_then(|n| n.to_str())
                .is_some_and(|n| chosen.iter().any(|c| n.starts_with(&format!("{c}."))))
        };
        let files: Vec<(PathBuf, Vec<u8>)> = modules
            .iter()
            .filter(is_chosen)
            .map(|path| Ok((path.clone(), fs::read(path)?)))
            .collect::<std::io::Result<_>>()?;
        let roots: Vec<Root<'_>> =
            files.iter().map(|(path, bytes)| Root::new(path.display().to_string(), bytes).origin(path)).collect();
        let closure = Closure::of(&roots, |name| name.starts_with("libpython"), &SystemLibraries::of_this_machine())?;
        assert!(closure.missing.is_empty() && closure.conflicts.is_empty(), "{closure:?}");
        assert!(closure.system.contains("libc.so.6"));
        for root in &roots {
            let ldd = text(&run(Command::new("ldd").arg(&root.name)));
            let order = closure.load_order(&root.name);
            for (place, name) in order.iter().enumerate() {
                let library = &closure.libraries[*name];
                let LibrarySource::File(path) = &library.source else { panic!("{library:?}") };
                assert!(ldd.contains(&format!("{name} => {} (", path.display())), "{name} {path:?} {ldd}");
                for need in &library.file.needs {
                    assert!(order[..place].contains(&need.as_str()), "{need} before {name}");
                }
                seen += 1;
            }
            // Whatever else ldd lists is left to the system, or needed by that only.
            for name in facts(Path::new(&root.name)).needed {
                assert!(
                    order.contains(&name.as_str()) || stays_with_system(&name) || name.starts_with("libpython"),
                    "{name}"
                );
            }
        }
        let ssl = roots.iter().find(|root| root.name.contains("_ssl"));
        if let Some(ssl) = ssl.filter(|_| closure.libraries.contains_key("libssl.so.3")) {
            assert_eq!(closure.load_order(&ssl.name), ["libcrypto.so.3", "libssl.so.3"]);
        }
    }
    assert!(seen > 2);
    Ok(())
}

#[test]
fn cycles_gaps_and_conflicts_are_reported() -> Outcome {
    let dir = TempDir::new()?;
    let (base, at) = (dir.path(), |name: &str| dir.path().join(name));
    for sub in ["a", "b"] {
        fs::create_dir(at(sub))?;
    }
    library(base, "libgone.so", &[]);
    library(base, "a/libx.so", &[]);
    library(base, "b/libx.so", &["-lgone"]);
    library(base, "libtwo.so", &[]);
    library(base, "libone.so", &["-ltwo", "-lgone"]);
    library(base, "libtwo.so", &["-lone"]);
    let old_rpath = "-Wl,--disable-new-dtags";
    let root = library(base, "root.so", &["-lone", "-La", "-lx", "-Wl,-rpath,$ORIGIN:$ORIGIN/a", old_rpath]);
    let other = library(base, "other.so", &["-Lb", "-lx", "-Wl,-rpath,${ORIGIN}/b", "-Wl,--enable-new-dtags"]);
    fs::remove_file(at("libgone.so"))?;

    let bytes = [fs::read(&root)?, fs::read(&other)?];
    let root_of = |name: &str, origin: &Path, bytes| Root::new(name, bytes).origin(origin);
    let roots = [root_of("root", &root, &bytes[0]), root_of("zother", &other, &bytes[1])];
    let closure = Closure::of(&roots, |_| false, &SystemLibraries::none())?;
    assert_eq!(closure.cycles, [["libone.so", "libtwo.so"]]);
    assert_eq!(closure.order.len(), 3);
    assert_eq!(closure.roots["root"].needs, ["libone.so", "libx.so"]);
    let [missing] = &closure.missing[..] else { panic!("{:?}", closure.missing) };
    assert_eq!((&*missing.soname, &*missing.needed_by), ("libgone.so", &["root", "libone.so"].map(String::from)[..]));
    let source = |path: &str| LibrarySource::File(at(path));
    let [conflict] = &closure.conflicts[..] else { panic!("{:?}", closure.conflicts) };
    assert_eq!((&conflict.taken, &conflict.other), (&source("a/libx.so"), &source("b/libx.so")));
    assert_eq!((conflict.soname.as_str(), conflict.needed_by.as_str()), ("libx.so", "zother"));

    // A file without directories of its own gets what another one found.
    let poor = fs::read(library(base, "poor.so", &["-La", "-lx"]))?;
    let both = [Root::new("a-poor", &poor), roots[1].clone()];
    let served = Closure::of(&both, |name| name == "libgone.so", &SystemLibraries::none())?;
    assert_eq!((served.load_order("a-poor"), served.missing.len()), (vec!["libx.so"], 0));

    // The directories that a file names come before the extra ones.
    let hidden = Closure::of(&roots[1..], |_| false, &SystemLibraries::none().with_directories([at("a")]))?;
    assert_eq!(hidden.libraries["libx.so"].source, source("b/libx.so"));

    // Libraries that are roots themselves need no disk.
    let one = fs::read(at("libone.so"))?;
    let carried = Closure::of(
        &[Root::new("root", &bytes[0]), Root::new("lib/one", &one)],
        |n| n != "libone.so",
        &SystemLibraries::none(),
    )?;
    assert_eq!(carried.libraries["libone.so"].source, LibrarySource::Root("lib/one".into()));
    assert_eq!(carried.order, ["libone.so"]);
    Ok(())
}

/// The dynamic loader knows a library by the name that it was given, whatever its file is called.
#[test]
fn a_library_gets_a_name() -> Outcome {
    let dir = TempDir::new()?;
    let plain = cc(dir.path(), "libplain.so", "int answer(void) { return 42; }", &["-shared", "-fPIC"]);
    let main = "int answer(void); int main(void) { return answer() - 42; }";
    let program = cc(dir.path(), "program", main, &["-L.", "-lplain"]);
    let bytes = fs::read(&plain)?;
    fs::remove_file(&plain)?;
    for (content, starts) in
        [(prepare(bytes.clone()), false), (with_soname(prepare(bytes.clone()), "libplain.so"), true)]
    {
        let other = dir.path().join("other");
        fs::write(&other, &content)?;
        let status = Command::new(&program).env("LD_PRELOAD", &other).env_remove("LD_LIBRARY_PATH").output()?.status;
        assert_eq!(status.success(), starts, "{:?}", facts(&other));
        assert_eq!(facts(&other).soname.is_some(), starts);
        assert_eq!(with_soname(content.clone(), "other").len(), content.len());
    }
    let named = with_soname(bytes.clone(), "libplain.so");
    assert_eq!(with_soname(named.clone(), "another"), named);
    assert_eq!(with_soname(bytes.clone(), &"x".repeat(1 << 16)), bytes, "there is no room");
    Ok(())
}

/// A library of Tcl is of use with its scripts only: it is that of the system unless a root brings it.
#[test]
fn tcl_is_carried_if_it_is_a_root() -> Outcome {
    let dir = TempDir::new()?;
    let tcl = fs::read(library(dir.path(), "libtcl8.6.so", &[]))?;
    let other = fs::read(library(dir.path(), "libX11.so.6", &[]))?;
    let tk = fs::read(library(dir.path(), "libtk8.6.so", &["-l:libtcl8.6.so", "-l:libX11.so.6"]))?;
    let roots = [Root::new("tk", &tk), Root::new("tcl", &tcl), Root::new("x", &other)];
    let carried = Closure::of(&roots, |name| name == "libc.so.6", &SystemLibraries::none())?;
    assert_eq!(carried.roots["tk"].needs, ["libtcl8.6.so"]);
    assert_eq!(carried.system, ["libX11.so.6".to_owned()].into());
    let alone = Closure::of(&roots[..1], |name| name == "libc.so.6", &SystemLibraries::none())?;
    assert_eq!((alone.roots["tk"].needs.len(), alone.system.len(), alone.missing.len()), (0, 2, 0));
    Ok(())
}

/// Calls everything that reads bytes.
fn exercise(bytes: &[u8]) {
    let _ = ElfFacts::from_bytes(bytes);
    let _ = edit_dynamic(trim(bytes.to_vec()), |_| true, |name| name.starts_with("libm"));
    let _ = edit_dynamic(bytes.to_vec(), |_| true, |name| name.starts_with("libm"));
    let _ = with_soname(bytes.to_vec(), "libname.so");
}

#[test]
fn damage_never_panics() -> Outcome {
    let dir = TempDir::new()?;
    let source = "#include <math.h>\n__thread int t; double PyInit_x(double x) { return t + pow(x, x); }";
    let module = cc(dir.path(), "x.so", source, &["-shared", "-fPIC", "-lm", "-Wl,-rpath,/nowhere"]);
    let program = cc(dir.path(), "p", "int main(void) { return 0; }", &[]);
    let known = facts(&module);
    assert!(known.init_functions == ["PyInit_x"] && known.kind == ElfKind::Shared);
    assert_eq!(facts(&program).kind, ElfKind::Executable);
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for path in [&module, &program] {
        let whole = fs::read(path)?;
        for len in 0..whole.len() {
            exercise(&whole[..len]);
        }
        for round in 0..6000 {
            let mut bytes = whole.clone();
            // Most of the structures are at the start; the dynamic section is somewhere behind.
            let reach = if round % 2 == 0 { 0x800 } else { bytes.len() as u64 };
            for _ in 0..=random() % 3 {
                let at = (random() % reach) as usize;
                bytes[at] =
                    if random() % 2 == 0 { random() as u8 } else { [0, 0xff, 0x7f, 0x80][random() as usize % 4] };
            }
            exercise(&bytes);
        }
        // As another word size and byte order.
        for (class, order) in [(1, 1), (1, 2), (2, 2)] {
            let mut bytes = whole.clone();
            (bytes[4], bytes[5]) = (class, order);
            exercise(&bytes);
        }
    }
    Ok(())
}
