//! Finding and describing the Pythons of this machine.

use std::error::Error as _;
use std::path::Path;
use std::process::Command;

use pyox_distribution::{Error, Host as _, Installed, Libpython, Python, PythonInfo, Target as _};
use pyox_scanner::ResourceSource as _;

type Test = Result<(), Box<dyn std::error::Error>>;

fn pythons() -> Vec<Installed> {
    let found = Installed::discover();
    assert!(!found.is_empty(), "no CPython 3.9 or later on this machine");
    found
}

#[test]
fn every_python_describes_itself() -> Test {
    let pythons = pythons();
    for python in &pythons {
        let info = python.info();
        assert!(python.minor() >= (3, 9), "{}", info.version);
        assert_eq!(info.version, format!("{}.{}.{}", info.major, info.minor, info.micro));
        assert_eq!(python.executable(), python.executable().canonicalize()?);
        assert!(python.stdlib_dir().join("os.py").is_file(), "{info:?}");
        assert!(python.extension_dir().is_none_or(Path::is_dir));
        assert!(info.builtin_modules.iter().any(|name| name == "sys"));
        assert!(!info.extension_suffixes.is_empty());
        assert_eq!((info.magic.len(), &info.magic[4..]), (8, "0d0a"));
        let here = (std::env::consts::ARCH, std::env::consts::OS);
        assert!(info.triple.starts_with(here.0) && info.triple.contains(here.1), "{}", info.triple);
        let extensions = python.extension_modules()?;
        let is_built_in = |name: &str| extensions.iter().any(|module| module.name == name && module.is_built_in());
        assert!(is_built_in("sys") && !is_built_in("os"));
        let scan = python.standard_library()?.scan()?;
        for module in extensions.iter().filter(|module| !module.is_built_in()) {
            assert!(scan.module_names().any(|name| name == module.name), "{}: {module:?}", info.version);
        }
        let again: PythonInfo = serde_json::from_str(&serde_json::to_string(info)?)?;
        assert_eq!(&again, info);

        let identity = python.identity();
        assert!(identity.len() >= 16 && identity.bytes().all(|c| c.is_ascii_hexdigit()));
        assert_eq!(identity, python.identity());
        match python.link() {
            Ok(link) => {
                let Libpython::Static(path) = link.libpython else { panic!("{link:?}") };
                assert!(path.is_file() && path.is_absolute());
            }
            Err(Error::NoStaticLibrary { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut identities: Vec<String> = pythons.iter().map(Python::identity).collect();
    identities.sort();
    identities.dedup();
    assert_eq!(identities.len(), pythons.len());
    assert!(pythons.is_sorted_by_key(|python| (python.minor(), python.info().micro)));
    Ok(())
}

/// Without a display, whatever `_tkinter` says: libraries and scripts that fit together.
#[test]
fn tcl_and_tk_are_where_tkinter_finds_them() -> Test {
    const CODE: &str =
        "import tkinter; t = tkinter.Tcl(); print(t.eval('info library')); print(t.eval('info patchlevel'))";
    for python in pythons() {
        let mut command = Command::new(python.executable());
        let output = command.args(["-B", "-c", CODE]).env_remove("DISPLAY").output()?;
        let Some(tcl) = python.tcl()? else {
            assert!(!output.status.success(), "{} has Tcl", python.info().version);
            continue;
        };
        let printed = String::from_utf8(output.stdout)?;
        let lines: Vec<&str> = printed.lines().collect();
        assert_eq!(tcl.tcl_scripts, Path::new(lines[0]));
        assert!(lines[1].starts_with(&tcl.version), "{tcl:?}");
        let script = std::fs::read_to_string(tcl.tk_scripts.join("tk.tcl"))?;
        assert!(script.contains(&format!("-exact Tk  {}", tcl.tk_patch_level)), "{tcl:?}");
        assert!(tcl.tcl_scripts.join("init.tcl").is_file());
        for library in [&tcl.tcl_library, &tcl.tk_library] {
            assert!(std::fs::read(library)?.starts_with(b"\x7fELF"), "{tcl:?}");
        }
        let names = tcl.tcl_modules.iter().filter_map(|(_, path)| path.read_dir().ok()).flatten().flatten();
        assert!(
            names.map(|entry| entry.file_name()).any(|name| name.to_string_lossy().starts_with("msgcat-")),
            "{tcl:?}"
        );
    }
    Ok(())
}

#[test]
fn versions_and_paths_are_located() -> Test {
    for python in pythons() {
        let info = python.info();
        if info.gil_disabled || info.debug {
            continue;
        }
        let minor = format!("{}.{}", info.major, info.minor);
        let by_minor = Installed::locate(Some(&minor))?;
        assert_eq!(by_minor.minor(), python.minor());
        assert_eq!(Installed::locate(Some(&info.version))?.info().version, info.version);
        let path = python.executable().to_string_lossy();
        let by_path = Installed::locate(Some(&path))?;
        assert_eq!(by_path.executable(), python.executable());
        assert_eq!(by_path.identity(), python.identity());
    }
    assert!(Installed::locate(None)?.minor() >= (3, 9));
    Ok(())
}

#[test]
fn a_virtual_environment_stands_for_its_base() -> Test {
    for python in pythons() {
        for how in ["--symlinks", "--copies"] {
            let directory = tempfile::tempdir()?;
            let place = directory.path().canonicalize()?.join("venv");
            let mut command = Command::new(python.executable());
            let output = command.args(["-m", "venv", "--without-pip", how]).arg(&place).output()?;
            if !output.status.success() {
                continue; // Debian's Python without python3-venv
            }
            let found = Installed::locate(place.to_str())?;
            assert_eq!(found.executable(), python.executable(), "{} {how}", python.info().version);
            assert_eq!((found.prefix(), found.stdlib_dir()), (python.prefix(), python.stdlib_dir()));
            assert!(found.site_packages().starts_with(&place), "{}", found.site_packages().display());
            assert_eq!(found.identity(), python.identity());
        }
    }
    Ok(())
}

#[test]
fn what_is_missing_is_told_with_what_is_there() -> Test {
    let error = Installed::locate(Some("3.99")).expect_err("no such version");
    assert_eq!(error.to_string(), "no Python found for 3.99");
    let installed = pythons()[0].info().version.clone();
    assert!(matches!(&error, Error::NotFound { available, .. } if available.contains(&installed)), "{error:?}");

    let directory = tempfile::tempdir()?;
    assert!(matches!(Installed::locate(directory.path().to_str()), Err(Error::NotFound { .. })));
    let missing = directory.path().join("python3");
    assert!(matches!(Installed::locate(missing.to_str()), Err(Error::NotFound { .. })));
    Ok(())
}

#[cfg(unix)]
#[test]
fn programs_that_are_no_python_are_refused() -> Test {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir()?;
    let locate = |script: &str| {
        let path = directory.path().join("python3");
        std::fs::write(&path, script)?;
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755))?;
        Ok::<_, std::io::Error>(Installed::locate(path.to_str()))
    };
    let answer = |name: &str, version: &str| {
        format!("#!/bin/sh\necho '{{\"implementation\":\"{name}\",\"version\":\"{version}\",\"info\":null}}'\n")
    };
    match locate(&answer("cpython", "3.8.18"))? {
        Err(Error::TooOld { found, minimum, .. }) => assert_eq!((found.as_str(), minimum), ("3.8.18", "3.9")),
        other => panic!("{other:?}"),
    }
    assert!(matches!(locate(&answer("pypy", "3.10.14"))?, Err(Error::NotCPython { .. })));
    let error = locate("#!/bin/sh\necho hello\n")?.expect_err("no answer");
    assert!(matches!(error, Error::ProbeOutput { .. }) && error.source().is_some());
    match locate("#!/bin/sh\necho broken >&2\nexit 127\n")? {
        Err(error @ Error::ProbeFailed { .. }) => assert!(error.to_string().contains("broken"), "{error}"),
        other => panic!("{other:?}"),
    }
    Ok(())
}
