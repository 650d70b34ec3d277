//! Kinds of layers.

use pyox_interpreter_config::directories;
use pyox_packed_resources::Place;
use serde::{Deserialize, Serialize};

/// Where the resources of a layer come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LayerKind {
    /// The standard library of the Python. It is never in files: it copes without.
    StandardLibrary,
    /// Modules in the directory of a script.
    ScriptDirectory,
    /// A package that was given as a directory.
    Package,
    /// A directory that is run, with everything in it.
    Application,
    /// A wheel.
    Wheel,
    /// What pip has installed.
    Requirements,
    /// A virtual environment.
    Virtualenv,
    /// A directory from which packages are taken.
    PackageRoot,
    /// A project, without what it requires.
    Project,
    /// Files that were added as they are, beside the modules of the application.
    Data,
    /// Tcl and Tk, which the module `_tkinter` of the standard library needs.
    TclTk,
    /// Descriptions of terminals, for curses and readline.
    Terminals,
    /// The interpreter as a shared library. It is in memory and as it is: nothing starts without it.
    Libpython,
    /// Anything else.
    #[default]
    Other,
}

impl LayerKind {
    /// Which directory of an installed Python its files are in.
    pub fn place(self) -> Place {
        match self {
            Self::StandardLibrary => Place::StandardLibrary,
            Self::Wheel | Self::Project | Self::Requirements | Self::Virtualenv => Place::SitePackages,
            Self::TclTk | Self::Terminals | Self::Libpython => Place::Prefix,
            Self::ScriptDirectory | Self::Package | Self::Application | Self::PackageRoot => Place::Application,
            Self::Data | Self::Other => Place::Application,
        }
    }

    /// The same as a path below that of the program, for a Python 3.`minor`.
    pub fn directory(self, minor: u8) -> String {
        directory_of(self.place(), minor)
    }

    /// What it is called, such as `standard library`.
    pub fn name(self) -> &'static str {
        match self {
            Self::StandardLibrary => "standard library",
            Self::ScriptDirectory => "modules beside the script",
            Self::Package => "the package",
            Self::Application => "the application",
            Self::Wheel => "the wheel",
            Self::Requirements => "requirements",
            Self::Virtualenv => "the virtualenv",
            Self::PackageRoot => "the package root",
            Self::Project => "the project",
            Self::Data => "added data",
            Self::TclTk => "Tcl and Tk",
            Self::Terminals => "terminals",
            Self::Libpython => "libpython",
            Self::Other => "resources",
        }
    }
}

/// The directory of a place, as a path below that of the program.
pub(crate) fn directory_of(place: Place, minor: u8) -> String {
    match place {
        Place::StandardLibrary => directories::standard_library(minor),
        Place::SitePackages => directories::site_packages(minor),
        Place::Prefix => directories::PREFIX.to_owned(),
        _ => directories::APPLICATION.to_owned(),
    }
}
