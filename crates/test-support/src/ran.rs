//! One run of a program.

use std::collections::BTreeMap;
use std::io::{Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

/// A program that runs longer than this hangs, however busy the machine is.
const LIMIT: Duration = Duration::from_secs(600);

/// Talks to a running program, and returns what it heard.
pub type Talk = fn(first_line: &str) -> anyhow::Result<String>;

/// How to run a program.
pub struct Run {
    pub arguments: Vec<String>,
    pub stdin: String,
    pub environment: BTreeMap<&'static str, String>,
    /// Directories of the test to which the application itself writes.
    pub writes: Vec<&'static str>,
    /// Whether an earlier run has placed packages in files, so that nothing is to be written any more.
    pub warm: bool,
    /// Fills the home directory.
    pub prepare: fn(home: &Path) -> std::io::Result<()>,
    /// Is given the first line that a server writes.
    pub talk: Option<Talk>,
}

impl Run {
    pub fn new<S: Into<String>>(arguments: impl IntoIterator<Item = S>) -> Self {
        Self {
            arguments: arguments.into_iter().map(Into::into).collect(),
            stdin: String::new(),
            environment: BTreeMap::new(),
            writes: Vec::new(),
            warm: false,
            prepare: |_| Ok(()),
            talk: None,
        }
    }

    pub(super) fn execute(&self, mut command: Command) -> anyhow::Result<Ran> {
        command.args(&self.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("starting {command:?}"))?;
        let errors = child.stderr.take().map(|pipe| thread::spawn(move || text(pipe)));
        if let Some(mut stdin) = child.stdin.take() {
            // A program need not read what it is given.
            let _ = stdin.write_all(self.stdin.as_bytes());
        }
        let mut output = child.stdout.take().context("standard output")?;
        let mut first_line = String::new();
        let mut heard = String::new();
        if let Some(talk) = self.talk {
            first_line = line(&mut output)?;
            // A server that cannot be talked to would wait for ever.
            heard = talk(first_line.trim()).inspect_err(|_| drop(child.kill()))?;
        }
        let rest = thread::spawn(move || text(output));
        let status = wait(&mut child)?;
        let join = |reader: Option<thread::JoinHandle<_>>| {
            reader.and_then(|reader| reader.join().ok()).context("reading the output")?
        };
        let stdout = if self.talk.is_some() { heard } else { first_line } + &join(Some(rest))?;
        Ok(Ran { status, stdout, stderr: join(errors)? })
    }
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Ran {
    pub status: String,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Fails unless the program ended with this status.
    pub fn expect_status(self, status: i32) -> anyhow::Result<Self> {
        ensure!(self.status == format!("exit status: {status}"), "expected exit status {status}: {self:?}");
        Ok(self)
    }

    /// Fails unless the program wrote this.
    pub fn expect_output(self, part: &str) -> anyhow::Result<Self> {
        ensure!(self.stdout.contains(part), "expected {part:?} in the output: {self:?}");
        Ok(self)
    }
}

fn wait(child: &mut Child) -> anyhow::Result<String> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.to_string());
        }
        if start.elapsed() > LIMIT {
            child.kill()?;
            bail!("the program did not end in {LIMIT:?}");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn text(mut pipe: impl Read) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    pipe.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn line(pipe: &mut impl Read) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while byte != *b"\n" && pipe.read(&mut byte)? == 1 {
        bytes.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
