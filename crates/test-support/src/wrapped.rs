//! A Python that is started in another way.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use pyox_distribution::{Host, Installed, Python, PythonInfo};

/// A Python that a script of the shell starts.
pub struct Wrapped {
    info: PythonInfo,
    executable: PathBuf,
}

impl Wrapped {
    /// Writes the script into a directory. It has the interpreter as `$real`.
    pub fn new(python: &Installed, directory: &Path, script: &str) -> io::Result<Self> {
        let executable = directory.join("python3");
        std::fs::write(&executable, format!("#!/bin/sh\nreal='{}'\n{script}\n", python.executable().display()))?;
        std::fs::set_permissions(&executable, PermissionsExt::from_mode(0o755))?;
        Ok(Self { info: python.info().clone(), executable })
    }
}

impl Python for Wrapped {
    fn info(&self) -> &PythonInfo {
        &self.info
    }

    fn identity(&self) -> String {
        "wrapped".into()
    }
}

impl Host for Wrapped {
    fn executable(&self) -> &Path {
        &self.executable
    }
}
