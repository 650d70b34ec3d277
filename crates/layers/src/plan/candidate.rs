//! What is decided about.

use pyox_packed_resources::Location;
use pyox_scanner::Found;

use super::{Decision, FilesNeeded, LayerKind};

/// A resource that may go into a program.
#[derive(Debug)]
#[non_exhaustive]
pub struct Candidate<'a> {
    /// The resource, where it comes from and which distribution has installed it.
    pub found: &'a Found,
    /// What kind of layer it is in.
    pub layer: LayerKind,
    /// Its path below `sys.path`.
    pub path: String,
    /// Length of an extension module or shared library, in bytes.
    pub native_length: Option<u64>,
    /// Where its distribution, or its top-level package, was asked to be.
    pub asked: Option<&'a Location>,
    /// Why its top-level package has to exist as files, if it does.
    pub files_needed: Option<&'a FilesNeeded>,
}

/// Changes decisions. An error stops packing.
pub type Decide<'a> =
    dyn Fn(&Candidate<'_>, &mut Decision) -> Result<(), Box<dyn std::error::Error + Send + Sync>> + 'a;
