//! Which files a program touches, as strace tells.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context as _, ensure};

use crate::allowed;

/// Calls that open or change files.
const CALLS: &str = "open,openat,openat2,creat,mkdir,mkdirat,mknod,mknodat,link,linkat,symlink,symlinkat,rename,\
                     renameat,renameat2,unlink,unlinkat,rmdir,truncate";

/// What a program may touch beyond what belongs to the operating system.
pub struct Expected<'a> {
    pub program: &'a Path,
    pub writable: &'a [PathBuf],
    pub readable: &'a [PathBuf],
}

/// The words to put before a command to have it traced: a file for each process, with the paths of descriptors.
pub fn strace(directory: &Path) -> Vec<String> {
    let words = ["strace", "-qq", "-ff", "-y", "-s", "4096", "--seccomp-bpf", "-e", "signal=none", "-e"];
    let mut words: Vec<String> = words.into_iter().map(String::from).collect();
    words.extend([format!("trace={CALLS}"), "-o".into(), directory.join("process").display().to_string()]);
    words
}

/// What the traced processes did and should not have done.
pub fn offences(directory: &Path, expected: &Expected<'_>) -> anyhow::Result<Vec<String>> {
    present()?;
    let mut offences = Vec::new();
    let mut seen = 0;
    for entry in std::fs::read_dir(directory).context("the traces")? {
        let text = std::fs::read(entry?.path())?;
        for line in String::from_utf8_lossy(&text).lines() {
            seen += 1;
            let line = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
            offences.extend(offence(line, expected).map(|why| format!("{why}: {line}")));
        }
    }
    ensure!(seen > 0, "strace wrote nothing");
    offences.sort();
    offences.dedup();
    Ok(offences)
}

fn present() -> anyhow::Result<()> {
    static PRESENT: OnceLock<bool> = OnceLock::new();
    let found = *PRESENT.get_or_init(|| Command::new("strace").arg("--version").output().is_ok());
    ensure!(found, "these tests need strace (on Debian: apt-get install strace)");
    Ok(())
}

/// What is wrong with one line, such as `openat(AT_FDCWD</>, "etc/hosts", O_RDONLY) = 3</etc/hosts>`.
fn offence(line: &str, expected: &Expected<'_>) -> Option<&'static str> {
    let (call, result) = line.rsplit_once(" = ")?;
    if result.starts_with(['-', '?']) {
        return None;
    }
    let (name, arguments) = call.split_once('(')?;
    let below =
        |path: &str, directories: &[PathBuf]| directories.iter().any(|place| Path::new(path).starts_with(place));
    if !name.starts_with("open") {
        let fine = |path: &String| allowed::writing(path) || below(path, expected.writable);
        return if paths(arguments).iter().all(fine) { None } else { Some("changed") };
    }
    let path = result.split_once('<')?.1.trim_end().strip_suffix('>')?;
    let flags = arguments.rsplit('"').next().unwrap_or_default();
    if ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].iter().any(|flag| flags.contains(flag)) {
        let fine = allowed::writing(path) || below(path, expected.writable);
        return if fine { None } else { Some("opened to write") };
    }
    let fine = Path::new(path) == expected.program || allowed::reading(path) || below(path, expected.readable);
    if fine { None } else { Some("opened") }
}

/// The paths among arguments such as `20</tmp>, "file", 0`.
fn paths(arguments: &str) -> Vec<String> {
    let pieces: Vec<&str> = arguments.split('"').collect();
    let path = |pair: &[&str]| {
        let directory =
            pair[0].rsplit_once('>').and_then(|(before, _)| before.rsplit_once('<')).map_or("", |pair| pair.1);
        Path::new(directory).join(pair[1]).display().to_string()
    };
    pieces.chunks_exact(2).map(path).collect()
}

#[test]
fn offences_are_told_from_other_lines() {
    let places = [PathBuf::from("/cache")];
    let expected = Expected { program: Path::new("/bin/app"), writable: &places, readable: &places };
    let why = |line| offence(line, &expected);
    assert_eq!(why(r#"openat(AT_FDCWD</w>, "x.py", O_RDONLY|O_CLOEXEC) = 3</w/x.py>"#), Some("opened"));
    assert_eq!(
        why(r#"openat(AT_FDCWD</w>, "x.py", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)"#),
        None
    );
    assert_eq!(why(r#"openat(AT_FDCWD</w>, "/cache/x.py", O_RDONLY) = 3</cache/x.py>"#), None);
    assert_eq!(why(r#"openat(AT_FDCWD</w>, "/bin/app", O_RDONLY) = 3</bin/app>"#), None);
    assert_eq!(why(r#"openat(AT_FDCWD</w>, "a", O_WRONLY|O_CREAT, 0666) = 3</w/a>"#), Some("opened to write"));
    assert_eq!(why(r#"openat(AT_FDCWD</w>, "/dev/null", O_RDWR) = 3</dev/null<char 1:3>>"#), None);
    assert_eq!(why(r#"mkdir("/w/x", 0777)           = 0"#), Some("changed"));
    assert_eq!(why(r#"rename("/cache/a", "/cache/b") = 0"#), None);
    assert_eq!(why(r#"unlinkat(20</cache/x>, "a", 0) = 0"#), None);
    assert_eq!(why(r#"renameat(AT_FDCWD</w>, "/cache/a", 20</w>, "b") = 0"#), Some("changed"));
    assert_eq!(why("+++ exited with 0 +++"), None);
}
