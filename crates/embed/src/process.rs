//! What the kernel says about a process.

use std::ffi::CString;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::privileges::Privileges;

/// What the kernel adds to the path of a file that has been removed or replaced.
const REMOVED: &[u8] = b" (deleted)";

/// A process, as `/proc` shows it to everybody.
#[derive(Debug, Clone)]
pub(crate) struct Process {
    pub(crate) parent: u32,
    pub(crate) group: u32,
    pub(crate) session: u32,
    pub(crate) has_terminal: bool,
    /// When it was started, in ticks of the clock since the machine was. Executing another program leaves it as it is.
    pub(crate) start: u64,
    pub(crate) privileges: Privileges,
}

/// A file that processes run.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// Device and number.
    pub(crate) file: (u64, u64),
    /// Where it is, or was before it was replaced.
    pub(crate) path: PathBuf,
}

impl Process {
    /// A process by its number, or `self`. `None` if it does not exist, or the kernel does not show it.
    pub(crate) fn read(process: &str) -> Option<Self> {
        let [parent, group, session, terminal, start] = parse_stat(&file(process, "stat")?)?;
        let number = |value: u64| u32::try_from(value).ok();
        Some(Self {
            parent: number(parent)?,
            group: number(group)?,
            session: number(session)?,
            has_terminal: terminal != 0,
            start,
            privileges: Privileges::parse(&file(process, "status")?)?,
        })
    }
}

impl Program {
    /// What a process runs, if this process may know.
    pub(crate) fn of(process: &str) -> Option<Self> {
        let link = format!("/proc/{process}/exe");
        let (metadata, path) = (std::fs::metadata(&link).ok()?, std::fs::read_link(&link).ok()?);
        let mut path = path.into_os_string().into_vec();
        if path.ends_with(REMOVED) {
            path.truncate(path.len() - REMOVED.len());
        }
        let path = PathBuf::from(std::ffi::OsString::from_vec(path));
        Some(Self { file: (metadata.dev(), metadata.ino()), path })
    }

    /// Whether it is the same program: the same file, or another version of it in the same place.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.file == other.file || self.path == other.path
    }

    /// What is at a path.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        Some(Self { file: (metadata.dev(), metadata.ino()), path: path.to_owned() })
    }
}

/// The arguments of a process, without its name.
pub(crate) fn arguments(process: &str) -> Vec<CString> {
    let bytes = file(process, "cmdline").unwrap_or_default();
    let words = bytes.strip_suffix(b"\0").unwrap_or(&bytes).split(|&byte| byte == 0);
    words.skip(1).filter_map(|word| CString::new(word).ok()).collect()
}

/// When this process was started, as [`Process::start`].
pub(crate) fn own_start() -> Option<u64> {
    Some(parse_stat(&file("self", "stat")?)?[4])
}

/// A file of `/proc`, in as few reads as can be: each makes the kernel write all of it anew.
fn file(process: &str, name: &str) -> Option<Vec<u8>> {
    let mut file = File::open(format!("/proc/{process}/{name}")).ok()?;
    let (mut content, mut part) = (Vec::new(), [0; 4096]);
    loop {
        match file.read(&mut part).ok()? {
            0 => return Some(content),
            length => content.extend_from_slice(&part[..length]),
        }
    }
}

/// Parent, group, session, terminal and time of the start.
fn parse_stat(bytes: &[u8]) -> Option<[u64; 5]> {
    // The name before the last parenthesis may hold any bytes; after it are the state and these, with 14 others between
    // the terminal and the time.
    let end = bytes.iter().rposition(|&byte| byte == b')')?;
    let mut fields = std::str::from_utf8(&bytes[end + 1..]).ok()?.split_ascii_whitespace().skip(1);
    let mut number = |skipped| -> Option<u64> { fields.nth(skipped)?.parse().ok() };
    Some([number(0)?, number(0)?, number(0)?, number(0)?, number(14)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_tells_what_a_process_is() {
        let process = Process::read("self").unwrap();
        assert_eq!(process.parent, std::os::unix::process::parent_id());
        // SAFETY: have no preconditions.
        let (session, group) = unsafe { (libc::getsid(0), libc::getpgrp()) };
        assert_eq!((process.session as i32, process.group as i32), (session, group));
        assert_eq!(process.has_terminal, std::fs::File::open("/dev/tty").is_ok());
        let parent = Process::read(&process.parent.to_string()).unwrap();
        assert!(parent.start <= process.start && process.start > 0);
        assert!(Program::of("self").unwrap().is(&Program::of(&std::process::id().to_string()).unwrap()));
        assert!(!Program::of("self").unwrap().is(&Program::at(Path::new("/bin/sh")).unwrap()));
        let words = std::env::args_os().skip(1).map(|word| CString::new(word.into_encoded_bytes()).unwrap());
        assert_eq!(arguments("self"), words.collect::<Vec<_>>());
    }

    #[test]
    fn a_program_that_was_replaced_is_the_same() {
        let directory = std::env::temp_dir().join(format!("pyox-replaced-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let path = directory.join("sleep (deleted)");
        std::fs::copy("/bin/sleep", &path).unwrap();
        let mut child = std::process::Command::new(&path).arg("60").spawn().unwrap();
        let number = child.id().to_string();
        let running = Program::of(&number).unwrap();
        assert!(running.is(&Program::at(&path).unwrap()));
        std::fs::remove_file(&path).unwrap();
        std::fs::copy("/bin/sleep", &path).unwrap();
        let removed = Program::of(&number).unwrap();
        let there = Program::at(&path).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        std::fs::remove_dir_all(&directory).unwrap();
        assert!(removed.is(&there) && removed.file != there.file);
    }

    #[test]
    fn a_name_forges_no_field() {
        let stat = b"7 (a) R 1 1 1) S 5 6 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 2345 25";
        assert_eq!(parse_stat(stat), Some([5, 6, 8, 9, 2345]));
    }
}
