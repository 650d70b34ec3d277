//! The command line.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgAction, ArgMatches, ColorChoice, Parser, Subcommand};
use pyox_binary::SymbolVersion;
use pyox_distribution::LibpythonKind;
use pyox_packaging::{AddedData, Location};

/// Turn a Python application into one native executable that runs without Python.
#[derive(Parser)]
#[command(name = "pyoxidizer", version, max_term_width = 100)]
pub struct Args {
    /// Say more: every line of pip and cargo, every finding
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    #[command(flatten)]
    Configuration(crate::configuration::ConfigurationCommand),
    InitConfigFile(crate::configuration::InitConfigFile),
    Pack(Box<Pack>),
    #[command(subcommand)]
    Launcher(Launcher),
    #[command(subcommand)]
    Resources(crate::resources::Resources),
    Analyze(Analyze),
    Licenses(crate::licenses::args::Licenses),
    #[command(subcommand)]
    Distribution(crate::distribution::args::Distribution),
    PythonDistributionExtract(crate::distribution::args::Extract),
    PythonDistributionInfo(crate::distribution::args::Info),
    PythonDistributionLicenses(crate::distribution::args::Licenses),
    FindResources(crate::distribution::args::FindResources),
    InitRustProject(crate::rust_project::args::InitRustProject),
    Add(crate::rust_project::args::Add),
    RunBuildScript(crate::rust_project::args::RunBuildScript),
    #[command(flatten)]
    Former(crate::configuration::Former),
}

/// Make one executable of a script, wheel, package, project or requirement
///
/// The result holds Python, the standard library, the application and the native libraries they need, and imports
/// everything from memory. It needs no Python where it runs, nor anything else but the C library.
///
/// The first pack for a Python compiles the launcher for it, which takes cargo, a C linker and half a minute. Later
/// packs take the launcher from the cache, as they do what pip has installed, and need neither a compiler nor the
/// network.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pyoxidizer pack hello.py                        a script, with the modules beside it
  pyoxidizer pack .                               a project; runs its console script
  pyoxidizer pack --pip black --entry black       a package from PyPI, and which command
  pyoxidizer pack app.py --pip flask -o server    a script and what it needs
  pyoxidizer pack --venv .venv --module myapp     a virtualenv, run like python -m myapp
  pyoxidizer pack hello.py --run -- --name World  pack, then run with arguments

A script may state its dependencies itself (PEP 723): they are installed and packed too.")]
pub struct Pack {
    /// What to pack: a .py script, a .whl, a project (a directory with pyproject.toml or setup.py), or a directory
    /// with __init__.py or __main__.py
    pub source: Option<PathBuf>,
    /// Install this requirement with pip, and pack it; may be repeated
    #[arg(long, value_name = "REQ")]
    pub pip: Vec<String>,
    /// Install the requirements in this file with pip, and pack them; may be repeated
    #[arg(short, long, value_name = "FILE")]
    pub requirements: Vec<PathBuf>,
    /// Limit the versions that pip installs to those in this file; may be repeated
    #[arg(short, long, value_name = "FILE")]
    pub constraint: Vec<PathBuf>,
    /// The index that pip takes packages from, instead of its own. What it has of a password is in no program and no
    /// report
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub index_url: Option<String>,
    /// A further index for pip; may be repeated
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub extra_index_url: Vec<String>,
    /// An extra of the project, whose requirements go in as well; may be repeated
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub extra: Vec<String>,
    /// A dependency group of the pyproject.toml in the directory of the source (PEP 735); may be repeated
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub group: Vec<String>,
    /// Pack the packages of this virtualenv [default: the active one, or .venv beside the source, if the source does
    /// not say what it requires, and no other option says where packages come from]
    #[arg(long, value_name = "DIR")]
    pub venv: Option<PathBuf>,
    /// Use no virtualenv that is not named
    #[arg(long, conflicts_with = "venv")]
    pub no_venv: bool,
    /// Pack packages from this directory: all, or those named after it; may be repeated. Give SOURCE before it
    #[arg(long, value_names = ["DIR", "PKG"], num_args = 1.., action = ArgAction::Append)]
    pub package_root: Vec<String>,
    /// Take in a module, or a package with all that is in it, that is left out otherwise (such as test.support, or pip
    /// of a virtualenv) or that nothing is seen to import (a plug-in beside the script); may be repeated
    #[arg(long, value_name = "MODULE")]
    pub include: Vec<String>,
    /// Leave out a module, a package with all that is in it, or all that a distribution has installed; what still
    /// imports it is named; may be repeated
    #[arg(long, value_name = "MODULE|DISTRIBUTION")]
    pub exclude: Vec<String>,
    /// Add files as they are, for the program to open: a file, a directory or a pattern, and the path that it has
    /// beside the application's own modules (with a slash at the end, the directory that it is in) [default: its place
    /// below the directory of the script or project, or else its name]; may be repeated
    #[arg(long, value_name = "SRC[:DEST]")]
    pub add_data: Vec<String>,
    /// Run this module, like python -m
    #[arg(long, value_name = "M", group = "entry_point")]
    pub module: Option<String>,
    /// Run this function, or this console script
    #[arg(long, value_name = "M:FUNC|SCRIPT", group = "entry_point")]
    pub entry: Option<String>,
    /// Run these statements, like python -c
    #[arg(long, value_name = "TEXT", group = "entry_point")]
    pub code: Option<String>,
    /// Which Python (3.9 or later): a version such as 3.12 or 3.12.1, versions such as ">=3.10,<3.13" of which the
    /// newest one is taken, a name such as python3.12, the path of an interpreter or virtualenv, or a distribution
    /// archive or the directory that one was unpacked into; those of pyenv, uv, asdf, mise and conda are found
    /// [default: that of --venv, or python3 on PATH, or the newest that the source says it is made for]
    #[arg(long, value_name = "VERSION|NAME|PATH")]
    pub python: Option<String>,
    /// The machine that the program is for, such as x86_64-unknown-linux-musl: --python with a version is then the
    /// distribution for it [default: the machine that the Python is for]
    #[arg(long, visible_alias = "target-triple", value_name = "TRIPLE", requires = "python")]
    pub target: Option<String>,
    /// How the program has Python itself: `static` as a part of the launcher, `shared` as a library that it loads from
    /// memory when it starts [default: static, if the Python has a static library]
    #[arg(long, value_enum, value_name = "KIND", env = LIBPYTHON_VARIABLE)]
    pub libpython: Option<Libpython>,
    /// Which extension modules of a distribution go in: all, minimal (what the interpreter needs to start),
    /// no-libraries (what needs no libraries), no-copyleft (what is linked with no library of a copyleft or unknown
    /// licence)
    #[arg(long, value_name = "FILTER", requires = "python")]
    pub extension_modules: Option<String>,
    /// Take this variant of an extension module of a distribution; may be repeated
    #[arg(long, value_name = "MODULE=VARIANT", requires = "python")]
    pub extension_variant: Vec<String>,
    /// Build this package from source with pip, and compile its extension modules into the program instead of carrying
    /// them as libraries; may be repeated. Needs a C compiler, objcopy and Rust, and what the package needs to be built
    #[arg(long, value_name = "PKG", value_parser = NonEmptyStringValueParser::new())]
    pub static_extensions: Vec<String>,
    /// If this version of Python is not here, download it without asking
    #[arg(long, requires = "python")]
    pub download: bool,
    /// The executable to write [default: named after the source or its command, in the current directory]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Optimisation level of the bytecode, like python -O and -OO
    #[arg(long, value_name = "LEVEL", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=2))]
    pub optimize: u8,
    /// Leave source text out: smaller, but tracebacks show no lines and inspect finds no source
    #[arg(long)]
    pub no_source: bool,
    /// What to compress besides source text: `speed` the part of the standard library that the program does not
    /// import, `size` everything but what the interpreter itself imports when it starts
    #[arg(long, value_enum, default_value_t)]
    pub profile: Profile,
    /// The modules that the program imports, one name a line in the order of their import: they are placed in this
    /// order, and of the standard library only they are kept uncompressed. A program writes such a list with
    /// print("\n".join(sys.modules)) when it ends
    #[arg(long, value_name = "FILE")]
    pub import_order: Option<PathBuf>,
    /// Place the files of a distribution or top-level package: in memory, in the cache directory (as is done with
    /// libraries from 5 MiB on), or in a directory beside the program; may be repeated
    #[arg(long, value_name = "PKG=in-memory|cache|filesystem-relative:DIR", value_parser = package_location)]
    pub location: Vec<(String, Location)>,
    /// What `__file__` of a module in memory is: a virtual path below the executable, as with archives, or not there
    #[arg(long, value_enum, default_value_t)]
    pub file_attribute: FileAttribute,
    /// Whether the paths below the executable are files for all code of the program, also for extension modules; if
    /// not, packages that seem to need files are placed in the cache directory
    #[arg(long, value_enum, default_value_t)]
    pub virtual_files: Switch,
    /// Set how the interpreter of the program behaves, such as `utf8_mode=true` or `module_search_paths=$ORIGIN/lib`
    /// ($ORIGIN is the directory of the program); may be repeated, which gives a list one more item. `--config help`
    /// lists every key with its values
    #[arg(long, value_name = "KEY=VALUE")]
    pub config: Vec<String>,
    /// Where curses and readline find their database of terminals, unless TERMINFO_DIRS says so: where the running
    /// system has it, or in these directories. Names of terminals (`xterm,screen`) go into the program, for systems
    /// that do not know them [default: none, where they were built to look]
    #[arg(long, value_name = "dynamic|none|static:PATH|NAME,...")]
    pub terminfo: Option<String>,
    /// Where OpenSSL finds certificates of authorities, unless SSL_CERT_FILE or SSL_CERT_DIR says so: where the running
    /// system has them if not where OpenSSL was built to look, or in a file. `bundled` puts those of the package
    /// certifi into the program [default: none, where it was built to look]
    #[arg(long, value_name = "dynamic|none|static:FILE|bundled")]
    pub certificates: Option<String>,
    /// Warn if the program needs a newer version of the GNU C library than this, and name the files that do
    #[arg(long, value_name = "X.Y", value_parser = glibc_version)]
    pub glibc: Option<SymbolVersion>,
    /// Keep the standard library and installed packages in this file, for several programs to share: it is made if it
    /// is not there, else a program leaves out what it has. The file has to stay where it is relative to the
    /// program
    #[arg(long, value_name = "FILE")]
    pub resource_file: Option<PathBuf>,
    /// Write a JSON report: every resource with its origin, size, location, and why
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Take this launcher, or the one for the Python from this directory, instead of compiling one; it has to be made
    /// by this version of pyoxidizer and for the very version of the Python
    #[arg(long, value_name = "PATH", env = pyox_linker::LAUNCHER_VARIABLE)]
    pub launcher: Option<PathBuf>,
    /// Run pip even if what it installed for the same requirements is known, and read the standard library again
    #[arg(long)]
    pub refresh: bool,
    /// Run the program once it is made, with the arguments after --
    #[arg(long)]
    pub run: bool,
    /// Arguments for --run
    #[arg(last = true, value_name = "ARGS", requires = "run")]
    pub arguments: Vec<std::ffi::OsString>,
}

/// Stands for `--libpython`.
const LIBPYTHON_VARIABLE: &str = "PYOXIDIZER_LIBPYTHON";

/// In which form a program has libpython.
#[derive(Clone, Copy, clap::ValueEnum)]
pub enum Libpython {
    Static,
    Shared,
}

impl From<Libpython> for LibpythonKind {
    fn from(kind: Libpython) -> Self {
        match kind {
            Libpython::Static => Self::Static,
            Libpython::Shared => Self::Shared,
        }
    }
}

/// What `__file__` of a module in memory is.
#[derive(Clone, Copy, Default, clap::ValueEnum)]
pub enum FileAttribute {
    #[default]
    Virtual,
    None,
}

/// Whether something is done.
#[derive(Clone, Copy, Default, PartialEq, clap::ValueEnum)]
pub enum Switch {
    #[default]
    On,
    Off,
}

/// Whether the program starts fast or is small.
#[derive(Clone, Copy, Default, clap::ValueEnum)]
pub enum Profile {
    #[default]
    Speed,
    Size,
}

fn glibc_version(text: &str) -> Result<SymbolVersion, &'static str> {
    SymbolVersion::parse(text).ok_or("a version such as 2.17 is expected")
}

/// A value of `--location`.
fn package_location(text: &str) -> Result<(String, Location), String> {
    let (package, location) = text.split_once('=').ok_or("PKG=LOCATION is expected")?;
    let location = location.parse().map_err(|error: pyox_packaging::LocationError| error.to_string())?;
    Ok((package.to_owned(), location))
}

/// What says that certificates go into the program.
pub const BUNDLED: &str = "bundled";

/// A value of `--add-data`: a name with a colon in it is one if it is there.
pub fn added_data(text: &str) -> AddedData {
    match text.rsplit_once(':') {
        Some((source, destination)) if !std::path::Path::new(text).exists() => {
            AddedData::new(source, Some(destination))
        }
        _ => AddedData::new(text, None),
    }
}

/// The values of each `--package-root`: the derived parser joins them all.
pub fn package_roots(matches: &ArgMatches) -> Vec<Vec<String>> {
    let occurrences = matches.subcommand_matches("pack").and_then(|pack| pack.get_occurrences("package_root"));
    occurrences.into_iter().flatten().map(|words| words.cloned().collect()).collect()
}

/// Make, show or remove the launchers that programs start with
///
/// A launcher holds Python itself. It is compiled with cargo once for each Python and kept in the cache; packing then
/// needs no compiler.
#[derive(Subcommand)]
pub enum Launcher {
    /// Compile the launcher for a Python, unless it is there
    Build {
        /// Which Python; may be repeated [default: python3 on PATH]
        #[arg(long, value_name = "VERSION|PATH")]
        python: Vec<String>,
        /// With libpython in them, or without [default: static, if the Python has a static library]
        #[arg(long, value_enum, value_name = "KIND", env = LIBPYTHON_VARIABLE)]
        libpython: Option<Libpython>,
        /// Copy the launchers into this directory, for --launcher on machines without a compiler
        #[arg(short, long, value_name = "DIR")]
        output: Option<PathBuf>,
    },
    /// List the launchers in the cache
    List,
    /// Print where the launcher for a Python is, or would be
    Path {
        /// Which Python [default: python3 on PATH]
        #[arg(long, value_name = "VERSION|PATH")]
        python: Option<String>,
        /// With libpython in it, or without [default: static, if the Python has a static library]
        #[arg(long, value_enum, value_name = "KIND", env = LIBPYTHON_VARIABLE)]
        libpython: Option<Libpython>,
    },
    /// Remove all launchers from the cache
    Clean,
}

/// Say what binaries are, what they need, and on which Linux distributions they run
///
/// For programs, libraries and extension modules of Linux (ELF), Windows (PE) and macOS (Mach-O): the libraries they
/// need with the versions of symbols, what they export for Python, and which distributions have what they ask for. For
/// programs that pyoxidizer pack made, and files of packed resources, also what is inside. Nothing is run.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pyoxidizer analyze app                                  a packed program, and what is inside
  pyoxidizer -v analyze app                               every package and extension module in it
  pyoxidizer analyze lib/*.so                             several at once
  pyoxidizer analyze _speedups.pyd                        of another system
  pyoxidizer analyze app --json | jq '.[0].linux.glibc'

The exit status is 1 if one of the files cannot be read or is damaged; the others are shown all the same.")]
pub struct Analyze {
    /// Programs, libraries, extension modules, files of packed resources
    #[arg(required = true, value_name = "BINARY")]
    pub binaries: Vec<PathBuf>,
    /// Write one JSON document: a list with an object for each file
    #[arg(long)]
    pub json: bool,
}
