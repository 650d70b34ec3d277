//! What makes no application.

use std::path::PathBuf;

/// What an application comes from is missing, contradictory or cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The Python installation.
    #[error(transparent)]
    Distribution(#[from] pyox_distribution::Error),
    /// Making a layer.
    #[error(transparent)]
    Layer(#[from] pyox_layers::Error),
    /// Installing requirements.
    #[error(transparent)]
    Pip(#[from] pyox_pip::Error),
    /// Extension modules that are linked into the program.
    #[error(transparent)]
    NativeBuild(#[from] pyox_native_build::Error),
    /// A project whose extension modules are to be linked into the program is not installed by pip.
    #[error("{name} is not among what pip installs for the program")]
    NotBuilt {
        /// Its normalised name.
        name: String,
    },
    /// A project whose extension modules are to be linked into the program has none.
    #[error("{name} has no extension modules to be linked into the program")]
    NoExtensionModules {
        /// Its normalised name.
        name: String,
    },
    /// Extension modules are built for a Python of another platform than the one that runs here.
    #[error("extension modules are built for {found}, and the program for {expected}")]
    OtherPlatform {
        /// The platform of the Python that runs here.
        found: String,
        /// That of the program.
        expected: String,
    },
    /// Looking for resources.
    #[error(transparent)]
    Scan(#[from] pyox_scanner::Error),
    /// Packed resources.
    #[error(transparent)]
    Resources(#[from] pyox_packed_resources::Error),
    /// The location of a package was asked for that is not in the program.
    #[error("there is no distribution or top-level package {name:?} to be placed elsewhere")]
    NoPackageToLocate {
        /// The name that was given.
        name: String,
    },
    /// Constraints or an index are given, and pip installs nothing.
    #[error("pip installs nothing for which there could be constraints or an index")]
    NothingToInstall,
    /// Extras are given, and the source is no project.
    #[error("extras are those of a project, and the source is none")]
    ExtrasWithoutProject,
    /// The project has no such extra.
    #[error("there is no extra {name} in {}", path.display())]
    UnknownExtra {
        /// The project file.
        path: PathBuf,
        /// As given.
        name: String,
        /// Those that it has.
        known: Vec<String>,
    },
    /// Dependency groups are given, and there is no file that could have them.
    #[error(
        "dependency groups are those of a pyproject.toml, and there is none{}",
        directory.as_ref().map(|directory| format!(" in {}", directory.display())).unwrap_or_default()
    )]
    GroupsWithoutProject {
        /// Where it was looked for.
        directory: Option<PathBuf>,
    },
    /// The project file has no such dependency group.
    #[error("there is no dependency group {name} in {}", path.display())]
    UnknownGroup {
        /// The project file.
        path: PathBuf,
        /// The normalised name.
        name: String,
        /// Those that it has.
        known: Vec<String>,
    },
    /// A module was to be taken in that is nowhere.
    #[error("there is no module {name}: looked in {}", places.join(", "))]
    NothingToInclude {
        /// The name that was given.
        name: String,
        /// Where it was looked for.
        places: Vec<String>,
    },
    /// Something was to be left out that would not be in the program.
    #[error("there is no module or distribution {name} to be left out")]
    NothingToExclude {
        /// The name that was given.
        name: String,
    },
    /// A module was to be left out that is part of the interpreter.
    #[error("{name} is part of the interpreter and cannot be left out")]
    ExcludedBuiltIn {
        /// The name that was given.
        name: String,
    },
    /// Data was to be added that is not there.
    #[error("nothing matches {}", source_path.display())]
    NoData {
        /// The path or pattern as given.
        source_path: PathBuf,
    },
    /// A pattern of files is not valid.
    #[error("{} is not a pattern of files: {message}", source_path.display())]
    DataPattern {
        /// As given.
        source_path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// Data was to be added outside of the program.
    #[error("{} cannot be added at {destination:?}: that is not a path within the program", source_path.display())]
    DataOutside {
        /// The data.
        source_path: PathBuf,
        /// As given.
        destination: String,
    },
    /// A file was to be added where another one is.
    #[error("{} cannot be added at {path:?}, where {packed} is", added.display())]
    DataClash {
        /// The path in the program.
        path: String,
        /// The file to be added.
        added: PathBuf,
        /// The file that is there, or one in a directory of that path.
        packed: String,
    },
    /// Added data, descriptions of terminals or certificates would not be found.
    #[error("files that are added can only be opened where virtual files are on")]
    DataWithoutVirtualFiles,
    /// The description of a terminal was to be packed that this machine does not have.
    #[error("this machine does not know the terminal {name:?}")]
    NoTerminal {
        /// Its name.
        name: String,
        /// The databases of terminals, first to last.
        databases: Vec<PathBuf>,
    },
    /// Certificates were to be packed that the installed certifi does not have.
    #[error("certifi has no certificates in it")]
    NoCertificates,
    /// What was to be packaged does not exist.
    #[error("there is no {}", path.display())]
    NoSource {
        /// The path as given.
        path: PathBuf,
    },
    /// What was to be packaged is nothing that can be.
    #[error("{} is not a Python script, a wheel, a package or a project", path.display())]
    UnknownSource {
        /// The path as given.
        path: PathBuf,
    },
    /// Nothing says what the program runs.
    #[error("nothing says what the program should run")]
    NoEntry {
        /// Console scripts that could be meant.
        candidates: Vec<String>,
    },
    /// Several things could be run.
    #[error("the program could run any of {}", candidates.join(", "))]
    AmbiguousEntry {
        /// The console scripts, as `name (module:function)`.
        candidates: Vec<String>,
    },
    /// The entry that was asked for does not exist.
    #[error("{what} {name} does not exist in the program")]
    UnknownEntry {
        /// Module, console script.
        what: &'static str,
        /// Its name.
        name: String,
        /// Similar things that exist.
        candidates: Vec<String>,
    },
    /// An entry is not written as it should be.
    #[error("{text:?} does not name an entry")]
    EntrySyntax {
        /// As given.
        text: String,
    },
    /// The compiler of another library gave no answer for a source.
    #[error("{file} was not compiled")]
    NotCompiled {
        /// The file name of the source.
        file: String,
    },
    /// The code that the program runs does not compile.
    #[error("the code to run does not compile")]
    MainCode(#[source] pyox_bytecode::CompileError),
    /// The virtualenv is for another Python.
    #[error(
        "{} is for Python {}.{}, but the program is made for Python {}.{}",
        path.display(), found.0, found.1, expected.0, expected.1
    )]
    VirtualenvVersion {
        /// The virtualenv.
        path: PathBuf,
        /// Its version.
        found: (u8, u8),
        /// The version of the distribution.
        expected: (u8, u8),
    },
    /// The inline metadata of a script is not valid (PEP 723).
    #[error("the inline metadata of {} is not valid: {message}", path.display())]
    ScriptMetadata {
        /// The script.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// `pyproject.toml` cannot be read.
    #[error("{} is not valid: {message}", path.display())]
    ProjectFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// The source is made for other versions of Python.
    #[error("{} requires Python {requires}, but the program is made for Python {found}", path.display())]
    RequiresPython {
        /// The script or wheel.
        path: PathBuf,
        /// The versions, as it states them.
        requires: String,
        /// The version of the distribution.
        found: String,
    },
    /// The source is made for no Python that is there.
    #[error(
        "{} requires Python {requires}{}: there is none",
        path.display(), wanted.as_ref().map(|wanted| format!(", and {wanted} is asked for")).unwrap_or_default()
    )]
    NoPythonAllowed {
        /// The script, project file or wheel.
        path: PathBuf,
        /// The versions, as it states them.
        requires: String,
        /// The versions that were asked for.
        wanted: Option<String>,
        /// The versions that were found instead.
        available: Vec<String>,
    },
    /// A requirement that metadata states is none, or may not be there.
    #[error("the requirement in line {line} of {} is not taken", path.display())]
    Requirement {
        /// The script, or the wheel joined with the path of its metadata.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// Why not.
        #[source]
        source: pyox_scanner::RequirementError,
    },
    /// The wheel requires what is on the machine that it was made on.
    #[error("the requirement in line {line} of {} names a file, {requirement:?}", path.display())]
    RequiresFile {
        /// The wheel joined with the path of its metadata.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The requirement.
        requirement: String,
    },
    /// The wheel is for other Pythons or platforms.
    #[error(
        "{} is not for Python {python} on {platform}: its tags are {}, and {} are taken",
        path.display(), tags.join(", "), first(taken, 4)
    )]
    WheelTags {
        /// The wheel.
        path: PathBuf,
        /// What it is for.
        tags: Vec<String>,
        /// The version of the distribution.
        python: String,
        /// Its platform.
        platform: String,
        /// The tags that it takes, best first.
        taken: Vec<String>,
    },
    /// A package has no `__main__`.
    #[error("{name} is a package without __main__ and cannot be run by itself")]
    NotRunnable {
        /// The package.
        name: String,
    },
    /// A name is not UTF-8, which a path inside a program has to be.
    #[error("{} is not UTF-8", path.display())]
    NotUtf8 {
        /// The path.
        path: PathBuf,
    },
    /// A script is given, and something else is to be run.
    #[error("{} would neither be run nor packed: it is a script, and something else is to be run", path.display())]
    ScriptIsNotRun {
        /// The script.
        path: PathBuf,
    },
    /// Reading or writing a file.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
}

/// The first `count` of many.
fn first(all: &[String], count: usize) -> String {
    let shown = all[..count.min(all.len())].join(", ");
    match all.len().saturating_sub(count) {
        0 => shown,
        more => format!("{shown} and {more} others"),
    }
}

impl Error {
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
