//! Which launchers are taken: undamaged ones for the very Python, target and formats of a program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pyox_distribution::{Installed, LibpythonKind, Python as _};
use pyox_linker::{Error, LauncherSource as _, Prebuilt, Silent};
use pyox_packed_resources::MAGIC;
use pyox_program_format::{Attachment, Error as PayloadError, LauncherMarker, MarkerField};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn python() -> Installed {
    pyox_test_support::pythons::newest().clone()
}

/// What a marker for a Python says.
fn fields(python: &Installed) -> Vec<(MarkerField, String)> {
    let info = python.info();
    let platform = info.soabi.as_deref().and_then(|abi| abi.splitn(3, '-').nth(2)).expect("the platform");
    let (machine, system) = platform.split_once('-').expect("a machine and a system");
    vec![
        (MarkerField::Python, format!("{}.{}", info.major, info.minor)),
        (MarkerField::Version, info.version.clone()),
        (MarkerField::Abi, info.soabi.clone().expect("an ABI")),
        (MarkerField::Bytecode, info.magic.clone()),
        (MarkerField::Format, MAGIC[7].to_string()),
        (MarkerField::Protocol, pyox_interpreter_config::VERSION.to_string()),
        (MarkerField::Target, format!("{machine}-unknown-{system}")),
    ]
}

/// An executable with a marker, as a launcher has it.
fn launcher(directory: &Path, name: &str, fields: &[(MarkerField, String)]) -> PathBuf {
    let text = LauncherMarker::text(fields.iter().cloned()).expect("one line each");
    let (source, path) = (directory.join("launcher.c"), directory.join(name));
    let marker = format!("__attribute__((used, section(\".pyoxidizer\"))) static const char marker[] = {text:?};\n");
    fs::write(&source, marker + "int main(void) { return 0; }\n").unwrap();
    assert!(Command::new("cc").arg("-s").arg(&source).arg("-o").arg(&path).status().expect("a C compiler").success());
    let mut bytes = fs::read(&path).unwrap();
    assert!(!LauncherMarker::is_intact(&bytes), "not sealed yet");
    LauncherMarker::seal(&mut bytes).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_launcher_that_differs_in_anything_that_counts_is_refused_when_packing() -> Outcome {
    let (directory, python) = (tempfile::tempdir()?, python());
    let right = fields(&python);
    let path = launcher(directory.path(), "right", &right);
    Prebuilt::new(&path).check(&python)?;
    let others = [
        (MarkerField::Python, "3.8"),
        (MarkerField::Version, "3.13.99"),
        (MarkerField::Abi, "cpython-313t-x86_64-linux-gnu"),
        (MarkerField::Abi, "cpython-313d-x86_64-linux-gnu"),
        (MarkerField::Bytecode, "00000000"),
        (MarkerField::Format, "5"),
        (MarkerField::Protocol, "200"),
        (MarkerField::Target, "aarch64-unknown-linux-gnu"),
        (MarkerField::Target, "x86_64-unknown-linux-musl"),
    ];
    for (field, other) in others {
        let changed: Vec<_> =
            right.iter().cloned().map(|(f, v)| (f, if f == field { other.into() } else { v })).collect();
        let path = launcher(directory.path(), "other", &changed);
        match Prebuilt::new(&path).check(&python) {
            Err(Error::Mismatch { field: named, found, expected, .. }) => {
                let wanted = right.iter().find(|(f, _)| *f == field).map(|(_, value)| value);
                assert_eq!((named, found.as_str(), Some(&expected)), (field, other, wanted));
            }
            outcome => panic!("{field:?} is {other}: {outcome:?}"),
        }
        // An older launcher does not say it at all.
        let less: Vec<_> = right.iter().filter(|(f, _)| *f != field).cloned().collect();
        let path = launcher(directory.path(), "older", &less);
        let error = Prebuilt::new(&path).check(&python).expect_err("it does not say what it is for");
        assert!(matches!(&error, Error::Mismatch { found, .. } if found == "unknown"), "{error}");
    }
    Ok(())
}

#[test]
fn a_launcher_with_other_extension_modules_is_refused() -> Outcome {
    let (directory, python) = (tempfile::tempdir()?, python());
    let mut more = fields(&python);
    more.push((MarkerField::Extensions, "pkg._core 00ff".into()));
    let path = launcher(directory.path(), "more", &more);
    let error = Prebuilt::new(&path).check(&python).expect_err("it has a module too many").to_string();
    let text = "is for the extension modules pkg._core 00ff, but the program is made for the extension modules none";
    assert!(error.contains(text), "{error}");
    Ok(())
}

#[test]
fn a_packed_program_is_no_launcher_and_the_error_says_so() -> Outcome {
    let (directory, python) = (tempfile::tempdir()?, python());
    let path = launcher(directory.path(), "launcher", &fields(&python));
    let (bytes, payload) = (fs::read(&path)?, b"payload".repeat(1000));
    let mut program = Vec::new();
    let attachment = Attachment::plan(&bytes, payload.len() as u64)?;
    attachment.write(&bytes, |out| out.write_all(&payload), &mut program)?;
    fs::write(&path, program)?;
    let error = Prebuilt::new(&path).check(&python).expect_err("it has an application");
    assert!(matches!(error, Error::Attach(PayloadError::AlreadyAttached)), "{error}");
    Ok(())
}

#[test]
fn every_flipped_bit_of_a_launcher_is_noticed() -> Outcome {
    let (directory, python) = (tempfile::tempdir()?, python());
    let path = launcher(directory.path(), "launcher", &fields(&python));
    let whole = fs::read(&path)?;
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 1 << (at % 8);
        assert!(!LauncherMarker::is_intact(&damaged), "byte {at}");
    }
    for damaged in [whole[..whole.len() - 1].to_vec(), [&whole[..], b"\0"].concat(), vec![0; whole.len()], Vec::new()] {
        fs::write(&path, damaged)?;
        assert!(Prebuilt::new(&path).check(&python).is_err());
    }
    Ok(())
}

#[test]
fn a_directory_of_launchers_is_searched_by_all_that_tells_them_apart() -> Outcome {
    let (directory, python) = (tempfile::tempdir()?, python());
    let (right, info) = (fields(&python), python.info());
    let target = &right.iter().find(|(field, _)| *field == MarkerField::Target).expect("the target").1;
    let flags = format!("{}{}", if info.gil_disabled { "t" } else { "" }, if info.debug { "d" } else { "" });
    let format = format!("{}.{}", MAGIC[7], pyox_interpreter_config::VERSION);
    let name = format!("pyox-launcher-{}{flags}-{target}-{format}", info.version);
    let old = format!("pyox-launcher-{}.{}", info.major, info.minor);
    launcher(directory.path(), &old, &right);
    let error = Prebuilt::new(directory.path()).check(&python).expect_err("only one with an old name");
    assert!(error.to_string().contains(&name) && error.to_string().ends_with(&format!("only {old}")), "{error}");
    launcher(directory.path(), &name, &right);
    Prebuilt::new(directory.path()).check(&python)?;
    Ok(())
}

/// Without libpython in it, a launcher is for every patch release; one with it has to be for the very one.
#[test]
fn a_launcher_without_libpython_is_taken_where_the_python_has_no_static_library() -> Outcome {
    let directory = tempfile::tempdir()?;
    let python = python().with_libpython(LibpythonKind::Shared);
    let with_libpython = fields(&python);
    let mut shared = with_libpython.clone();
    shared[1] = (MarkerField::Libpython, "shared".into());
    let info = python.info();
    let (target, format) = (shared[6].1.clone(), format!("{}.{}", MAGIC[7], pyox_interpreter_config::VERSION));
    let name = format!("pyox-launcher-{}.{}-shared-{target}-{format}", info.major, info.minor);
    let path = launcher(directory.path(), &name, &shared);
    Prebuilt::new(directory.path()).check(&python)?;
    let found = Prebuilt::new(&path).launcher(&python, &mut Silent)?;
    assert_eq!(found.libpython(), LibpythonKind::Shared);
    shared[0].1 = "3.8".into();
    let other = launcher(directory.path(), "other", &shared);
    assert!(matches!(Prebuilt::new(other).check(&python), Err(Error::Mismatch { .. })));
    fs::remove_file(path)?;
    assert!(Prebuilt::new(directory.path()).check(&python).is_err());
    let path =
        launcher(directory.path(), &format!("pyox-launcher-{}-{target}-{format}", info.version), &with_libpython);
    let found = Prebuilt::new(directory.path()).launcher(&python, &mut Silent)?;
    assert_eq!((found.libpython(), found.origin), (LibpythonKind::Static, path));
    Ok(())
}
