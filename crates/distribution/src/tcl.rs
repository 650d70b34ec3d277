//! Where the Tcl and Tk of a Python are.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{Error, run};

const TCL: &str = include_str!("tcl.py");

/// The Tcl and Tk that `_tkinter` uses: libraries, and the scripts that they read when they start, of the same release.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Tcl {
    /// The version of Tcl without the patch level, such as `8.6`.
    pub version: String,
    /// The version of Tk with the patch level, such as `8.6.13`.
    pub tk_patch_level: String,
    /// The library of Tcl.
    pub tcl_library: PathBuf,
    /// The library of Tk.
    pub tk_library: PathBuf,
    /// The directory of Tcl's scripts, in which `init.tcl` is.
    pub tcl_scripts: PathBuf,
    /// The directory of Tk's scripts, in which `tk.tcl` is.
    pub tk_scripts: PathBuf,
    /// The directories of the modules (`*.tm`) that came with Tcl, with the version of Tcl that each is for. They may
    /// be among the scripts.
    pub tcl_modules: Vec<(String, PathBuf)>,
}

impl Tcl {
    /// Asks an interpreter. No display is needed.
    pub(crate) fn of(executable: &Path) -> Result<Option<Self>, Error> {
        run::ask(executable, &["-c", TCL])
    }
}
