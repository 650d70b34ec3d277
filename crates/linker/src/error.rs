use std::path::PathBuf;

use pyox_program_format::Error as PayloadError;

use crate::native::NativeError;

/// An application could not be packaged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The Python installation, its compiler or pip.
    #[error(transparent)]
    Distribution(#[from] pyox_distribution::Error),
    /// Looking for resources.
    #[error(transparent)]
    Scan(#[from] pyox_scanner::Error),
    /// Native code.
    #[error(transparent)]
    Native(#[from] NativeError),
    /// Attaching the payload.
    #[error("cannot attach the application to the launcher")]
    Payload(#[from] PayloadError),
    /// Packed resources.
    #[error(transparent)]
    Resources(#[from] pyox_packed_resources::Error),
    /// The location of a package was asked for that is not in the program.
    #[error("there is no distribution or top-level package {name:?} to be placed elsewhere")]
    NoPackageToLocate {
        /// The name that was given.
        name: String,
    },
    /// The location of a package was asked for more than once.
    #[error("where {name} shall be is said more than once")]
    LocatedTwice {
        /// The name that was given.
        name: String,
    },
    /// A package cannot be both in a file that programs share and in a directory beside one program.
    #[error("packages in a file that programs share cannot be placed beside one program")]
    LocationOfSharedPackage,
    /// A file without packed resources.
    #[error("there are no packed resources in {}: {looked_for}", path.display())]
    NoResources {
        /// The file.
        path: PathBuf,
        /// What it would have to be, or what it is.
        looked_for: &'static str,
    },
    /// The payload of a program cannot be found.
    #[error("cannot find the packed resources of {}", path.display())]
    NoPayload {
        /// The program.
        path: PathBuf,
        /// The reason.
        #[source]
        source: PayloadError,
    },
    /// Packed resources of a version that is not read here.
    #[error("{} has packed resources of version {found}, only versions 1 to 4 are read here", path.display())]
    ResourcesVersion {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u8,
    },
    /// Packed resources that cannot be opened.
    #[error("cannot open the packed resources in {}", path.display())]
    OpenResources {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: pyox_packed_resources::Error,
    },
    /// Packed resources that do not become those of another version, as that version is not written or is their own.
    #[error("cannot convert {}: version {from} does not become version {to}", path.display())]
    NoConversion {
        /// The file.
        path: PathBuf,
        /// Its version.
        from: u8,
        /// The version that is asked for.
        to: u8,
    },
    /// Packed resources have something that another version cannot hold or that is damaged.
    #[error("cannot convert {} to version {to}", path.display())]
    Convert {
        /// The file.
        path: PathBuf,
        /// The version that is asked for.
        to: u8,
        /// The reason.
        #[source]
        source: pyox_packed_resources::Error,
    },
    /// Packed resources have things that version 3 cannot hold.
    #[error("converting {} to version 3 would lose{}", path.display(), crate::convert::listed(losses))]
    ConversionLoss {
        /// The file.
        path: PathBuf,
        /// All of them that may not be lost.
        losses: Vec<crate::convert::Lost>,
    },
    /// Converted resources are not what was written when they are read back.
    #[error("{} is not as it was written when it is read back", path.display())]
    ConversionDiffers {
        /// The output, which is not put into place.
        path: PathBuf,
    },
    /// Writing packed resources back as files.
    #[error(transparent)]
    Extract(#[from] crate::extract::ExtractError),
    /// Encoding the interpreter configuration.
    #[error(transparent)]
    Config(#[from] pyox_interpreter_config::Error),
    /// A resource file cannot be opened.
    #[error("cannot use the resource file {}", path.display())]
    SharedResources {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: pyox_packed_resources::Error,
    },
    /// Packed resources, but not made to be shared.
    #[error("{} is not a resource file for programs to share", path.display())]
    NotSharedResources {
        /// The file.
        path: PathBuf,
    },
    /// A resource file was changed after it was made.
    #[error("the resource file {} is damaged: it does not match its digest", path.display())]
    SharedResourcesDigest {
        /// The file.
        path: PathBuf,
    },
    /// A resource file is for another Python.
    #[error("the resource file {} is for Python {}.{}, and the program for {}.{}", path.display(), found.0, found.1, expected.0, expected.1)]
    SharedResourcesPython {
        /// The file.
        path: PathBuf,
        /// Its Python.
        found: (u8, u8),
        /// The Python of the program.
        expected: (u8, u8),
    },
    /// A file that shall name modules names something else, or nothing.
    #[error("{} {}", path.display(), found.as_ref().map_or("names no module".to_owned(), |found| format!("has a line {found:?}, which is not the name of a module")))]
    ImportOrder {
        /// The file.
        path: PathBuf,
        /// The first line that is not the name of a module.
        found: Option<String>,
    },
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
    /// Nothing says what the program shall run.
    #[error("nothing says what the program shall run")]
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
    /// The code that the program shall run does not compile.
    #[error("the code to run does not compile")]
    MainCode(#[source] pyox_distribution::CompileError),
    /// The virtualenv is for another Python.
    #[error("{} is for Python {}.{}, but the program is made for Python {}.{}", path.display(), found.0, found.1, expected.0, expected.1)]
    VirtualenvVersion {
        /// The virtualenv.
        path: PathBuf,
        /// Its version.
        found: (u8, u8),
        /// The version of the distribution.
        expected: (u8, u8),
    },
    /// A launcher is made for something else than the program.
    #[error("launcher {} is for {what} {found}, but the program is made for {what} {expected}", path.display())]
    LauncherMismatch {
        /// The launcher.
        path: PathBuf,
        /// What differs: the Python, its ABI, the target, a version of what both have to understand.
        what: &'static str,
        /// What its marker says; `unknown` if it says nothing.
        found: String,
        /// What is needed.
        expected: String,
        /// Version of the Python that the program is made for.
        python: String,
    },
    /// A launcher is not as it was made.
    #[error("launcher {} is damaged: it does not match its digest", path.display())]
    DamagedLauncher {
        /// The launcher.
        path: PathBuf,
    },
    /// A file is no launcher.
    #[error("{} is not a launcher of this project", path.display())]
    NotALauncher {
        /// The file.
        path: PathBuf,
    },
    /// The launcher did not compile.
    #[error("compiling the launcher for Python {python} failed ({status}):\n{output}")]
    LauncherBuild {
        /// Version of the Python.
        python: String,
        /// How cargo ended.
        status: String,
        /// The last lines of what it said.
        output: String,
    },
    /// cargo cannot be started.
    #[error("cannot run cargo to compile the launcher for Python {python}")]
    NoCargo {
        /// Version of the Python.
        python: String,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
    /// This build of the library does not carry the launcher's sources.
    #[error("this build carries no sources of the launcher")]
    NoLauncherSources,
    /// No directory for caches.
    #[error("there is no cache directory: the home directory is not known")]
    NoCacheDirectory,
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
    #[error("{} is not for Python {python} on {platform}: its tags are {}, and {} are taken", path.display(), tags.join(", "), first(taken, 4))]
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
    /// The output exists and is not a file.
    #[error("{} is a directory", path.display())]
    OutputIsDirectory {
        /// The output.
        path: PathBuf,
    },
    /// The output exists and is a device, a pipe or the like.
    #[error("{} is not an ordinary file", path.display())]
    OutputIsSpecial {
        /// The output.
        path: PathBuf,
    },
    /// The output would replace what it is made of.
    #[error("writing {} would replace what it is made of: {input}", path.display())]
    OutputIsInput {
        /// The output.
        path: PathBuf,
        /// What would be replaced.
        input: String,
    },
    /// Two outputs would be one file.
    #[error("{what} {} would replace {other} {}", path.display(), other_path.display())]
    OutputsCollide {
        /// What the one is, such as `the report`.
        what: String,
        /// Its path.
        path: PathBuf,
        /// What the other is.
        other: String,
        /// Its path.
        other_path: PathBuf,
    },
    /// It is not said where the program goes, and what is there was not written by us.
    #[error("{} and {} exist, and are no programs made by pyoxidizer", path.display(), other.display())]
    OutputIsForeign {
        /// Where the program would go.
        path: PathBuf,
        /// Where it would go instead.
        other: PathBuf,
    },
    /// A file beside the program would be replaced that belongs to another program, or to a person.
    #[error("{} is another file than that to be written, and the program that is replaced does not use it", path.display())]
    ForeignFileBeside {
        /// The file.
        path: PathBuf,
    },
    /// A script is given, and something else is to be run.
    #[error("{} would neither be run nor packed: it is a script, and something else is to be run", path.display())]
    ScriptIsNotRun {
        /// The script.
        path: PathBuf,
    },
    /// A resource file has nothing of a program.
    #[error("{} has nothing of what the program needs", path.display())]
    NothingShared {
        /// The file.
        path: PathBuf,
    },
    /// None of the modules is packed whose order is given.
    #[error("none of the modules whose order is given is in the program")]
    NothingOrdered,
    /// The launcher in a program is not the one it was made with.
    #[error("the launcher in {} does not match its digest", path.display())]
    LauncherDigest {
        /// The program.
        path: PathBuf,
    },
    /// A file of packed resources goes on behind them.
    #[error("{} has {length} bytes at offset {offset} that do not belong to its packed resources", path.display())]
    BehindResources {
        /// The file.
        path: PathBuf,
        /// Where they start, in bytes from the start of the file.
        offset: u64,
        /// How many they are.
        length: u64,
    },
    /// The directory of the output does not exist.
    #[error("cannot write {}: there is no directory {}", path.display(), directory.display())]
    NoOutputDirectory {
        /// The output.
        path: PathBuf,
        /// Its directory.
        directory: PathBuf,
    },
    /// There is no prebuilt launcher for this Python where it should be.
    #[error("there is no launcher for Python {python} at {}{}", path.display(), only(others))]
    NoPrebuiltLauncher {
        /// Where it should be.
        path: PathBuf,
        /// The version.
        python: String,
        /// The launchers that are in the directory instead.
        others: Vec<String>,
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

/// What is there instead.
fn only(others: &[String]) -> String {
    if others.is_empty() { String::new() } else { format!(", only {}", others.join(", ")) }
}
