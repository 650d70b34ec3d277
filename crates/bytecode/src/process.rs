//! One worker process and the frames that go to it and come back.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use crate::WorkerError;
use crate::error::Refusal;

const SCRIPT: &str = include_str!("worker.py");

pub(crate) struct Request<'a> {
    pub(crate) optimize: u8,
    pub(crate) filename: &'a str,
    pub(crate) source: &'a [u8],
}

pub(crate) enum Reply {
    Done(Vec<u8>),
    Refused(Refusal),
}

#[derive(Debug)]
pub(crate) struct Worker {
    executable: PathBuf,
    child: Child,
    /// Taken when the worker has to end.
    input: Option<BufWriter<ChildStdin>>,
    output: ChildStdout,
    /// A file and not a pipe, so that no one has to read it while the worker works.
    stderr: File,
}

impl Worker {
    pub(crate) fn start(executable: &Path) -> Result<Self, WorkerError> {
        let failed = |source| WorkerError::Start { executable: executable.into(), source };
        let stderr = tempfile::tempfile().map_err(failed)?;
        let mut command = pyox_distribution::command(executable);
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PYTHON") {
                command.env_remove(name);
            }
        }
        // Without `-I`, which would ignore the hash seed: nothing in the compiler may depend on chance.
        let mut child = command
            .env("PYTHONHASHSEED", "0")
            .args(["-s", "-S", "-B", "-W", "ignore", "-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr.try_clone().map_err(failed)?)
            .spawn()
            .map_err(failed)?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (input, output) = pipes.ok_or_else(|| failed(io::ErrorKind::BrokenPipe.into()))?;
        Ok(Self { executable: executable.into(), child, input: Some(BufWriter::new(input)), output, stderr })
    }

    /// Sends a request and waits for the answer. After an error the worker is of no use.
    pub(crate) fn ask(&mut self, request: &Request<'_>) -> Result<Reply, WorkerError> {
        self.send(request).and_then(|()| self.receive()).map_err(|_| self.died())
    }

    fn send(&mut self, request: &Request<'_>) -> io::Result<()> {
        let input = self.input.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        input.write_all(&[request.optimize])?;
        for field in [request.filename.as_bytes(), request.source] {
            let size = u32::try_from(field.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
            input.write_all(&size.to_le_bytes())?;
            input.write_all(field)?;
        }
        input.flush()
    }

    fn receive(&mut self) -> io::Result<Reply> {
        let mut header = [0; 5];
        self.output.read_exact(&mut header)?;
        let [status, size @ ..] = header;
        let size = u32::from_le_bytes(size);
        let mut answer = Vec::new();
        (&mut self.output).take(size.into()).read_to_end(&mut answer)?;
        if answer.len() as u64 != u64::from(size) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if status == 0 { Ok(Reply::Done(answer)) } else { Ok(Reply::Refused(serde_json::from_slice(&answer)?)) }
    }

    fn died(&mut self) -> WorkerError {
        drop(self.input.take());
        let _ = self.child.kill();
        let status = self.child.wait().ok();
        let mut stderr = Vec::new();
        let _ = self.stderr.rewind().and_then(|()| self.stderr.read_to_end(&mut stderr));
        let stderr = String::from_utf8_lossy(&stderr).into_owned();
        WorkerError::Died { executable: self.executable.clone(), status, stderr }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It ends when its input does, and is always waiting for input here.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
