//! The command line of what is about distributions.

use std::path::PathBuf;

use clap::Subcommand;

use crate::catalogue::args::Source;

/// List, download and make distribution archives of Python
#[derive(Subcommand)]
pub enum Distribution {
    List(crate::catalogue::args::List),
    Download(crate::catalogue::args::Download),
    /// Make an archive of an installed CPython, for pack --python: objects, extension modules, headers, licences
    ///
    /// It has the format of python-build-standalone's full archives (.tar.zst). The Python needs its static library;
    /// the same Python gives the same bytes. What is installed for it, except pip and setuptools, stays out.
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
/// Of archives and the directories that they were unpacked into, nothing is started. An installed Python describes
/// itself: paths are then those of the archive that `distribution create` makes.
#[derive(clap::Args)]
pub struct Info {
    #[command(flatten)]
    pub named: Named,
    /// Write JSON
    #[arg(long)]
    pub json: bool,
}

/// List the licences of a distribution, and of what its extension modules are linked with
///
/// They are as complete and as right as the distribution states them.
#[derive(clap::Args)]
pub struct Licenses {
    #[command(flatten)]
    pub named: Named,
    /// Write JSON
    #[arg(long)]
    pub json: bool,
}

/// A distribution or a Python.
#[derive(clap::Args)]
pub struct Named {
    /// An archive, the directory that one was unpacked into, an installed Python as for pack --python, or what the
    /// catalogue has
    #[arg(value_name = "PATH|NAME")]
    pub path: String,
    /// If it is not there, download it without asking
    #[arg(long)]
    pub download: bool,
    #[command(flatten)]
    pub source: Source,
}

/// List the resources in a directory, a wheel or a distribution, as pack sees them
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pyoxidizer find-resources .venv/lib/python3.13/site-packages
  pyoxidizer find-resources demo-1.0-py3-none-any.whl --no-classify-files
  pyoxidizer find-resources python.tar.zst             the standard library of an archive
  pyoxidizer find-resources --scan-distribution --target-triple aarch64-apple-darwin --python 3.13")]
pub struct FindResources {
    /// A directory of sys.path, such as site-packages, a wheel, or a distribution archive
    #[arg(value_name = "PATH", required_unless_present = "scan_distribution")]
    pub path: Option<PathBuf>,
    /// The Python whose endings of extension modules count [default: python3 on PATH]
    #[arg(long, value_name = "VERSION|NAME|PATH")]
    pub python: Option<String>,
    /// List the standard library of the Python or of the distribution instead
    #[arg(long, conflicts_with = "path")]
    pub scan_distribution: bool,
    /// Take a distribution for this target, which is downloaded if it is not there
    #[arg(long, value_name = "TRIPLE")]
    pub target_triple: Option<String>,
    /// Take a distribution, and keep downloads in this directory
    #[arg(long, value_name = "DIR")]
    pub distributions_dir: Option<PathBuf>,
    /// List files, whatever they are for Python
    #[arg(long)]
    pub no_classify_files: bool,
    /// Leave out files that are nothing else
    #[arg(long, conflicts_with = "no_classify_files")]
    pub no_emit_files: bool,
    #[command(flatten)]
    pub source: Source,
    /// Write JSON
    #[arg(long)]
    pub json: bool,
}
