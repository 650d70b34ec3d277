//! Driving pip, without the network: the projects here need nothing to build.

use std::error::Error as _;
use std::fs;
use std::path::{Path, PathBuf};

use pyox_distribution::{Host as _, Installed};
use pyox_pip::{Error, InstalledTree, Pip, PipRequest};
use pyox_test_support::wrapped::Wrapped;

type Test = Result<(), Box<dyn std::error::Error>>;

/// A wheel is a zip file; this one is made by the Python that will install it.
const MAKE_WHEEL: &str = "\
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as z:
    info = 'hello_pyox-1.0.dist-info/'
    z.writestr('hello_pyox.py', 'answer = %s\\n' % sys.argv[2])
    z.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: hello-pyox\\nVersion: 1.0\\n')
    z.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    z.writestr(info + 'RECORD', 'hello_pyox.py,,\\n')
";

fn make_wheel(python: &Installed, directory: &Path, answer: &str) -> std::io::Result<String> {
    let path = directory.join("hello_pyox-1.0-py3-none-any.whl");
    let mut command = std::process::Command::new(python.executable());
    let status = command.args(["-S", "-c", MAKE_WHEEL]).arg(&path).arg(answer).status()?;
    assert!(status.success());
    Ok(path.to_string_lossy().into_owned())
}

/// The Pythons that have pip.
fn pythons() -> Vec<Installed> {
    let has_pip = |python: &Installed| python.site_packages().join("pip").is_dir();
    let found: Vec<Installed> = pyox_test_support::pythons::owned().into_iter().filter(has_pip).collect();
    assert!(!found.is_empty(), "no chosen Python has pip");
    found
}

/// Where the modules are.
fn site(tree: &InstalledTree) -> Result<PathBuf, pyox_scanner::Error> {
    Ok(tree.site_packages()?.remove(0))
}

#[test]
fn the_same_request_runs_pip_once() -> Test {
    for python in pythons() {
        let directory = tempfile::tempdir()?;
        let wheel = make_wheel(&python, directory.path(), "1")?;
        let pip = Pip::new(&python, directory.path().join("cache"));
        let mut request = PipRequest::default().requirements([wheel]);
        request.arguments.push("--no-index".into());
        let mut lines = Vec::new();
        let first = pip.install(&request, &mut |line| lines.push(line.to_owned()))?;
        assert!(!first.cached && lines.iter().any(|line| line.contains("Successfully installed")), "{lines:?}");
        assert_eq!(fs::read_to_string(site(&first)?.join("hello_pyox.py"))?, "answer = 1\n");
        assert!(!site(&first)?.join("__pycache__").exists());

        let second = pip.install(&request, &mut |line| panic!("pip ran: {line}"))?;
        assert_eq!((second.cached, &second.path), (true, &first.path));

        // A newer tree does not replace the one that is read.
        request.refresh = true;
        let third = pip.install(&request, &mut |_| {})?;
        assert!(!third.cached && third.path != first.path && third.digest() == first.digest());
        assert!(first.is_intact() && third.is_intact());
        drop((first, second));
        let last = pip.install(&request, &mut |_| {})?;

        // Another content of the same file is another request.
        make_wheel(&python, directory.path(), "2")?;
        request.refresh = false;
        let fourth = pip.install(&request, &mut |_| {})?;
        assert!(!fourth.cached && fourth.path != last.path);
        assert_eq!(fs::read_to_string(site(&fourth)?.join("hello_pyox.py"))?, "answer = 2\n");
        // Nothing is left beside the trees that are read, their manifests and locks.
        drop(third);
        let names = fs::read_dir(directory.path().join("cache"))?.flatten().map(|entry| entry.file_name());
        let names: Vec<_> = names.map(|name| name.to_string_lossy().into_owned()).collect();
        assert_eq!(names.len(), 3 + 2 * 2, "{names:?}");
        assert!(!names.iter().any(|name| name.starts_with('.')), "{names:?}");
    }
    Ok(())
}

#[test]
fn a_tree_that_is_not_as_pip_installed_it_is_not_intact() -> Test {
    let python = pythons().remove(0);
    let directory = tempfile::tempdir()?;
    let wheel = make_wheel(&python, directory.path(), "1")?;
    let pip = Pip::new(&python, directory.path().join("cache"));
    let request = PipRequest::default().requirements([wheel]);
    let first = pip.install(&request, &mut |_| {})?;
    let module = site(&first)?.join("hello_pyox.py");
    let metadata = site(&first)?.join("hello_pyox-1.0.dist-info/METADATA");
    let metadata = metadata.strip_prefix(&first.path)?.to_str().expect("UTF-8");
    assert!(first.read(metadata).is_some() && first.files().any(|file| file == metadata));
    let whole = fs::read(&module)?;
    let times = fs::metadata(&module)?.modified()?;
    type Damage<'d> = &'d dyn Fn() -> std::io::Result<()>;
    let damages: [(&str, Damage<'_>, Damage<'_>); 6] = [
        ("changed, with the times and the length that it had", &|| fs::write(&module, "answer = 2\n"), &|| Ok(())),
        ("cut", &|| fs::write(&module, "answer"), &|| Ok(())),
        ("gone", &|| fs::remove_file(&module), &|| Ok(())),
        ("added", &|| fs::write(first.path.join("x.py"), ""), &|| fs::remove_file(first.path.join("x.py"))),
        ("a directory added", &|| fs::create_dir(first.path.join("x")), &|| fs::remove_dir(first.path.join("x"))),
        ("executable", &|| set_mode(&module, 0o755), &|| set_mode(&module, 0o644)),
    ];
    for (what, damage, repair) in damages {
        assert!(first.is_intact(), "before {what}");
        damage()?;
        if module.exists() {
            fs::File::options().write(true).open(&module)?.set_modified(times)?;
        }
        assert!(!first.is_intact(), "{what}");
        repair()?;
        fs::write(&module, &whole)?;
    }
    fs::write(first.path.join(metadata), "Name: other\n")?;
    assert_eq!(first.read(metadata), None);
    let path = first.path.clone();
    drop(first);
    // The manifest is damaged, or the tree is gone: pip runs again.
    let manifest = fs::read_dir(directory.path().join("cache"))?.flatten().map(|entry| entry.path());
    let manifest = manifest.into_iter().find(|path| path.extension().is_some_and(|e| e == "tree")).expect("a manifest");
    let mut bytes = fs::read(&manifest)?;
    bytes[20] ^= 1;
    fs::write(&manifest, bytes)?;
    let second = pip.install(&request, &mut |_| {})?;
    assert!(!second.cached && second.damaged.as_ref() == Some(&manifest) && second.is_intact() && !path.exists());
    fs::remove_dir_all(&second.path)?;
    let third = pip.install(&request, &mut |_| {})?;
    assert!(!third.cached && third.damaged.as_ref() == Some(&second.path) && third.is_intact());
    Ok(())
}

fn set_mode(path: &Path, mode: u32) -> std::io::Result<()> {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))
}

#[test]
fn a_refresh_leaves_a_tree_that_another_process_reads() -> Test {
    let python = pythons().remove(0);
    let directory = tempfile::tempdir()?;
    let wheel = make_wheel(&python, directory.path(), "1")?;
    let pip = Pip::new(&python, directory.path().join("cache"));
    let mut request = PipRequest::default().requirements([wheel]).refresh(true);
    let refreshed = || pip.install(&request, &mut |_| {});
    // Locks belong to what has opened a file: two trees of this process are as those of two processes.
    let (read, unread) = (refreshed()?, refreshed()?.path);
    assert!(read.is_intact() && unread.exists() && read.path != unread, "removed under its reader");
    let newest = refreshed()?;
    assert!(!unread.exists(), "no one reads it");
    assert!(read.is_intact() && newest.is_intact(), "removed under its reader");
    let path = read.path.clone();
    drop(read);
    drop(refreshed()?);
    assert!(!path.exists() && newest.is_intact());
    drop(newest);
    request.refresh = false;
    let tree = pip.install(&request, &mut |line| panic!("pip ran: {line}"))?;
    assert!(tree.cached && tree.is_intact());
    Ok(())
}

#[test]
fn files_of_requirements_work_and_two_packers_may_race() -> Test {
    let python = pythons().remove(0);
    let directory = tempfile::tempdir()?;
    let wheel = make_wheel(&python, directory.path(), "3")?;
    let file = directory.path().join("requirements.txt");
    fs::write(&file, format!("# what we need\n{wheel}\n"))?;
    let request = PipRequest::default().requirement_files([file]);
    let pip = Pip::new(&python, directory.path().join("cache"));
    let install = || -> Result<PathBuf, Box<dyn std::error::Error + Send + Sync>> {
        Ok(site(&pip.install(&request, &mut |_| {})?)?)
    };
    let (one, other) = std::thread::scope(|scope| {
        let (one, other) = (scope.spawn(install), scope.spawn(install));
        (one.join().expect("no panic"), other.join().expect("no panic"))
    });
    let path = one.map_err(|error| error.to_string())?;
    assert_eq!(path, other.map_err(|error| error.to_string())?);
    assert!(path.join("hello_pyox.py").is_file());
    Ok(())
}

#[test]
fn an_empty_request_gives_an_empty_tree() -> Test {
    let python = pythons().remove(0);
    let directory = tempfile::tempdir()?;
    let tree = Pip::new(&python, directory.path()).install(&PipRequest::default(), &mut |_| {})?;
    assert_eq!(fs::read_dir(&tree.path)?.count(), 0);
    Ok(())
}

#[test]
fn failures_show_pip_s_own_words() -> Test {
    let python = pythons().remove(0);
    let directory = tempfile::tempdir()?;
    let pip = Pip::new(&python, directory.path());
    let mut request = PipRequest::default().requirements(["no-such-thing-pyox"]);
    request.arguments = vec!["--no-index".into()];
    let error = pip.install(&request, &mut |_| {}).expect_err("no such package");
    assert!(matches!(error, Error::Failed { .. }));
    assert!(error.to_string().contains("No matching distribution found for no-such-thing-pyox"), "{error}");
    // Nothing but the lock.
    assert_eq!(fs::read_dir(directory.path())?.count(), 1);

    let request = PipRequest::default().projects([directory.path().join("missing")]);
    let error = pip.install(&request, &mut |_| {}).expect_err("no such project");
    assert!(matches!(error, Error::Io { .. }) && error.source().is_some());
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_python_without_pip_is_told() -> Test {
    let directory = tempfile::tempdir()?;
    // Without `site` there is no site-packages, and so no pip.
    let python = Wrapped::new(&pythons()[0], directory.path(), "exec \"$real\" -S \"$@\"")?;
    let pip = Pip::new(&python, directory.path().join("cache"));
    let request = PipRequest::default().requirements(["x"]);
    let error = pip.install(&request, &mut |_| {}).expect_err("no pip");
    assert!(matches!(error, Error::NoPip { .. }), "{error}");
    Ok(())
}
