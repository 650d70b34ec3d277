//! Files of the cache directory and losses of power: what is trusted without being read is on the disk.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use pyox_test_support::Program;

use super::{for_two_pythons, pack};

const TEXT: &str = "
import bitarray.util
print(bitarray.util.ba2int(bitarray.bitarray('101')))
";

/// Starts the program. What it waited for and what it gave a name or a time, in order: `(call, path, new name)`.
fn calls(program: &Program, cache: &Path) -> Result<Vec<(String, PathBuf, PathBuf)>> {
    let trace = program.place("trace").join("calls");
    let mut command = Command::new("strace");
    // `-y` shows the paths of descriptors.
    command.args(["-f", "-qq", "-y", "-s", "4096", "-e", "trace=fsync,fdatasync,/rename,utimensat", "-o"]).arg(&trace);
    command.arg(program.executable()).env_clear().env("PYOXIDIZER_PACKAGE_CACHE", cache);
    let output = command.output()?;
    ensure!(output.stdout == b"5\n", "{output:?}");
    let text = fs::read_to_string(&trace)?;
    Ok(text.lines().filter_map(call).collect())
}

/// A line such as `17 renameat(3</cache>, "a", 3</cache>, "b") = 0` or `17 rename("/cache/a", "/cache/b") = 0`.
fn call(line: &str) -> Option<(String, PathBuf, PathBuf)> {
    let (name, arguments) = line.split_once(' ')?.1.trim_start().split_once('(')?;
    let mut directories = arguments.split('<').skip(1).filter_map(|part| Some(part.split_once('>')?.0));
    let mut names = arguments.split('"').skip(1).step_by(2);
    let mut path = || {
        let directory = Path::new(directories.next().unwrap_or_default());
        names.next().map_or_else(|| directory.to_owned(), |name| directory.join(name))
    };
    Some((name.to_owned(), path(), path()))
}

/// Fails unless all of `paths` have been waited for before the call with this index.
fn expect_synced(
    calls: &[(String, PathBuf, PathBuf)],
    before: usize,
    paths: impl IntoIterator<Item = PathBuf>,
) -> Result<()> {
    let synced: HashSet<&Path> =
        calls[..before].iter().filter(|call| call.0 == "fsync").map(|call| call.1.as_path()).collect();
    let missing: Vec<_> = paths.into_iter().filter(|path| !synced.contains(path.as_path())).collect();
    ensure!(missing.is_empty(), "not on the disk before {:?}: {missing:?}", calls[before]);
    Ok(())
}

/// Everything in a directory, and itself.
fn tree(directory: &Path) -> Result<Vec<PathBuf>> {
    let found = Command::new("find").arg(directory).output()?.stdout;
    Ok(String::from_utf8(found)?.lines().map(PathBuf::from).collect())
}

#[test]
fn files_are_on_the_disk_before_they_are_trusted() {
    for_two_pythons("files are on the disk before they are trusted", |python| {
        let program = pack(python, "bits", TEXT, &["--pip", "bitarray==3.0.0", "--location", "bitarray=cache"])?;
        let cache = program.place("home").canonicalize()?.join("cache");
        // A directory is complete when it has its name.
        let first = calls(&program, &cache)?;
        let named = |call: &(String, PathBuf, PathBuf)| call.0.starts_with("rename") && call.2.parent() == Some(&cache);
        let place = first.iter().position(named).context("the directory gets its name")?;
        let (_, unfinished, entry) = &first[place];
        let all = tree(entry)?;
        ensure!(all.len() > 10, "{all:?}");
        let below = all.iter().filter_map(|path| path.strip_prefix(entry).ok());
        // Components: the top of the tree is joined with an empty path.
        expect_synced(&first, place, below.map(|path| unfinished.join(path).components().collect()))?;
        ensure!(calls(&program, &cache)?.is_empty(), "the second start writes");

        // After a loss of power a file has its length, but no content.
        let library = all.iter().find(|path| path.extension().is_some_and(|extension| extension == "so"));
        let (library, content) = (library.context("a library")?, fs::read(library.context("a library")?)?);
        fs::write(library, vec![0; content.len()])?;
        let mended = calls(&program, &cache)?;
        ensure!(fs::read(library)? == content);
        let place = mended.iter().position(|call| call.2 == *library).context("the library gets its name")?;
        expect_synced(&mended, place, [mended[place].1.clone()])?;

        // One with another time may be right in memory only.
        fs::File::open(library)?.set_modified(std::time::SystemTime::now())?;
        let marked = calls(&program, &cache)?;
        let place = marked.iter().position(|call| call.0 == "utimensat" && call.1 == *library);
        expect_synced(&marked, place.context("the library is marked")?, [library.clone()])?;
        ensure!(calls(&program, &cache)?.is_empty(), "nothing has changed since");
        Ok(())
    });
}
