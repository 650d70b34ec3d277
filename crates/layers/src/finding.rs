//! What a person should know about what goes into a program.

use pyox_scanner::SkipReason;
use serde::{Deserialize, Serialize};

use crate::plan::{FilesNeeded, LayerKind};
use crate::policy::module_of;

/// Something a person should know about the program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Finding {
    /// A package is placed in files at run time.
    InFiles {
        /// Top-level name.
        package: String,
        /// The evidence.
        why: FilesNeeded,
    },
    /// A module does not compile and has only its source, so that importing it raises the error.
    DoesNotCompile {
        /// Path below `sys.path`.
        path: String,
        /// What Python says.
        message: String,
        /// Whether it concerns the program, as far as can be known.
        #[serde(default = "always")]
        concerns: bool,
    },
    /// A shared library was not found; the modules that need it cannot be imported.
    MissingLibrary {
        /// Its SONAME.
        soname: String,
        /// What needs it, nearest first.
        needed_by: Vec<String>,
        /// Whether it concerns the program, as far as can be known.
        #[serde(default = "always")]
        concerns: bool,
    },
    /// A library beyond the C library is left to the machine that runs the program.
    FromSystem {
        /// Its SONAME.
        soname: String,
        /// The file that needs it.
        needed_by: String,
        /// Whether it concerns the program, as far as can be known.
        #[serde(default = "always")]
        concerns: bool,
    },
    /// Two libraries of one name differ; the first is used.
    ConflictingLibrary {
        /// The SONAME.
        soname: String,
        /// The one that is used.
        used: String,
        /// The one that is not.
        other: String,
        /// What would have got that one.
        needed_by: String,
    },
    /// Libraries need each other. They are loaded together.
    LibraryCycle {
        /// Their SONAMEs.
        libraries: Vec<String>,
        /// Whether their names are long enough to be replaced by paths in memory; if not, what needs them cannot be
        /// imported.
        can_be_loaded: bool,
    },
    /// The program needs a newer GNU C library than is allowed.
    NewerGlibc {
        /// The version that is allowed.
        allowed: String,
        /// The version it needs.
        needed: String,
        /// The files that need more than is allowed, with what they need.
        culprits: Vec<(String, String)>,
    },
    /// A file was passed over.
    Skipped {
        /// Its path.
        path: String,
        /// Why.
        reason: SkipReason,
        /// Whether it concerns the program, as far as can be known.
        #[serde(default = "always")]
        concerns: bool,
    },
    /// A file belongs to no package, and its location is memory.
    NoPackage {
        /// Its path.
        path: String,
        /// Whether it concerns the program, as far as can be known.
        concerns: bool,
    },
    /// A `.pth` file adds a directory to `sys.path`, and packing does not search it.
    NotSearched {
        /// The path of the `.pth` file.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// The directory as it stands there.
        directory: String,
        /// Whether it concerns the program, as far as can be known.
        concerns: bool,
    },
    /// The script asks where it is, and files beside it are not in the program.
    FilesBesideScript {
        /// The script.
        script: String,
        /// The line, counted from 1, in which it does.
        line: usize,
        /// Names of the files and directories that it names, or of all.
        names: Vec<String>,
        /// Whether the script names them.
        named: bool,
    },
    /// Native code stays out, since programs of this Python can load none.
    NotLoadable {
        /// Its paths.
        paths: Vec<String>,
    },
    /// A module is imported that cannot be, since programs of this Python can load no native code.
    CannotLoad {
        /// Its name.
        module: String,
    },
    /// Native code opens files in a way that virtual files do not see.
    UnseenOpens {
        /// Its path.
        file: String,
        /// The function of the C library that it calls; `None` if it is written in Go, whose code calls none.
        function: Option<String>,
    },
    /// Modules of one layer are not imported, because another one that comes before it has modules of their names.
    Shadowed {
        /// Their top-level names.
        modules: Vec<String>,
        /// The layer that they are imported from.
        used: LayerKind,
        /// The layer that they are not imported from.
        other: LayerKind,
    },
    /// Something was left out by its name, and what is in the program imports it.
    StillImported {
        /// The module, package or distribution.
        name: String,
        /// The modules that import it, first those that the program is known to import.
        importers: Vec<String>,
        /// Whether it concerns the program, as far as can be known.
        concerns: bool,
    },
    /// Modules of the standard library were left out: nothing imports them, and they alone would make the program need
    /// a newer GNU C library.
    RaisesGlibc {
        /// Their names.
        modules: Vec<String>,
        /// The version.
        needed: String,
    },
    /// The script imports a module that is not in the program.
    MissingModule {
        /// Its name.
        module: String,
    },
}

impl Finding {
    /// The same of a layer that is not the application's own: what only modules need that the program does not import
    /// concerns it no more. `imports` says which it does.
    #[must_use]
    pub fn concerning(mut self, is_standard_library: bool, imports: impl Fn(&str) -> bool) -> Self {
        match &mut self {
            Self::DoesNotCompile { path, concerns, .. } => *concerns &= imports(&module_of(path)),
            Self::Skipped { concerns, .. } | Self::NoPackage { concerns, .. } | Self::NotSearched { concerns, .. } => {
                *concerns = false;
            }
            Self::MissingLibrary { needed_by, concerns, .. } if is_standard_library => {
                *concerns &= needed_by.last().is_some_and(|root| imports(&module_of(root)));
            }
            Self::FromSystem { needed_by, concerns, .. } if is_standard_library => {
                *concerns &= imports(&module_of(needed_by));
            }
            _ => {}
        }
        self
    }
}

/// What older reports do not say.
fn always() -> bool {
    true
}
