//! The outcome of packaging.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use pyox_inputs::{PythonChoice, VirtualenvChoice};
use pyox_layers::{Finding, LeftOut, ReportRow};
use pyox_linker::Step;
use serde::{Deserialize, Serialize};

/// The whole outcome of packaging.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The facts in short.
    pub summary: Summary,
    /// Things a person should know.
    pub findings: Vec<Finding>,
    /// Every resource.
    pub resources: Vec<ReportRow>,
    /// What was found and is not in the program.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
}

/// The facts in short.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Summary {
    /// The executable.
    pub output: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Size of the launcher in it, in bytes.
    pub launcher_size: u64,
    /// Version of Python, for example `3.12.1`.
    pub python: String,
    /// Why it is this one, if that is known.
    #[serde(default)]
    pub python_choice: Option<PythonChoice>,
    /// The virtualenv that was found and that no one has named.
    #[serde(default)]
    pub virtualenv_choice: Option<VirtualenvChoice>,
    /// What it runs.
    pub entry: String,
    /// Importable modules with source or bytecode.
    pub modules: usize,
    /// Extension modules.
    pub extensions: usize,
    /// Shared libraries that travel in the file.
    pub libraries: usize,
    /// Whether Tcl and Tk are among them, with their scripts.
    #[serde(default)]
    pub has_tcl: bool,
    /// Top-level packages that are placed in files at run time.
    pub packages_in_files: Vec<String>,
    /// Extension modules and shared libraries that are loaded from files at run time: large ones, and those of such
    /// packages.
    pub libraries_in_files: Vec<String>,
    /// Top-level names that are in a directory beside the program, and which.
    pub packages_beside: BTreeMap<String, String>,
    /// The lowest version of the GNU C library it runs with, and the files that ask for it.
    pub glibc: Option<(String, Vec<String>)>,
    /// The file that has the rest of the resources, if it is another.
    pub resource_file: Option<PathBuf>,
    /// Seconds spent per step.
    pub timings: Vec<Timing>,
}

/// Time spent in a step.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Timing {
    /// The step.
    pub step: Step,
    /// Wall clock seconds.
    pub seconds: f64,
}

impl Timing {
    pub(crate) fn new(step: Step, spent: Duration) -> Self {
        Self { step, seconds: spent.as_secs_f64() }
    }
}
