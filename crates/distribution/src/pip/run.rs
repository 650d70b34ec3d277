//! One run of pip.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use crate::{Error, info};

/// `-m pip`, but never from the working directory, which must stay the user's because paths are relative to it.
const START: &str = "import sys; sys.path[:] = [p for p in sys.path if p]; \
                     import runpy; runpy.run_module('pip', run_name='__main__', alter_sys=True)";

const OPTIONS: [&str; 7] = [
    "install",
    "--no-compile",
    "--no-warn-script-location",
    "--disable-pip-version-check",
    "--no-input",
    "--progress-bar=off",
    "--target",
];

pub(super) fn install(
    executable: &Path,
    target: &Path,
    arguments: &[String],
    wanted: Vec<OsString>,
    progress: &mut dyn FnMut(&str),
) -> Result<(), Error> {
    let failed = |source| Error::Spawn { program: executable.into(), source };
    let mut all: Vec<OsString> = OPTIONS.iter().map(Into::into).collect();
    all.push(target.into());
    all.extend(arguments.iter().map(Into::into));
    all.extend(wanted);
    let mut child = info::python(executable)
        .arg("-c")
        .arg(START)
        .args(&all)
        // These contradict `--target`, or are about environments that it does not touch.
        .env("PIP_USER", "0")
        .env("PIP_REQUIRE_VIRTUALENV", "0")
        .env("PIP_ROOT_USER_ACTION", "ignore")
        .env("PYTHONUNBUFFERED", "1")
        .env("PYTHONIOENCODING", "utf-8:backslashreplace")
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
    let command = [executable.into(), "-m".into(), "pip".into()].into_iter().chain(all);
    let command = command.map(|word: OsString| word.to_string_lossy().into_owned()).collect();
    Err(Error::PipFailed { command, status, output })
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
