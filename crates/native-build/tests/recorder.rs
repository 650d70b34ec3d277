//! A recorder before a C compiler, and what is made of its recordings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use pyox_build_cache::Cache;
use pyox_distribution::{Host as _, Target as _};
use pyox_native_build::{Error, Recorder, Recording, WithExtensions};
use pyox_test_support::pythons;

/// A place with a cache, a recorder, and a directory of what it records.
struct Place {
    directory: tempfile::TempDir,
    cache: Cache,
    recorder: Recorder,
}

impl Place {
    fn new() -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        let cache = Cache::at(directory.path().join("cache"));
        // Its path may be anything.
        let interpreter = directory.path().join("a $python");
        std::os::unix::fs::symlink(pythons::newest().executable(), &interpreter)?;
        let recorder = Recorder::new(&cache, &interpreter)?;
        std::fs::create_dir(directory.path().join("record"))?;
        Ok(Self { directory, cache, recorder })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A compiler, called by its name, with the recorder before it.
    fn run(&self, name: &str, arguments: &[&str]) -> anyhow::Result<()> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = [self.recorder.directory().to_owned()].into_iter().chain(std::env::split_paths(&path));
        // Through env, which looks for the name on the PATH that it is given.
        let mut command = Command::new("env");
        command.arg(name).args(arguments).current_dir(self.directory.path()).env("PATH", std::env::join_paths(path)?);
        let output = command.env(Recorder::VARIABLE, self.path("record")).output()?;
        anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// Links a shared library of the source of an extension module.
    fn link(&self, name: &str, text: &str, more: &[&str]) -> anyhow::Result<Vec<u8>> {
        let [source, object, library] = ["c", "o", "so"].map(|extension| format!("{name}.{extension}"));
        std::fs::write(self.path(&source), text)?;
        self.run("cc", &["-fPIC", "-flto", "-c", &source, "-o", &object])?;
        self.run("cc", &[&["-shared", "-o", &library, &object][..], more].concat())?;
        // Build tools remove what they do not need any more.
        std::fs::remove_file(self.path(&object))?;
        Ok(std::fs::read(self.path(&library))?)
    }

    fn recording(&self) -> Result<Recording, Error> {
        Recording::read(self.path("record"))
    }
}

/// An extension module of which another one has a function too.
fn source(module: &str, number: u8) -> String {
    format!("int helper(void) {{ return {number}; }}\nvoid *PyInit_{module}(void) {{ return helper() ? 0 : 0; }}\n")
}

/// The global symbols of an object with their types, as `nm` has them.
fn symbols(object: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let output = Command::new("nm").args(["--extern-only", "--portability"]).arg(object).output()?;
    let text = String::from_utf8(output.stdout)?;
    let row = |line: &str| {
        let mut words = line.split_whitespace().map(str::to_owned);
        Some((words.next()?, words.next()?))
    };
    Ok(text.lines().filter_map(row).collect())
}

#[test]
fn an_object_defines_nothing_but_the_function_of_its_module() -> anyhow::Result<()> {
    let place = Place::new()?;
    let (one, two) = (place.link("one", &source("same", 1), &["-lm"])?, place.link("two", &source("same", 2), &[])?);
    let recording = place.recording()?;
    let extensions = [
        recording.extension("first.same", &one, &place.cache)?,
        recording.extension("second.same", &two, &place.cache)?,
    ];
    for (extension, name) in extensions.iter().zip(["first", "second"]) {
        let found = symbols(&extension.linked.object)?;
        let defined: Vec<_> = found.iter().filter(|(_, kind)| *kind == "T").map(|(name, _)| name.clone()).collect();
        assert_eq!(defined, [format!("PyInit.{name}.same")]);
        assert!(!found.contains_key("helper") && !found.contains_key("PyInit_same"), "{found:?}");
        assert_eq!(extension.linked.init, defined[0]);
    }
    assert_eq!(extensions[0].libraries, ["m"]);
    assert_ne!(extensions[0].linked.digest, extensions[1].linked.digest);
    let python = pythons::newest();
    let link = WithExtensions::new(python, &extensions).link()?;
    assert_eq!(link.extensions.len(), 2);
    assert!(python.link()?.extensions.is_empty());
    // The same is found again.
    let again = place.recording()?.extension("first.same", &one, &place.cache)?;
    assert_eq!(again.linked, extensions[0].linked);
    Ok(())
}

#[test]
fn a_library_that_was_changed_is_known_by_its_function() -> anyhow::Result<()> {
    let place = Place::new()?;
    let mut library = place.link("one", &source("one", 1), &[])?;
    library.push(0);
    place.recording()?.extension("pkg.one", &library, &place.cache)?;
    place.link("two", &source("one", 2), &[])?;
    let outcome = place.recording()?.extension("pkg.one", &library, &place.cache);
    assert!(matches!(outcome, Err(Error::Ambiguous { .. })), "{outcome:?}");
    let outcome = place.recording()?.extension("pkg.other", &library, &place.cache);
    assert!(matches!(outcome, Err(Error::NotRecorded { .. })), "{outcome:?}");
    Ok(())
}

#[test]
fn static_libraries_go_in_and_shared_ones_do_not() -> anyhow::Result<()> {
    let place = Place::new()?;
    std::fs::write(place.path("part.c"), "int part(void) { return 3; }\n")?;
    std::fs::create_dir(place.path("lib"))?;
    place.run("gcc", &["-fPIC", "-c", "part.c"])?;
    for library in ["rcT", "rc"] {
        let name = if library == "rcT" { "lib/libthin.a" } else { "lib/libpart.a" };
        let status = Command::new("ar").args([library, name, "part.o"]).current_dir(place.path(".")).status()?;
        assert!(status.success());
    }
    let text = "int part(void);\nvoid *PyInit_uses(void) { return part() ? 0 : 0; }\n";
    for (name, library) in [("one", "-lpart"), ("two", "-lthin")] {
        let linked = place.link(name, text, &["-Llib", library])?;
        let extension = place.recording()?.extension("uses", &linked, &place.cache)?;
        let found = symbols(&extension.linked.object)?;
        assert!(!found.contains_key("part"), "{found:?}");
    }
    place.run("cc", &["-shared", "-o", "lib/libonly.so", "part.o"])?;
    let linked = place.link("three", text, &["-Llib", "-lonly"])?;
    let outcome = place.recording()?.extension("uses", &linked, &place.cache);
    assert!(matches!(outcome, Err(Error::NoStaticLibrary { .. })), "{outcome:?}");
    Ok(())
}
