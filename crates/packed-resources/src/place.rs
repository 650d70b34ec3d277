//! Which directory of an installed Python a resource lies in.

use crate::layout::EntryFlags;

/// Which directory of an installed Python a module, a library or the metadata of a distribution lies in. Where these
/// directories are, is up to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
#[non_exhaustive]
pub enum Place {
    /// That of the application: of its script.
    #[default]
    Application,
    /// That of the standard library.
    StandardLibrary,
    /// That of installed packages: `site-packages`.
    SitePackages,
    /// The one around these: `sys.prefix`. It has no modules, but libraries, programs and data.
    Prefix,
}

/// How a command begins that is run by the Python which it is installed for. No such interpreter exists, and none can
/// be put in its place by who may choose the working directory.
pub const COMMAND_START: &str = "#!/pyoxidizer/python\n";

impl EntryFlags {
    /// The bits that say where modules, package data and libraries are.
    pub const PLACE: Self = Self(512 | 1024);
    /// The metadata directory of the distribution is among the installed packages; else it is where the application is.
    pub const INSTALLED_DISTRIBUTION: Self = Self(2048);

    /// The bits for a place of modules, package data and libraries.
    pub const fn at(place: Place) -> Self {
        match place {
            Place::Application => Self(0),
            Place::StandardLibrary => Self(512),
            Place::SitePackages => Self(1024),
            Place::Prefix => Self::PLACE,
        }
    }

    /// Where the module, its data or the library is.
    pub const fn place(self) -> Place {
        match self.0 & Self::PLACE.0 {
            512 => Place::StandardLibrary,
            1024 => Place::SitePackages,
            1536 => Place::Prefix,
            _ => Place::Application,
        }
    }

    /// Where the metadata directory of the distribution is.
    pub const fn metadata_place(self) -> Place {
        match self.intersects(Self::INSTALLED_DISTRIBUTION) {
            true => Place::SitePackages,
            false => Place::Application,
        }
    }
}
