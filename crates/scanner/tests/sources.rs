//! Sources that are made of others, and of files in memory.

use pyox_scanner::{Error, MemorySource, ResourceSource, Scan, SkipReason};

fn paths(scan: &Scan) -> Vec<String> {
    scan.resources.iter().map(|found| found.resource.relative_path()).collect()
}

fn application() -> MemorySource {
    MemorySource::new().file("app/__init__.py", "").file("app/data.txt", "first").file("app/tests/a.py", "")
}

#[test]
fn of_two_with_the_same_path_the_first_one_counts() -> Result<(), Error> {
    let later = MemorySource::new().file("app/data.txt", "second").file("zlater.py", "").file("aother.py", "");
    let chained = application().chain(&later).scan()?;
    assert_eq!(paths(&chained), ["aother.py", "app/__init__.py", "app/data.txt", "app/tests/a.py", "zlater.py"]);
    let data = chained.resources.iter().find(|found| found.resource.relative_path() == "app/data.txt").expect("there");
    assert_eq!(&*data.resource.data().read().expect("in memory"), b"first");
    let [skipped] = &chained.skipped[..] else { panic!("{:?}", chained.skipped) };
    assert!(matches!(&skipped.reason, SkipReason::Shadowed { by } if by == "app/data.txt"), "{skipped:?}");
    Ok(())
}

#[test]
fn what_is_excluded_is_a_file_or_all_of_a_directory() -> Result<(), Error> {
    let scan = |path: &str| application().exclude([path]).scan().map(|scan| paths(&scan));
    assert_eq!(scan("app/tests/")?, ["app/__init__.py", "app/data.txt"]);
    assert_eq!(scan("app/data.txt")?, ["app/__init__.py", "app/tests/a.py"]);
    // Not what only begins alike.
    assert_eq!(scan("app/data")?.len(), 3);
    assert_eq!(scan("app")?, [""; 0]);
    Ok(())
}

#[test]
fn a_filter_sees_what_was_found() -> Result<(), Error> {
    let sources: Vec<Box<dyn ResourceSource>> = vec![Box::new(application()), Box::new(MemorySource::new())];
    for source in sources {
        let kept = source.filter(|found| found.origin.ends_with("app/data.txt")).scan()?;
        assert!(paths(&kept).iter().all(|path| path == "app/data.txt"), "{kept:?}");
    }
    Ok(())
}

#[test]
fn extension_modules_of_one_python_are_not_dropped_in_silence() -> Result<(), Error> {
    let name = "fast.cpython-313-x86_64-linux-gnu.so";
    let source = || MemorySource::new().file(name, "no native code, but the name says so");
    match source().scan() {
        Err(Error::ForeignExtension { path }) => assert!(path.ends_with(name), "{path:?}"),
        other => panic!("{other:?}"),
    }
    let taken = source().extension_suffixes([".cpython-313-x86_64-linux-gnu.so"]).scan()?;
    assert_eq!((taken.resources.len(), taken.skipped.len()), (1, 0));
    let skipped = source().extension_suffixes([".cpython-39-x86_64-linux-gnu.so"]).scan()?;
    assert!(skipped.resources.is_empty() && skipped.skipped[0].reason == SkipReason::ForeignExtension);

    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join(name), "").expect("written");
    let of_directory = || pyox_scanner::Directory::new(directory.path());
    assert!(matches!(of_directory().scan(), Err(Error::ForeignExtension { .. })));
    assert_eq!(of_directory().skip_foreign_extensions().scan()?.skipped.len(), 1);
    Ok(())
}
