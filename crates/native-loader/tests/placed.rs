//! Files that are placed in the cache, damaged there, and exchanged.

use std::borrow::Cow;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use pyox_native_loader::{Distrust, File, Files, Placed, VARIABLE};

/// Two files of a package.
struct Package;

const NAME: &str = "package-0123456789abcdef0123456789abcdef";
const FILES: [(&str, &[u8]); 2] = [("package/data.txt", b"data"), ("package/module.so", b"native code")];

impl Files for Package {
    fn name(&self) -> &str {
        NAME
    }

    fn each(&self, visit: &mut dyn FnMut(&File<'_>) -> io::Result<()>) -> io::Result<()> {
        FILES.iter().try_for_each(|(path, content)| visit(&file(path, content)))
    }

    fn content(&self, path: &Path) -> io::Result<Cow<'_, [u8]>> {
        let found = FILES.iter().find(|(name, _)| Path::new(name) == path);
        found.map(|(_, content)| (*content).into()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// A file outside of its directory.
struct Escape;

impl Files for Escape {
    fn name(&self) -> &str {
        "escape-0123456789abcdef0123456789abcdef"
    }

    fn each(&self, visit: &mut dyn FnMut(&File<'_>) -> io::Result<()>) -> io::Result<()> {
        visit(&file("../outside", b""))
    }

    fn content(&self, _path: &Path) -> io::Result<Cow<'_, [u8]>> {
        Ok(Cow::Borrowed(&[]))
    }
}

fn file(path: &'static str, content: &[u8]) -> File<'static> {
    File::new(Path::new(path), content.len() as u64)
}

/// One test, since there is one cache for a process.
#[test]
fn placed_files_are_those_that_were_given_or_are_not_used() -> io::Result<()> {
    let place = tempfile::tempdir()?;
    let root = place.path().canonicalize()?.join("cache");
    // SAFETY: the only test of the process, which has no other thread that reads the environment.
    unsafe { std::env::set_var(VARIABLE.to_str().unwrap_or_default(), &root) };

    let placed = Placed::new(&Package)?;
    assert_eq!((placed.name(), placed.path()), (NAME, &*root.join(NAME)));
    let [data, module] = FILES.map(|(path, _)| placed.path().join(path));
    assert_eq!((fs::read(&data)?, fs::read(&module)?), (FILES[0].1.to_vec(), FILES[1].1.to_vec()));

    // What is damaged is neither loaded nor kept.
    let code = file(FILES[1].0, FILES[1].1);
    fs::write(&module, "native c0de")?;
    assert!(placed.library(&code, &Package).is_err(), "changed code is not loaded");
    fs::remove_file(&data)?;
    let placed = Placed::new(&Package)?;
    assert_eq!((fs::read(&data)?, fs::read(&module)?), (FILES[0].1.to_vec(), FILES[1].1.to_vec()));
    assert_eq!(placed.library(&code, &Package)?, Some(module.clone()));

    // Another directory has the name, with the same files.
    fs::rename(placed.path(), root.join("other"))?;
    let again = Placed::new(&Package)?;
    assert!(placed.library(&code, &Package).is_err(), "the directory was exchanged");
    assert_eq!(again.library(&code, &Package)?, Some(module));

    let escape = Placed::new(&Escape).err().map(|error| error.kind());
    assert_eq!(escape, Some(io::ErrorKind::InvalidData), "a path that leaves the directory");
    assert!(!root.join("outside").exists() && !place.path().join("outside").exists());

    fs::set_permissions(&root, Permissions::from_mode(0o777))?;
    let distrust = Placed::new(&Package).err().and_then(|error| error.downcast::<Distrust>().ok());
    assert!(matches!(distrust, Some(Distrust::Writable { path }) if path == root), "others may write to it");
    Ok(())
}
