//! What is kept between packs: damage is noticed and made good, and what a layer was made of is looked at again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pyox_build_cache::Cache;
use pyox_distribution::{Installed, Python as _};
use pyox_layers::{Finding, Layer, LayerBuilder, LayerKind, Policy};
use pyox_linker::Progress;
use pyox_scanner::Directory;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// What was told of damage.
#[derive(Default)]
struct Notes(Vec<(PathBuf, usize)>);

impl Progress for Notes {
    fn damaged(&mut self, path: &Path, count: usize) {
        self.0.push((path.to_owned(), count));
    }
}

/// A directory of modules, a cache and the Python that compiles them.
struct Place {
    directory: tempfile::TempDir,
    cache: Cache,
    python: Installed,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (cache, source) = (Cache::at(directory.path().join("cache")), directory.path().join("source"));
        fs::create_dir_all(source.join("package")).unwrap();
        for name in ["package/__init__", "package/one", "two", "three"] {
            fs::write(source.join(format!("{name}.py")), format!("NAME = {name:?}\n{}", "x = 1\n".repeat(50))).unwrap();
        }
        fs::write(source.join("package/data.txt"), "data").unwrap();
        let python = pyox_test_support::pythons::newest().clone();
        Self { directory, cache, python }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn layer(&self) -> (Layer, Notes) {
        let mut notes = Notes::default();
        let source =
            Directory::new(self.path("source")).extension_suffixes(self.python.info().extension_suffixes.iter());
        let builder = LayerBuilder::new(&self.python, Policy::default(), &self.cache);
        let layer = builder.cached_layer(LayerKind::Requirements, &source, "the same", &[], &mut notes);
        (layer.expect("a layer"), notes)
    }

    /// Compiles a library, or an extension module that needs `-l` others.
    fn cc(&self, output: &Path, source: &str, arguments: &[&str]) {
        fs::create_dir_all(output.parent().unwrap()).unwrap();
        fs::write(self.path("source.c"), source).unwrap();
        let mut command = Command::new("cc");
        command.args(["-shared", "-fPIC", "-Wl,--no-as-needed", "-o"]).arg(output).arg(self.path("source.c"));
        assert!(command.args(arguments).status().expect("a C compiler").success());
    }
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

fn same(one: &Layer, other: &Layer) -> bool {
    let bytes = |layer: &Layer| layer.blob().map(|blob| blob.as_bytes().to_vec()).ok();
    bytes(one) == bytes(other) && one.findings() == other.findings() && one.digest() == other.digest()
}

#[test]
fn a_damaged_layer_is_made_again_and_never_used() -> Outcome {
    let place = Place::new();
    let (good, notes) = place.layer();
    assert!(notes.0.is_empty());
    let [kept] = files_below(&place.cache.directory("layers")).try_into().expect("one file for a layer");
    let whole = fs::read(&kept)?;
    assert!(same(&good, &place.layer().0));
    let mut damages: Vec<Vec<u8>> = (0..64)
        .map(|number| {
            let mut damaged = whole.clone();
            let bit = number * 7919 * 8 / 3 % (whole.len() * 8);
            damaged[bit / 8] ^= 1 << (bit % 8);
            damaged
        })
        .collect();
    damages.extend([whole[..whole.len() - 1].to_vec(), Vec::new(), vec![0; whole.len()], [&whole[..], b"\0"].concat()]);
    for (number, damaged) in damages.into_iter().enumerate() {
        fs::write(&kept, damaged)?;
        let (layer, notes) = place.layer();
        assert!(same(&good, &layer), "damage {number} has changed the layer");
        assert_eq!(notes.0, [(kept.clone(), 1)], "damage {number}");
        assert!(fs::read(&kept)?.len() == whole.len() && place.layer().1.0.is_empty(), "damage {number} stays");
    }
    Ok(())
}

#[test]
fn damaged_bytecode_is_compiled_again_and_never_used() -> Outcome {
    let place = Place::new();
    let (good, _) = place.layer();
    let kept = files_below(&place.cache.directory("bytecode"));
    assert_eq!(kept.len(), 4);
    for (number, path) in kept.iter().enumerate() {
        let mut bytes = fs::read(path)?;
        let at = bytes.len() / (number + 2);
        bytes[at] ^= 1;
        fs::write(path, bytes)?;
    }
    fs::remove_dir_all(place.cache.directory("layers"))?;
    let (layer, notes) = place.layer();
    assert!(same(&good, &layer));
    assert_eq!(notes.0, [(place.cache.directory("bytecode"), kept.len())]);
    Ok(())
}

/// What a layer has of a library: its length, or that it was not found.
fn library(layer: &Layer, soname: &str) -> Option<u64> {
    let missing =
        |finding: &&Finding| matches!(finding, Finding::MissingLibrary { soname: missing, .. } if missing == soname);
    let row = layer.rows().iter().find(|row| row.kind.name() == "shared-library" && row.name == soname);
    assert_eq!(layer.findings().iter().find(missing).is_some(), row.is_none(), "neither there nor missing");
    row.map(|row| row.size)
}

#[test]
fn a_library_that_comes_changes_moves_or_goes_is_looked_for_again() -> Outcome {
    let place = Place::new();
    let (first, second, build) = (place.path("first"), place.path("second"), place.path("build"));
    let soname = "libpyox-comes-and-goes.so.1";
    let make = |directory: &Path, source: &str| {
        place.cc(&directory.join(soname), source, &[&format!("-Wl,-soname,{soname}")]);
    };
    make(&build, "int f(void) { return 1; }\n");
    let suffix = place.python.info().extension_suffixes.first().cloned().unwrap_or_default();
    let needs = [
        build.join(soname).display().to_string(),
        format!("-Wl,--disable-new-dtags,-rpath,{}:{}", first.display(), second.display()),
    ];
    let module = place.path(&format!("source/package/native{suffix}"));
    place.cc(&module, "void *PyInit_native(void) { return 0; }\n", &[&needs[0], &needs[1]]);
    fs::remove_dir_all(&build)?;

    assert_eq!(library(&place.layer().0, soname), None);
    let (layer, _) = place.layer();
    assert_eq!(library(&layer, soname), None, "what is kept says the same");
    // Installed: in the place that is searched last.
    make(&second, "int f(void) { return 2; }\n");
    let small = library(&place.layer().0, soname).expect("it is installed by now");
    // Changed, with the times that it had.
    let times = fs::metadata(second.join(soname))?.modified()?;
    make(&second, "int f(void) { return 2; }\nconst char big[300000] = {1};\n");
    fs::File::options().write(true).open(second.join(soname))?.set_modified(times)?;
    let large = library(&place.layer().0, soname).expect("it is still there");
    assert!(large > small + 200_000, "{small} became {large}");
    // Another one that is found before.
    make(&first, "int f(void) { return 1; }\n");
    assert!(library(&place.layer().0, soname).is_some_and(|size| size < large));
    // Moved, removed.
    fs::remove_file(first.join(soname))?;
    assert_eq!(library(&place.layer().0, soname), Some(large));
    fs::remove_dir_all(&second)?;
    assert_eq!(library(&place.layer().0, soname), None);
    Ok(())
}

#[test]
fn a_library_that_is_only_copied_anew_changes_nothing() -> Outcome {
    let place = Place::new();
    let soname = "libpyox-stays.so.1";
    let path = place.path("lib").join(soname);
    place.cc(&path, "int f(void) { return 1; }\n", &[&format!("-Wl,-soname,{soname}")]);
    let suffix = place.python.info().extension_suffixes.first().cloned().unwrap_or_default();
    let module = place.path(&format!("source/package/native{suffix}"));
    let rpath = format!("-Wl,-rpath,{}", path.parent().unwrap().display());
    place.cc(&module, "void *PyInit_native(void) { return 0; }\n", &[&path.display().to_string(), &rpath]);
    place.layer();
    let [kept] = files_below(&place.cache.directory("layers")).try_into().expect("one file for a layer");
    let made = fs::metadata(&kept)?.modified()?;
    let bytes = fs::read(&path)?;
    fs::remove_file(&path)?;
    fs::write(&path, bytes)?;
    assert!(library(&place.layer().0, soname).is_some());
    assert_eq!(fs::metadata(&kept)?.modified()?, made, "made again for nothing");
    Ok(())
}
