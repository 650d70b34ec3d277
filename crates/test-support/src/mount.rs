//! Small file systems, where the tests may mount them.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::report::skip;

/// A tmpfs that is gone at the end of the test.
pub struct Mount {
    path: PathBuf,
}

impl Mount {
    /// `None`, with a message, if this machine does not allow it.
    pub fn tmpfs(path: &Path, options: &str) -> Option<Self> {
        std::fs::create_dir_all(path).expect("a directory");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(path).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self { path: path.to_owned() });
        }
        skip("file systems cannot be mounted here");
        None
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.path).status();
    }
}
