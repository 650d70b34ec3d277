//! The command line of `pyoxidizer licenses`.

use std::ffi::OsString;

use clap::ValueEnum;

/// List the parts of a program with their licences, or write its bill of materials
///
/// A licence is an expression of SPDX, with the place where it was found: the metadata of a distribution (PEP 639), the
/// text of a licence, an SBOM in a distribution (PEP 770), PYTHON.json, the copyright file of a Debian package, the
/// manifest of a crate, or what CPython and well-known libraries publish. What nothing says is UNKNOWN.
///
/// pack writes the list into the program. Of a script or a project, it is the list of the program that pack would make:
/// options of pack come after --.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pyoxidizer licenses app                            what is in a program
  pyoxidizer licenses app --texts > LICENSES.txt     with the texts, to go along with it
  pyoxidizer licenses app.py -- --pip flask          what would be in it
  pyoxidizer licenses .venv                          a virtualenv, a wheel, a directory with packages, an archive
  pyoxidizer licenses app --format cyclonedx         CycloneDX 1.6; spdx is SPDX 2.3
  pyoxidizer licenses app --deny GPL --deny AGPL --deny NOASSERTION")]
pub struct Licenses {
    /// A program or resource file, a wheel, a virtualenv, a directory with packages, a Python or a distribution of it,
    /// a script, or a project
    #[arg(value_name = "PROGRAM|SOURCE")]
    pub source: String,
    /// How the list is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
    /// Write the texts of the licences after a plain list; the other formats have them anyway
    #[arg(long)]
    pub texts: bool,
    /// Fail if a part cannot be had without this licence: an identifier such as GPL-3.0-or-later, its start for all
    /// versions such as GPL, or NOASSERTION for what is not known; may be repeated
    #[arg(long, value_name = "SPDX")]
    pub deny: Vec<String>,
    /// Options of pack, for a script or a project
    #[arg(last = true, value_name = "OPTIONS")]
    pub pack: Vec<OsString>,
}

/// How a list of components is written.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Text,
    Json,
    Spdx,
    Cyclonedx,
}
