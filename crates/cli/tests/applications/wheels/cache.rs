//! What may happen to the cache directory.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, Result, ensure};
use pyox_distribution::Python as _;
use pyox_test_support::Program;
use pyox_test_support::mount::Mount;
use pyox_test_support::report::skip;

use super::{for_two_pythons, pack};

const TEXT: &str = "
import numpy
print(numpy.__version__, numpy.linalg.det([[2.0, 0], [0, 3]]))
mapped = {line.split(None, 5)[5] for line in open('/proc/self/maps') if 'openblas' in line}
print(' '.join('from memory' if 'memfd:' in path else 'from a file' for path in mapped))
";
const FROM_FILE: &str = "6.0\nfrom a file\n";
const FROM_MEMORY: &str = "6.0\nfrom memory\n";

/// A start of a program with its own cache directory.
fn command(program: &Program, cache: &Path) -> Command {
    let mut command = Command::new(program.executable());
    command.env_clear().env("PYOXIDIZER_PACKAGE_CACHE", cache).stdin(Stdio::null());
    command
}

fn expect(program: &Program, cache: &Path, ending: &str) -> Result<Output> {
    let output = command(program, cache).output()?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(
        output.status.success() && printed.ends_with(ending),
        "expected {ending:?} of {}: {output:?}",
        cache.display()
    );
    Ok(output)
}

/// The files below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.flat_map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { vec![entry.path()] }).collect()
}

fn library(cache: &Path) -> Result<PathBuf> {
    let is_library = |path: &PathBuf| path.to_string_lossy().contains("openblas");
    files(cache).into_iter().find(is_library).context("the library is in the cache")
}

#[test]
fn damage_is_mended() {
    for_two_pythons("damage is mended", |python| {
        let program = pack(python, "array", TEXT, &["--pip", "numpy"])?;
        let cache = program.place("home").join("cache");
        expect(&program, &cache, FROM_FILE)?;
        let library = library(&cache)?;
        let content = fs::read(&library)?;

        // Another file of the same length in its place.
        let mut damaged = content.clone();
        damaged[4096..1 << 20].fill(0xcc);
        fs::write(&library, &damaged)?;
        expect(&program, &cache, FROM_FILE)?;
        ensure!(fs::read(&library)? == content, "an overwritten file was not replaced");
        // A part of it.
        fs::OpenOptions::new().write(true).open(&library)?.set_len(10_000)?;
        expect(&program, &cache, FROM_FILE)?;
        ensure!(fs::read(&library)? == content, "a short file was not replaced");
        // Nothing; a link to something else; and a touched one.
        fs::remove_file(&library)?;
        expect(&program, &cache, FROM_FILE)?;
        fs::remove_file(&library)?;
        std::os::unix::fs::symlink(program.executable(), &library)?;
        expect(&program, &cache, FROM_FILE)?;
        ensure!(library.symlink_metadata()?.is_file(), "a link was not replaced");
        fs::OpenOptions::new().append(true).open(&library)?.set_modified(std::time::SystemTime::now())?;
        expect(&program, &cache, FROM_FILE)?;
        ensure!(fs::read(&library)? == content);
        let left: Vec<PathBuf> =
            files(&cache).into_iter().filter(|path| path.extension() != library.extension()).collect();
        ensure!(left.is_empty(), "left over: {left:?}");

        // Nobody has to be asked for what others can write to.
        for place in
            [cache.clone(), library.ancestors().find(|path| path.parent() == Some(&cache)).unwrap_or(&cache).into()]
        {
            fs::set_permissions(&place, Permissions::from_mode(0o777))?;
            expect(&program, &cache, FROM_MEMORY)?;
            fs::set_permissions(&place, Permissions::from_mode(0o700))?;
        }
        expect(&program, &cache, FROM_FILE)?;
        // Nor what others can replace as a whole.
        let public = program.place("home").join("public");
        fs::create_dir(&public)?;
        fs::set_permissions(&public, Permissions::from_mode(0o777))?;
        expect(&program, &public.join("cache"), FROM_MEMORY)?;
        fs::set_permissions(&public, Permissions::from_mode(0o1777))?;
        expect(&program, &public.join("cache"), FROM_FILE)?;
        Ok(())
    });
}

/// What root has prepared is trusted, as in an image whose program runs as another user; what another user has is not.
#[test]
fn caches_of_other_users() {
    const OTHER: u32 = 65_534;
    for_two_pythons("caches of other users", |python| {
        let public = tempfile::tempdir()?;
        if public.path().metadata()?.uid() != 0 {
            skip("only root can start programs as another user");
            return Ok(());
        }
        let program = pack(python, "array", TEXT, &["--pip", "numpy"])?;
        let (cache, executable) = (public.path().join("cache"), public.path().join("array"));
        expect(&program, &cache, FROM_FILE)?;
        let copied = Command::new("cp").arg(program.executable()).arg(&executable).status()?;
        let readable = Command::new("chmod").args(["-R", "a+rX"]).arg(public.path()).status()?;
        ensure!(copied.success() && readable.success());
        let start = |cache: &Path| {
            Command::new(&executable)
                .uid(OTHER)
                .current_dir("/")
                .env_clear()
                .env("PYOXIDIZER_PACKAGE_CACHE", cache)
                .output()
        };
        let output = start(&cache)?;
        ensure!(output.stdout.ends_with(FROM_FILE.as_bytes()), "{output:?}");
        let own = tempfile::tempdir()?;
        std::os::unix::fs::chown(own.path(), Some(OTHER), None)?;
        let output = start(own.path())?;
        ensure!(output.stdout.ends_with(FROM_FILE.as_bytes()), "{output:?}");
        expect(&program, own.path(), FROM_MEMORY)?;
        Ok(())
    });
}

/// Source code that is not there any more is written again. What is executed does not come from there.
#[test]
fn source_code_is_mended() {
    const TEXT: &str = "
import os, sys, packed.inner
directory = os.path.dirname(packed.inner.__file__)
print(packed.inner.VALUE, open(os.path.join(directory, 'data.txt')).read(), *sorted(os.listdir(directory)))
";
    for_two_pythons("source code is mended", |python| {
        let sources = |src: &Path| {
            fs::create_dir_all(src.join("packed/inner"))?;
            fs::write(src.join("packed/__init__.py"), "")?;
            fs::write(src.join("packed/inner/__init__.py"), "from packed.inner.other import VALUE\n")?;
            fs::write(src.join("packed/inner/other.py"), "VALUE = 42\n")?;
            fs::write(src.join("packed/inner/data.txt"), "data")?;
            fs::write(src.join("use.py"), TEXT)
        };
        let program = Program::pack(python, "use", sources, &["use.py", "--location", "packed=cache"])?;
        let cache = program.place("home").join("cache");
        let expected = "42 data __init__.py data.txt other.py\n";
        expect(&program, &cache, expected)?;
        let find =
            |name: &str| files(&cache).into_iter().find(|path| path.ends_with(name)).context("a file of the cache");
        let (other, data) = (find("inner/other.py")?, find("inner/data.txt")?);
        fs::write(&other, "VALUE = 0\n")?;
        expect(&program, &cache, expected)?;
        for path in [&other, &data] {
            fs::remove_file(path)?;
            expect(&program, &cache, expected)?;
        }
        ensure!(fs::read(&other)? == b"VALUE = 42\n");
        fs::write(&data, "date")?;
        expect(&program, &cache, expected)?;
        fs::remove_dir_all(other.parent().context("a file is in a directory")?)?;
        expect(&program, &cache, expected)?;
        // What somebody adds does not disturb.
        fs::write(other.with_file_name("notes"), "")?;
        expect(&program, &cache, "42 data __init__.py data.txt notes other.py\n")?;

        // A package that does not get its files there says so.
        fs::set_permissions(&cache, Permissions::from_mode(0o777))?;
        let output = command(&program, &cache).output()?;
        let warning = format!(
            "RuntimeWarning: packed needs files, which cannot be placed in {0}: other users may write to {0}; \
            it is imported \
             from memory.",
            cache.canonicalize()?.display()
        );
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(said.matches(&warning).count() == 1, "{said}");
        Ok(())
    });
}

#[test]
fn no_place_to_write() {
    for_two_pythons("no place to write", |python| {
        let program = pack(python, "array", TEXT, &["--pip", "numpy"])?;
        let place = |name: &str| program.place("home").join(name);
        fs::write(place("file"), "")?;
        expect(&program, &place("file"), FROM_MEMORY)?;
        expect(&program, Path::new("/proc/no/such/place"), FROM_MEMORY)?;
        let output = Command::new(program.executable()).env_clear().output()?;
        ensure!(output.stdout.ends_with(FROM_MEMORY.as_bytes()), "without HOME: {output:?}");

        if let Some(full) = Mount::tmpfs(&place("full"), "size=2m,mode=700") {
            expect(&program, &place("full"), FROM_MEMORY)?;
            ensure!(files(&place("full")).is_empty(), "left over: {:?}", files(&place("full")));
            // It does not begin what does not fit.
            let trace = place("trace");
            let mut traced = Command::new("strace");
            traced.args(["-f", "-qq", "-e", "trace=mkdir,mkdirat", "-o"]).arg(&trace).arg(program.executable());
            let output = traced.env_clear().env("PYOXIDIZER_PACKAGE_CACHE", place("full")).output()?;
            let made = fs::read_to_string(&trace)?;
            ensure!(output.status.success() && !made.contains("openblas"), "{made}");
            drop(full);
        }
        if let Some(read_only) = Mount::tmpfs(&place("read-only"), "ro,mode=700") {
            expect(&program, &place("read-only"), FROM_MEMORY)?;
            drop(read_only);
        }
        // Filled before, as in an image, with times that are not those that were given.
        if let Some(prepared) = Mount::tmpfs(&place("prepared"), "mode=700") {
            expect(&program, &place("prepared"), FROM_FILE)?;
            for file in files(&place("prepared")) {
                fs::File::open(file)?.set_modified(std::time::SystemTime::now())?;
            }
            let remounted = Command::new("mount").args(["-o", "remount,ro"]).arg(place("prepared")).status()?;
            ensure!(remounted.success(), "{remounted}");
            expect(&program, &place("prepared"), FROM_FILE)?;
            drop(prepared);
        }
        if let Some(no_code) = Mount::tmpfs(&place("noexec"), "noexec,mode=700") {
            expect(&program, &place("noexec"), FROM_MEMORY)?;
            drop(no_code);
        }
        Ok(())
    });
}

#[test]
fn killed_first_start() {
    for_two_pythons("killed first start", |python| {
        let program = pack(python, "array", TEXT, &["--pip", "numpy"])?;
        let cache = program.place("home").join("cache");
        // A directory is complete but for its name: the first one, then the second one.
        for number in [1, 2] {
            let _ = fs::remove_dir_all(&cache);
            let calls = "rename,renameat,renameat2";
            let status = Command::new("strace")
                .args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={calls}"), "-e"])
                .arg(format!("inject={calls}:signal=KILL:when={number}"))
                .arg(program.executable())
                .env_clear()
                .env("PYOXIDIZER_PACKAGE_CACHE", &cache)
                .output()?
                .status;
            ensure!(!status.success(), "it was not killed: {status}");
            ensure!(unfinished(&cache)?.len() == 1, "nothing was left over");
            expect(&program, &cache, FROM_FILE)?;
            ensure!(unfinished(&cache)?.is_empty(), "left over: {:?}", unfinished(&cache)?);
        }
        Ok(())
    });
}

/// What a process has begun to write.
fn unfinished(cache: &Path) -> Result<Vec<PathBuf>> {
    let names = fs::read_dir(cache)?.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with('.'));
    Ok(names.map(|entry| entry.path()).collect())
}

#[test]
fn two_versions_at_once() {
    for_two_pythons("two versions at once", |python| {
        let (old, new) = if python.minor() < (3, 12) { ("numpy<2", "numpy>=2") } else { ("numpy<2.2", "numpy>=2.2") };
        let programs = [pack(python, "old", TEXT, &["--pip", old])?, pack(python, "new", TEXT, &["--pip", new])?];
        let cache = programs[0].place("home").join("cache");
        let start = |program: &Program| command(program, &cache).stdout(Stdio::piped()).spawn();
        let started: Vec<_> = (0..8).map(|number| start(&programs[number % 2])).collect::<Result<_, _>>()?;
        let mut printed = Vec::new();
        for child in started {
            let output = child.wait_with_output()?;
            ensure!(output.status.success(), "{output:?}");
            printed.push(String::from_utf8(output.stdout)?);
        }
        printed.sort();
        ensure!(printed[0] == printed[3] && printed[4] == printed[7] && printed[3] != printed[4], "{printed:?}");
        ensure!(printed.iter().all(|text| text.ends_with(FROM_FILE)), "{printed:?}");
        ensure!(unfinished(&cache)?.is_empty(), "{:?}", files(&cache));

        // The cache is bounded: what is not used goes, what the program needs stays, and so does what others keep
        // there.
        let bounded = programs[0].place("home").join("bounded");
        let foreign = [bounded.join(".git/config"), bounded.join("documents/letter")];
        for file in &foreign {
            fs::create_dir_all(file.parent().context("a file has a directory")?)?;
            fs::write(file, "kept")?;
        }
        fs::set_permissions(&bounded, Permissions::from_mode(0o700))?;
        for program in &programs {
            let output = command(program, &bounded).env("PYOXIDIZER_PACKAGE_CACHE_SIZE", "0").output()?;
            ensure!(output.stdout.ends_with(FROM_FILE.as_bytes()), "{output:?}");
        }
        let versions = files(&bounded).into_iter().filter(|path| path.to_string_lossy().contains("openblas")).count();
        ensure!(versions == 1, "{:?}", files(&bounded));
        ensure!(foreign.iter().all(|file| file.is_file()), "{:?}", files(&bounded));
        Ok(())
    });
}
