//! The cache of packs: whatever is damaged in it, the program is the same, or an error says what is wrong.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;
use std::{fs, io};

use anyhow::{Context as _, ensure};
use pyox_distribution::{Host as _, Installed};
use pyox_test_support::place::{Outcome, Place};
use pyox_test_support::pythons::newest_that;
use pyox_test_support::wheel::wheel;

/// A cache of its own, with the launcher of the shared one.
struct Cached {
    place: Place,
    python: &'static Installed,
    wheel: String,
}

impl Cached {
    fn new(python: &'static Installed) -> anyhow::Result<Self> {
        let place = Place::with(&[("hello.py", "import extra, json\nprint(json.dumps(extra.NAME))\n")]);
        let wheel = wheel(&place, "extra", "", &[("extra/__init__.py", "NAME = 'extra'\n"), ("extra/a.txt", "text")]);
        let wheel = wheel.to_string_lossy().into_owned();
        let path = python.executable().display().to_string();
        let built = place.run(["launcher", "build", "--python", &path]).succeeds();
        let built = PathBuf::from(built.stdout.trim());
        let name = built.file_name().context("the name of the launcher")?;
        fs::create_dir_all(place.path("cache/launchers"))?;
        fs::copy(&built, place.path("cache/launchers").join(name))?;
        Ok(Self { place, python, wheel })
    }

    /// `pyoxidizer pack`, where no launcher can be compiled.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.command(["pack", "hello.py", "--pip", &self.wheel, "--python"]);
        command.arg(self.python.executable()).args(arguments);
        command.env("PYOXIDIZER_CACHE_DIR", self.place.path("cache")).env("CARGO", "/nonexistent");
        command.env("PIP_NO_INDEX", "1");
        command
    }

    fn pack(&self, arguments: &[&str]) -> anyhow::Result<(Outcome, Option<Vec<u8>>)> {
        let program = self.place.path("hello");
        let _ = fs::remove_file(&program);
        let outcome = Outcome::of(&mut self.command(arguments));
        ensure!(program.exists() == (outcome.status == Some(0)), "{outcome:?}");
        Ok((outcome, fs::read(program).ok()))
    }

    /// Every file of the cache, but for those of locks, with the time of its last change.
    fn files(&self) -> anyhow::Result<BTreeMap<PathBuf, SystemTime>> {
        let mut found = BTreeMap::new();
        let mut directories = vec![self.place.path("cache")];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(directory)?.flatten() {
                if entry.file_type()?.is_dir() {
                    directories.push(entry.path());
                } else if entry.path().extension().is_none_or(|extension| extension != "lock") {
                    found.insert(entry.path(), entry.metadata()?.modified()?);
                }
            }
        }
        Ok(found)
    }

    fn of_kind(&self, kind: &str) -> anyhow::Result<Vec<PathBuf>> {
        let root = self.place.path("cache").join(kind);
        Ok(self.files()?.into_keys().filter(|path| path.starts_with(&root)).collect())
    }
}

fn flip(path: &Path, part: usize) -> anyhow::Result<()> {
    let mut bytes = fs::read(path)?;
    let at = (bytes.len() * part / 8).min(bytes.len() - 1);
    bytes[at] ^= 4;
    Ok(fs::write(path, bytes)?)
}

#[test]
fn a_damaged_cache_gives_the_same_program_or_an_error() -> anyhow::Result<()> {
    for python in newest_that(|_| true) {
        let cached = Cached::new(python)?;
        let good = cached.pack(&[])?.1.context("a program")?;
        cached.place.program("hello", &[]).prints("\"extra\"\n");
        // Layers, of the standard library and of requirements.
        for layer in cached.of_kind("layers")? {
            flip(&layer, 5)?;
            let (outcome, program) = cached.pack(&[])?;
            ensure!(program.as_ref() == Some(&good), "{}: {outcome:?}", layer.display());
            let note = format!("note: {} was damaged, and made again", layer.display());
            ensure!(outcome.stderr.contains(&note), "{outcome:?}");
            let quiet = Outcome::of(cached.command(&[]).arg("-q")).succeeds();
            ensure!(quiet.stderr.is_empty(), "made again once: {quiet:?}");
        }
        // What pip has installed, where a layer has to be made of it; and what is kept beside it.
        let in_memory = ["--location", "extra=in-memory"];
        for (name, arguments) in [("extra/__init__.py", &in_memory[..]), (".tree", &[])] {
            let files = cached.of_kind("pip")?;
            let file =
                files.iter().find(|file| file.to_string_lossy().ends_with(name)).context("what pip installed")?;
            flip(file, 7)?;
            let (outcome, program) = cached.pack(arguments)?;
            ensure!(program.as_ref() == Some(&good), "{name}: {outcome:?}");
            ensure!(outcome.stderr.contains("damaged, and made again"), "{name}: {outcome:?}");
            let again = cached.pack(arguments)?.0;
            ensure!(!again.stderr.contains("damaged"), "{name}: {again:?}");
        }
        // The launcher: there is no cargo to make it again.
        let [launcher] = cached.of_kind("launchers")?.try_into().ok().context("one launcher")?;
        for part in [0, 3, 7] {
            let whole = fs::read(&launcher)?;
            flip(&launcher, part)?;
            let (outcome, program) = cached.pack(&[])?;
            ensure!(program.is_none() && outcome.stderr.contains("was damaged"), "{outcome:?}");
            ensure!(outcome.stderr.contains("cannot run cargo"), "{outcome:?}");
            fs::write(&launcher, whole)?;
        }
        ensure!(cached.pack(&[])?.1.as_ref() == Some(&good), "made good");
        refresh_reads_the_standard_library_again(&cached, &good)?;
        a_long_file_is_never_held_whole(&cached)?;
    }
    Ok(())
}

fn refresh_reads_the_standard_library_again(cached: &Cached, good: &[u8]) -> anyhow::Result<()> {
    let layers = || -> anyhow::Result<Vec<_>> {
        let root = cached.place.path("cache/layers");
        Ok(cached.files()?.into_iter().filter(|(path, _)| path.starts_with(&root)).collect())
    };
    let before = layers()?;
    ensure!(cached.pack(&[])?.1.as_deref() == Some(good) && layers()? == before, "nothing is made again");
    ensure!(cached.pack(&["--refresh"])?.1.as_deref() == Some(good), "the same inputs give the same program");
    // That of the standard library is as large as the program; the others are for other trees of pip.
    let largest = |layers: &[(PathBuf, SystemTime)]| {
        layers.iter().max_by_key(|(path, _)| path.metadata().map_or(0, |facts| facts.len())).cloned()
    };
    ensure!(largest(&before) != largest(&layers()?), "the standard library is made again");
    Ok(())
}

/// How much memory a pack may take that holds no long file whole, in MiB of address space; pip is given the same.
const LITTLE: usize = 400;

/// Longer than that and no more than fits into a wheel of any length, in bytes.
const LONG: usize = 250 << 20;

fn a_long_file_is_never_held_whole(cached: &Cached) -> anyhow::Result<()> {
    let place = &cached.place;
    // Not of the same length, since what is equal is kept once.
    let [wheel, other] = [("long", LONG), ("other", LONG - 1)].map(|(name, length)| {
        let [start, main, zeros] = ["__init__.py", "__main__.py", "zeros.bin"].map(|file| format!("{name}/{file}"));
        let files = [(&*start, ""), (&main, "print('ran')\n"), (&zeros, &format!("={length}"))];
        wheel(place, name, "", &files).display().to_string()
    });
    place.write("app.py", "import long, pkgutil\nprint(len(pkgutil.get_data('long', 'zeros.bin')))\n");
    let pack = |arguments: &[&str]| -> (Vec<u8>, String) {
        let command = place.command(["pack", "-o", "program", "--python"]);
        let mut limited = Command::new("sh");
        limited.args(["-c", &format!("ulimit -v {}; exec \"$0\" \"$@\"", LITTLE << 10)]);
        limited.arg(command.get_program()).args(command.get_args()).arg(cached.python.executable()).args(arguments);
        limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?)))).current_dir(place.path(""));
        limited.env("PYOXIDIZER_CACHE_DIR", place.path("cache")).env("CARGO", "/nonexistent").env("PIP_NO_INDEX", "1");
        // Each arena takes address space without using it.
        limited.env("MALLOC_ARENA_MAX", "1");
        let said = Outcome::of(&mut limited).succeeds().stderr;
        (place.read("program"), said)
    };
    pack(&["hello.py", "--pip", &cached.wheel]);
    // The wheel itself; then what pip has installed of it, as a layer that is made and one that is taken from the
    // cache.
    pack(&[&wheel]);
    place.program("program", &[]).prints("ran\n");
    // Of two, so that the layer is longer than what memory there is.
    let both = ["app.py", "--pip", &wheel, "--pip", &other];
    let (made, _) = pack(&both);
    place.program("program", &[]).prints(&format!("{LONG}\n"));
    let (taken, said) = pack(&both);
    ensure!(taken == made, "the layer in the cache gives other bytes");
    // What is too long to be read counts as damaged.
    ensure!(!said.contains("damaged"), "{said}");
    // A layer that is too long for memory is checked as any other.
    let layers = cached.of_kind("layers")?.into_iter().map(|path| Ok((fs::metadata(&path)?.len(), path)));
    let (_, longest) = layers.collect::<anyhow::Result<Vec<_>>>()?.into_iter().max().context("a layer")?;
    let mut file = fs::File::options().write(true).open(longest)?;
    io::Seek::seek(&mut file, io::SeekFrom::Start(LONG as u64 / 2))?;
    io::Write::write_all(&mut file, b"x")?;
    let (made_again, said) = pack(&both);
    ensure!(made_again == made && said.contains("was damaged, and made again"), "a damaged layer is used: {said}");
    Ok(())
}
