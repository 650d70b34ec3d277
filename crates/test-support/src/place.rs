//! Runs the `pyoxidizer` command as a person would, in a directory of its own.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use pyox_distribution::{Host as _, Installed};

use crate::{command, pythons};

/// The Python that programs are made for.
pub fn python() -> &'static Installed {
    static PYTHON: OnceLock<&Installed> = OnceLock::new();
    PYTHON.get_or_init(pythons::newest)
}

/// Its path.
pub fn python_path() -> &'static str {
    python().executable().to_str().expect("the path is UTF-8")
}

/// A launcher for [`python`].
pub fn launcher() -> &'static str {
    static LAUNCHER: OnceLock<String> = OnceLock::new();
    LAUNCHER.get_or_init(|| {
        let built = Place::new().run(["launcher", "build", "--python", python_path()]).succeeds();
        built.stdout.trim().to_owned()
    })
}

/// A directory to work in.
pub struct Place {
    directory: tempfile::TempDir,
}

impl Default for Place {
    fn default() -> Self {
        Self::new()
    }
}

impl Place {
    pub fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("a directory") }
    }

    /// With files in it.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let place = Self::new();
        for (path, text) in files {
            place.write(path, text);
        }
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(&path, content).expect("a file");
        path
    }

    pub fn read(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Every file and directory with its content.
    pub fn snapshot(&self) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        let mut found = BTreeMap::new();
        let mut todo = vec![self.directory.path().to_owned()];
        while let Some(directory) = todo.pop() {
            for path in std::fs::read_dir(&directory).expect("a directory").flatten().map(|entry| entry.path()) {
                let content = path.is_file().then(|| std::fs::read(&path).expect("a file"));
                if path.is_dir() && !path.is_symlink() {
                    todo.push(path.clone());
                }
                found.insert(path, content);
            }
        }
        found
    }

    /// `pyoxidizer` with the shared cache, here.
    pub fn command<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Command {
        let mut command = command::pyoxidizer();
        command.args(arguments).current_dir(self.directory.path()).stdin(Stdio::null());
        command
    }

    /// Runs `pyoxidizer`.
    pub fn run<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Outcome {
        Outcome::of(&mut self.command(arguments))
    }

    /// `pyoxidizer pack --python ...`, not yet run.
    pub fn pack_command<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Command {
        launcher();
        let mut command = self.command(["pack", "--python", python_path()]);
        command.args(arguments);
        command
    }

    /// Runs `pyoxidizer pack --python ...`.
    pub fn pack<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Outcome {
        Outcome::of(&mut self.pack_command(arguments))
    }

    /// Packs, which must fail with these words, leave everything as it is, and say what can be done.
    pub fn fails<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>, words: &[&str]) -> Outcome {
        self.command_fails(&mut self.pack_command(arguments), words)
    }

    pub fn command_fails(&self, command: &mut Command, words: &[&str]) -> Outcome {
        let before = self.snapshot();
        let outcome = Outcome::of(command);
        assert_eq!(outcome.status, Some(1), "{outcome:?}");
        assert_eq!(outcome.stdout, "", "{outcome:?}");
        assert!(outcome.stderr.contains("error: "), "{outcome:?}");
        for word in words.iter().chain(&["hint: "]) {
            assert!(outcome.stderr.contains(word), "{word:?} is not in {outcome:?}");
        }
        assert!(!outcome.stderr.contains("panicked"), "{outcome:?}");
        let after = self.snapshot();
        let one_sided = before.keys().filter(|path| !after.contains_key(*path));
        let one_sided: Vec<_> = one_sided.chain(after.keys().filter(|path| !before.contains_key(*path))).collect();
        assert!(one_sided.is_empty(), "a failed pack left or removed {one_sided:?}");
        assert!(before == after, "a failed pack changed files");
        outcome
    }

    /// Runs a program of this directory.
    pub fn program(&self, name: &str, arguments: &[&str]) -> Outcome {
        Outcome::of(Command::new(self.path(name)).args(arguments).current_dir("/").stdin(Stdio::null()))
    }
}

/// What came of a command.
#[derive(Debug)]
pub struct Outcome {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    pub fn of(command: &mut Command) -> Self {
        let output = loop {
            match command.output() {
                // Another test has forked while this one had the program open for writing.
                Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                output => break output.unwrap_or_else(|error| panic!("{command:?}: {error}")),
            }
        };
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    #[track_caller]
    pub fn succeeds(self) -> Self {
        assert_eq!(self.status, Some(0), "{self:?}");
        self
    }

    /// Succeeds and prints this.
    #[track_caller]
    pub fn prints(self, expected: &str) -> Self {
        assert_eq!((self.status, self.stdout.as_str()), (Some(0), expected), "{self:?}");
        self
    }
}
