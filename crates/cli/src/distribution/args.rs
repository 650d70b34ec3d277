//! The command line of what is about distributions.

use std::path::PathBuf;

use clap::Subcommand;

/// List, download and make distribution archives of Python
#[derive(Subcommand)]
pub enum Distribution {
    List(crate::catalogue::args::List),
    Download(crate::catalogue::args::Download),
    /// Make an archive of an installed CPython, for pack --python: objects, extension modules, headers, licences
    ///
    /// It has the format of python-build-standalone's full archives (.tar.zst). The Python needs its static library; the
    /// same Python gives the same bytes. What is installed for it, except pip and setuptools, stays out.
    Create {
        /// Which Python, as for pack --python [default: python3 on PATH]
        python: Option<String>,
        /// The archive to write
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// The version of PYTHON.json: 8, or 7 for older tools
        #[arg(long, value_name = "VERSION", default_value_t = 8, value_parser = clap::value_parser!(u8).range(7..=8))]
        json_version: u8,
    },
}

/// Unpack a distribution archive (.tar.zst or .tar.gz) into a directory
#[derive(clap::Args)]
pub struct Extract {
    /// The archive
    #[arg(value_name = "DISTRIBUTION_PATH")]
    pub archive: PathBuf,
    /// The directory, which must not be there or be empty
    #[arg(value_name = "DESTINATION_PATH")]
    pub destination: PathBuf,
    /// Write what was done as JSON
    #[arg(long)]
    pub json: bool,
}

/// Say what a distribution is, and what its extension modules are linked with
///
/// For full archives and the directories that they were unpacked into. Nothing is unpacked or started.
#[derive(clap::Args)]
pub struct Info {
    /// An archive, or the directory that one was unpacked into
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// Write JSON
    #[arg(long)]
    pub json: bool,
}

/// List the licences of a distribution, and of what its extension modules are linked with
///
/// They are as complete and as right as the distribution states them.
#[derive(clap::Args)]
pub struct Licenses {
    /// An archive, or the directory that one was unpacked into
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// Write JSON
    #[arg(long)]
    pub json: bool,
}

/// List the resources in a directory, a wheel or a distribution, as pack sees them
#[derive(clap::Args)]
pub struct FindResources {
    /// A directory of sys.path, such as site-packages, a wheel, or a distribution archive
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// The Python whose endings of extension modules count [default: python3 on PATH]
    #[arg(long, value_name = "VERSION|NAME|PATH")]
    pub python: Option<String>,
    /// Write JSON
    #[arg(long)]
    pub json: bool,
}
