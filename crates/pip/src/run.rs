//! One run of pip.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use crate::Error;

/// `-m pip`, but never from the working directory, which must stay the user's because paths are relative to it.
const START: &str = "import sys; sys.path[:] = [p for p in sys.path if p]; \
                     import runpy; runpy.run_module('pip', run_name='__main__', alter_sys=True)";

/// Options of every run, in front of which is the command.
const OPTIONS: [&str; 3] = ["--disable-pip-version-check", "--no-input", "--progress-bar=off"];

/// Variables by which pip takes requirements.
const REQUIREMENTS: [&str; 2] = ["PIP_EDITABLE", "PIP_REQUIREMENT"];

/// How pip is run.
pub(super) struct Run<'a> {
    executable: &'a Path,
    environment: Option<&'a BTreeMap<String, OsString>>,
    requirements: bool,
    isolated: bool,
}

impl<'a> Run<'a> {
    pub(super) fn new(executable: &'a Path) -> Self {
        Self { executable, environment: None, requirements: true, isolated: false }
    }

    /// With further variables in the environment.
    pub(super) fn with(&self, environment: &'a BTreeMap<String, OsString>) -> Self {
        Self { environment: Some(environment), ..*self }
    }

    /// With build tools of its own for every project: old versions of pip take those of the Python otherwise, which may
    /// not be able to make wheels.
    pub(super) fn isolated(&self) -> Self {
        Self { isolated: true, ..*self }
    }

    /// Without the requirements that environment variables add.
    pub(super) fn without_requirements(&self) -> Self {
        Self { requirements: false, ..*self }
    }

    /// Runs a command of pip with its arguments.
    pub(super) fn pip(&self, mut words: Vec<OsString>, progress: &mut dyn FnMut(&str)) -> Result<(), Error> {
        let executable = self.executable;
        let failed = |source| Error::Spawn { executable: executable.into(), source };
        words.splice(1..1, OPTIONS.map(OsString::from));
        let mut command = pyox_distribution::command(executable);
        if !self.requirements {
            for name in REQUIREMENTS {
                command.env_remove(name);
            }
        }
        if self.isolated {
            command.env("PIP_USE_PEP517", "1");
        }
        let mut child = command
            .arg("-c")
            .arg(START)
            .args(&words)
            // These contradict `--target`, or are about environments that it does not touch.
            .env("PIP_USER", "0")
            .env("PIP_REQUIRE_VIRTUALENV", "0")
            .env("PIP_ROOT_USER_ACTION", "ignore")
            .env("PYTHONUNBUFFERED", "1")
            .env("PYTHONIOENCODING", "utf-8:backslashreplace")
            // Build scripts may ask what they are run for (manual 5.10.2).
            .env("PYOXIDIZER", "1")
            .envs(self.environment.into_iter().flatten())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let (sender, receiver) = channel();
        let readers = [
            child.stdout.take().map(|pipe| lines(pipe, sender.clone())),
            child.stderr.take().map(|pipe| lines(pipe, sender)),
        ];
        let mut output = String::new();
        for line in receiver {
            progress(&line);
            output.push_str(&line);
            output.push('\n');
        }
        for reader in readers.into_iter().flatten() {
            let _ = reader.join();
        }
        let status = child.wait().map_err(failed)?;
        if status.success() {
            return Ok(());
        }
        if output.lines().any(|line| line.ends_with("No module named pip")) {
            return Err(Error::NoPip { executable: executable.into() });
        }
        let command = [executable.into(), "-m".into(), "pip".into()].into_iter().chain(words);
        let command = command.map(|word: OsString| without_secrets(&word.to_string_lossy())).collect();
        Err(Error::Failed { command, status, output })
    }
}

/// A word of a command line without what comes before the host in the URLs that it has.
fn without_secrets(word: &str) -> String {
    let (mut shown, mut rest) = (String::new(), word);
    while let Some(start) = rest.find("://") {
        let (before, after) = rest.split_at(start + 3);
        let end = after.find(['/', '?', '#', ' ']).unwrap_or(after.len());
        shown.push_str(before);
        rest = match after[..end].rfind('@') {
            Some(at) => {
                shown.push_str("****");
                &after[at..]
            }
            None => after,
        };
    }
    shown + rest
}

fn lines(pipe: impl Read + Send + 'static, sender: Sender<String>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        while matches!(pipe.read_until(b'\n', &mut line), Ok(1..)) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            line.clear();
            if sender.send(text).is_err() {
                break;
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn secrets_in_urls_are_not_shown() {
        for (word, shown) in [
            ("--index-url=https://user:pass@host/simple", "--index-url=https://****@host/simple"),
            ("x @ git+https://token@host/x@v1", "x @ git+https://****@host/x@v1"),
            ("https://a:b@c@host:80 http://d:e@f/?u=g@h", "https://****@host:80 http://****@f/?u=g@h"),
            ("https://host/a@b", "https://host/a@b"),
            ("flask>=3", "flask>=3"),
        ] {
            assert_eq!(without_secrets(word), shown);
        }
    }
}
