//! Compiled code on disk, by the digest of everything that it depends on.

use std::fs;
use std::path::PathBuf;
use std::sync::Once;

use pyox_build_cache::{self as kept, Kept};
use pyox_distribution::PythonInfo;
use pyox_packed_resources::PartsDigest;

use crate::CompileJob;

/// Raised whenever the same job may give other bytes: with the canonical form.
const PURPOSE: &str = "bytecode 2";

/// A directory that several processes may use at a time. Losing an entry costs time only, so errors are not told.
#[derive(Debug)]
pub(crate) struct Cache {
    directory: PathBuf,
    swept: Once,
}

pub(crate) struct Key(String);

impl Key {
    pub(crate) fn new(info: &PythonInfo, job: &CompileJob) -> Self {
        Self(fields(info).with([job.optimize]).with(&job.filename).with(&job.source).hex())
    }
}

/// Everything but the job that code depends on.
pub(crate) fn fields(info: &PythonInfo) -> PartsDigest {
    PartsDigest::default().with(PURPOSE).with(&info.magic).with(&info.version).with(&info.releaselevel).with([
        info.serial,
        u8::from(info.gil_disabled),
        u8::from(info.debug),
    ])
}

impl Cache {
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self { directory, swept: Once::new() }
    }

    fn path(&self, key: &Key) -> PathBuf {
        let (start, rest) = key.0.split_at(2);
        self.directory.join(start).join(rest)
    }

    /// The code.
    pub(crate) fn get(&self, key: &Key) -> Kept {
        kept::read(&self.path(key))
    }

    /// Keeps code.
    pub(crate) fn put(&self, key: &Key, code: &[u8]) {
        let path = self.path(key);
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(path.parent().unwrap_or(&self.directory))?;
            self.swept.call_once(|| kept::sweep(&self.directory));
            kept::write_in(&self.directory, &path, |out| out.write_all(code))
        };
        let _ = write();
    }
}
