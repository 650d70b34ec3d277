//! The crates of ours that a project depends on.

use std::path::{Path, PathBuf};

use toml_edit::{Array, InlineTable, Value};

/// Where a project gets our crates: from a checkout if this command was built in one, or else from the registry.
pub struct Requirements {
    checkout: Option<PathBuf>,
}

impl Requirements {
    /// Those of the running command.
    pub fn of_command() -> Self {
        let exe = std::env::current_exe().and_then(std::fs::canonicalize).unwrap_or_default();
        let is_checkout = |directory: &&Path| {
            ["embed", "build"].iter().all(|name| directory.join("crates").join(name).join("Cargo.toml").is_file())
        };
        Self { checkout: exe.ancestors().find(is_checkout).map(Path::to_owned) }
    }

    /// `pyembed`, with which a program runs Python.
    pub fn pyembed(&self) -> Value {
        let mut table = self.requirement("embed");
        table.insert("package", "pyox-embed".into());
        table.insert("features", Array::from_iter(["virtual-files"]).into());
        table.into()
    }

    /// `pyox-build`, for its build script.
    pub fn build(&self) -> Value {
        self.requirement("build").into()
    }

    fn requirement(&self, crate_name: &str) -> InlineTable {
        let mut table = InlineTable::new();
        table.insert("version", VERSION.into());
        if let Some(checkout) = &self.checkout {
            table.insert("path", checkout.join("crates").join(crate_name).display().to_string().into());
        }
        table
    }
}

/// The version of our crates: they are all of the same.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"));

/// What the features of a project turn on, in the order in which they are written.
pub const FEATURES: [(&str, &[&str]); 4] = [
    ("build-mode-standalone", &[]),
    ("build-mode-pyoxidizer-exe", &["pyembed/cpython-link-unresolved-static"]),
    ("build-mode-prebuilt-artifacts", &["pyembed/cpython-link-unresolved-static"]),
    ("jemalloc", &["pyembed/jemalloc"]),
];

/// The feature that is on by default.
pub const DEFAULT_FEATURE: &str = "build-mode-pyoxidizer-exe";
