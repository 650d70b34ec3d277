//! Their arguments.

use std::path::PathBuf;

use pyox_catalogue::Flavor;

/// List what can be downloaded
#[derive(clap::Args)]
pub struct List {
    /// Every archive for every target, not only what is taken for each version
    #[arg(long, conflicts_with = "target_triple")]
    pub all: bool,
    /// For this target [default: this machine]
    #[arg(long, value_name = "TRIPLE")]
    pub target_triple: Option<String>,
    /// Write one JSON document: a list with an object for each archive
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub source: Source,
}

/// Download an archive of python-build-standalone, unless it is there, and print its path
///
/// Archives are kept in the cache by their SHA-256, which is compared each time. HTTPS_PROXY, NO_PROXY and
/// SSL_CERT_FILE are heeded; PYOXIDIZER_DISTRIBUTION_MIRROR names a URL below which archives are as RELEASE/NAME.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pyoxidizer distribution download 3.13                        the newest 3.13
  pyoxidizer distribution download 3.13.15 -o .                a patch release, into this directory
  pyoxidizer distribution download cpython-3.10.9+20221220     of a release of python-build-standalone
  pyoxidizer distribution download 3.13t                       without the global lock; d is for debugging
  pyoxidizer distribution download 3.10 --flavor standalone_static --target-triple x86_64-pc-windows-msvc")]
pub struct Download {
    /// A version, or the name of an archive
    #[arg(value_name = "REQUEST")]
    pub request: String,
    /// For this target [default: this machine]
    #[arg(long, value_name = "TRIPLE")]
    pub target_triple: Option<String>,
    /// How libpython is linked: standalone (the usual way for the target), standalone_static or standalone_dynamic
    #[arg(long, value_name = "FLAVOR", default_value = "standalone")]
    pub flavor: Flavor,
    /// Copy the archive into this directory
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub source: Source,
}

/// What there is, and whether it may be downloaded.
#[derive(Default, clap::Args)]
pub struct Source {
    /// Another catalogue than that of this program
    #[arg(long, value_name = "FILE|URL")]
    pub catalogue: Option<String>,
    /// Do not use the network: only what is in the cache. So does PYOXIDIZER_OFFLINE
    #[arg(long)]
    pub offline: bool,
}
