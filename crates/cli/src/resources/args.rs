//! The command line of `pyoxidizer resources`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Subcommand, ValueEnum};
use pyox_legacy_resources::LossKind;

/// Look into packed resources: what a program is made of
///
/// FILE is a program that pyoxidizer pack made, or a file of packed resources of any version, those of PyOxidizer (1 to
/// 3) too. It is only read, and nothing of it is run.
#[derive(Subcommand)]
#[command(after_help = "\
Examples:
  pyoxidizer resources list app                      everything in a program
  pyoxidizer resources list app flask 'jinja2.*'     a package, and what is below another
  pyoxidizer resources extract app -o tree           all of it as files, for Python's sys.path
  pyoxidizer resources extract app json --stdout     the source of one module
  pyoxidizer resources verify app                    is it complete and undamaged?
  pyoxidizer resources diff app-1.0 app-1.1          what a new build changed
  pyoxidizer resources convert old -o new            version 1, 2 or 3 to version 4")]
pub enum Resources {
    List(List),
    Extract(Extract),
    Verify(Verify),
    Diff(Diff),
    Convert(Convert),
}

/// List what a program or a file of packed resources holds
///
/// One line for each value: its size, how many bytes it takes in the file, how it is encoded, the permission bits if
/// they are known, where it is used from (memory: where it lies; cache: placed in the cache directory; file: a file
/// beside the program), what it is, and the entry with the key of the value after a colon. Entries without a value
/// have a line too.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pyoxidizer resources list app
  pyoxidizer resources list app json email.mime      two packages and everything in them
  pyoxidizer resources list app '*ssl*'              every name with ssl in it
  pyoxidizer resources list app --sections           the parts of the file
  pyoxidizer resources list app --json | jq '.entries[].name'")]
pub struct List {
    /// The program, or the file of packed resources
    pub file: PathBuf,
    /// Only these: a module, a package with all that is in it, a library or distribution; * and ? stand for any
    /// characters
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// List sections instead: sizes, checksums, dictionaries, the digest
    #[arg(long, conflicts_with = "names")]
    pub sections: bool,
    /// Write one JSON document, with entries and sections
    #[arg(long, conflicts_with = "sections")]
    pub json: bool,
}

/// Write modules, libraries and data back as files
///
/// The files lie below DIR as they would below a directory of sys.path: pkg/__init__.py, extension modules and
/// libraries with the paths they had, the metadata directories of distributions. They have the permission bits that are
/// known.
///
/// All files are written aside first and then moved into place: if something fails before, DIR is as it was. Paths that
/// lead out of DIR are refused, and symbolic links in DIR are not followed.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pyoxidizer resources extract app -o tree               everything
  pyoxidizer resources extract app flask 'jinja2*' -o tree
  pyoxidizer resources extract app json.decoder --stdout
  pyoxidizer resources extract app certifi:cacert.pem --stdout > cacert.pem
  pyoxidizer resources extract app -o tree && PYTHONPATH=tree python3 -S -m app")]
pub struct Extract {
    /// The program, or the file of packed resources
    pub file: PathBuf,
    /// Only these: a module, a package with all that is in it, a library or distribution; * and ? stand for any
    /// characters. With --stdout one exact name, and the key of a file after a colon
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Where to write: an existing directory, or one to be made
    #[arg(short, long, value_name = "DIR", required_unless_present = "stdout", conflicts_with = "stdout")]
    pub output: Option<PathBuf>,
    /// Write one value to standard output: the source of a module, an extension module, a library or, with its key, a
    /// file
    #[arg(long, requires = "names")]
    pub stdout: bool,
    /// Write bytecode too: as .pyc files that Python takes without looking at the source (PEP 552)
    #[arg(long)]
    pub bytecode: bool,
    /// For which Python the bytecode is, such as 3.12 [default: as the program says]
    #[arg(long, value_name = "X.Y", requires = "bytecode", value_parser = python_version)]
    pub python: Option<(u8, u8)>,
    /// Overwrite files
    #[arg(long, conflicts_with = "stdout")]
    pub force: bool,
    #[command(flatten)]
    pub decoded: Decoded,
}

/// How much a file may decode to.
#[derive(clap::Args)]
pub struct Decoded {
    /// How many MiB the values may have once decoded; a few thousand bytes can decode to gigabytes [default: 256, or
    /// 200 times the length of the file if that is more]
    #[arg(long, value_name = "MIB")]
    pub max_decoded: Option<u64>,
}

/// Check every byte that counts: tables, checksums, compressed values, the digests
///
/// Of a program the launcher is compared with the digest that was recorded when it was packed. Prints what was checked.
/// The exit status is 0 if all is well, and 1 if not; then the first damage is named. Versions 1 to
/// 3 have no checksums: in them only the structure is checked.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pyoxidizer resources verify app
  pyoxidizer --quiet resources verify app || echo damaged")]
pub struct Verify {
    /// The program, or the file of packed resources
    pub file: PathBuf,
    #[command(flatten)]
    pub decoded: Decoded,
}

/// Compare two programs or files of packed resources
///
/// Prints what only one of them has (< the first, > the second), and what differs (!). Equal content counts as equal,
/// however it is stored and in whatever version; sections are compared if both have version 4. The exit status is 0 if
/// they are equal, 1 if not, and 2 if something went wrong.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pyoxidizer resources diff app-1.0 app-1.1
  pyoxidizer resources diff --exact one two    also compression, dictionaries, layout
  pyoxidizer --quiet resources diff one two && echo equal")]
pub struct Diff {
    /// The first program, or file of packed resources
    #[arg(value_name = "A")]
    pub left: PathBuf,
    /// The second one
    #[arg(value_name = "B")]
    pub right: PathBuf,
    /// Compare how values are stored too, and all sections
    #[arg(long)]
    pub exact: bool,
    /// Write one JSON document
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub decoded: Decoded,
}

/// Convert packed resources to another version of the format
///
/// Versions 1 to 3, which PyOxidizer writes, become version 4; version 4, also that in a program, becomes version 3.
/// What version 3 cannot hold is an error that lists all of it, unless --allow-loss names its kind.
///
/// Values in files stay there, and the output refers to them with the same paths. The output is read back and compared
/// before it is put into place.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pyoxidizer resources convert old -o new
  pyoxidizer resources convert app -o app.v3 --allow-loss sections,fields
  pyoxidizer -v resources convert app -o app.v3 --allow-loss all    and list what was lost")]
pub struct Convert {
    /// The program, or the file of packed resources
    pub file: PathBuf,
    /// The file to write
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
    /// The version to write [default: 4 for versions 1 to 3, and 3 for version 4]
    #[arg(long, value_name = "VERSION", value_parser = clap::value_parser!(u8).range(3..=4))]
    pub to: Option<u8>,
    /// What version 3 may lack: opaque sections, flags and fields that it has no place for, fields of unknown kinds,
    /// permission bits
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = loss_kinds())]
    pub allow_loss: Vec<String>,
    /// How version 3 writes paths of files, which it does not record [default: as this platform]
    #[arg(long)]
    pub paths: Option<Paths>,
    #[command(flatten)]
    pub decoded: Decoded,
}

/// All kinds of loss.
pub const EVERYTHING: &str = "all";

fn loss_kinds() -> PossibleValuesParser {
    LossKind::ALL.into_iter().map(LossKind::name).chain([EVERYTHING]).collect::<Vec<_>>().into()
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Paths {
    /// With slashes, as bytes
    Unix,
    /// With backslashes, as UTF-16
    Windows,
}

impl Resources {
    /// The exit status when something goes wrong.
    pub fn failure_status(&self) -> u8 {
        if matches!(self, Self::Diff(_)) { 2 } else { 1 }
    }
}

fn python_version(text: &str) -> Result<(u8, u8), String> {
    let numbers = text.split_once('.').and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    numbers.ok_or_else(|| "a version is two numbers, such as 3.12".to_owned())
}
