//! What an application comes from.

use pyox_inputs::Error;
use pyox_packaging::LayerError;

pub(super) fn hint(error: &Error) -> Option<String> {
    let list = |names: &[String]| names.iter().map(|name| format!("\n  {name}")).collect::<String>();
    let text = match error {
        Error::Distribution(error) => return super::python::hint(error),
        Error::Layer(error) => return layer(error),
        Error::Pip(error) => return super::python::pip(error),
        Error::Resources(error) => return super::format(error),
        Error::NativeBuild(error) => return native_build(error),
        Error::NotBuilt { .. } => {
            "--static-extensions names packages that pip installs: by --pip, --requirements, or because a project or \
             script requires them"
                .into()
        }
        Error::NoExtensionModules { name } => format!(
            "leave out --static-extensions {name}; if extension modules of it are optional, it may lack a library or \
             headers to build them: -v shows what pip says"
        ),
        Error::Scan(error) => return scan(error).map(str::to_owned),
        Error::NoSource { .. } => "give a script, a wheel, a package or project directory that exists".into(),
        Error::UnknownSource { .. } => {
            "give a .py file, a .whl file, a directory with pyproject.toml or setup.py, or a directory \
            with __init__.py or \
             __main__.py; other code comes from --pip, --requirements, --venv and --package-root"
                .into()
        }
        Error::NoEntry { candidates } if !candidates.is_empty() => {
            format!("say what to run with --entry; the packages have these console scripts:{}", list(candidates))
        }
        Error::NoEntry { .. } => {
            "say what to run: a script, --module NAME (like python -m), --entry MODULE:FUNCTION or --code TEXT".into()
        }
        Error::AmbiguousEntry { .. } => "choose one with --entry NAME".into(),
        Error::UnknownEntry { candidates, .. } if !candidates.is_empty() => {
            format!("these exist:{}", list(candidates))
        }
        Error::UnknownEntry { what: "module", .. } => {
            "name one that is packed, or add what has it with --pip, --venv or --package-root".into()
        }
        Error::UnknownEntry { .. } => {
            "nothing that is packed has console scripts; use --entry MODULE:FUNCTION, or --module NAME (like python -m)"
                .into()
        }
        Error::NoPackageToLocate { .. } => {
            "name a distribution as pip does, or what is imported; --report lists all that is packed".into()
        }
        Error::NothingToInstall => "leave out --constraint, --index-url and --extra-index-url".into(),
        Error::ExtrasWithoutProject => "name extras of other projects with --pip NAME[EXTRA]".into(),
        Error::UnknownExtra { known, .. } | Error::UnknownGroup { known, .. } if !known.is_empty() => {
            format!("these exist: {}", known.join(", "))
        }
        Error::UnknownExtra { .. } | Error::UnknownGroup { .. } => "it has none; leave out the option".into(),
        Error::GroupsWithoutProject { .. } => {
            "leave out --group, or add a pyproject.toml with dependency-groups".into()
        }
        Error::NothingToInclude { .. } => {
            "name it as it is imported, or add what has it with --pip, --venv or --package-root".into()
        }
        Error::NothingToExclude { .. } => {
            "name what is imported, or a distribution as pip does; --report lists all that is packed".into()
        }
        Error::ExcludedBuiltIn { .. } => "leave out the option".into(),
        Error::NoData { .. } => "check how the path is written, and from which directory it is meant; \
            patterns have to be quoted for the shell"
            .into(),
        Error::DataPattern { .. } => "a pattern has *, ?, [a-z] and **, as a directory of its own".into(),
        Error::DataOutside { .. } => {
            "DEST is relative to the directory of the application: --add-data SRC:DIR/NAME".into()
        }
        Error::DataClash { .. } => "give it another place with --add-data SRC:DEST".into(),
        Error::DataWithoutVirtualFiles => "leave out --virtual-files off".into(),
        Error::NoTerminal { databases, .. } => {
            let databases: Vec<_> = databases.iter().map(|database| database.display().to_string()).collect();
            let places = if databases.is_empty() { "no database".into() } else { databases.join(", ") };
            format!(
                "looked in {places}; `toe -a` lists those that are known, and the package ncurses-term has many more"
            )
        }
        Error::NoCertificates => {
            "that of a distribution of Linux may have none: take another one with --pip certifi".into()
        }
        Error::EntrySyntax { .. } => "write MODULE:FUNCTION, or the name of a console script".into(),
        Error::VirtualenvVersion { found, .. } => format!("use --python {}.{}", found.0, found.1),
        Error::ScriptMetadata { .. } => {
            "the block is TOML with `dependencies`, a list of strings, and `requires-python`".into()
        }
        Error::Requirement { .. } | Error::RequiresFile { .. } => {
            "metadata requires projects by NAME, NAME>=1 or NAME @ URL; \
            what is on this machine goes in with --pip, and \
             options of pip with --requirements"
                .into()
        }
        Error::ProjectFile { .. } => "correct the file; it is described at https://packaging.python.org".into(),
        Error::RequiresPython { .. } | Error::WheelTags { .. } => "choose another Python with --python".into(),
        Error::NoPythonAllowed { available, .. } => {
            format!("these are installed: {}; or give the path of an interpreter with --python", available.join(", "))
        }
        Error::NotRunnable { name } => {
            format!("name a module of it with --module {name}.MODULE, or a function with --entry {name}:FUNCTION")
        }
        Error::ScriptIsNotRun { .. } => {
            "leave the script out and add its directory with --package-root, or leave out --entry, --module or --code"
                .into()
        }
        Error::MainCode(error) => super::python::compile(error).unwrap_or_else(|| {
            "correct it; if it is written for another version of Python, name that with --python".into()
        }),
        Error::Io { source, .. } => return super::io(source.kind()),
        Error::OtherPlatform { .. } => "leave out --static-extensions".into(),
        _ => return None,
    };
    Some(text)
}

pub(super) fn layer(error: &LayerError) -> Option<String> {
    match error {
        LayerError::Distribution(error) => super::python::hint(error),
        LayerError::Worker(error) => Some(super::python::worker(error).into()),
        LayerError::Scan(error) => scan(error).map(str::to_owned),
        LayerError::Resources(error) => super::format(error),
        LayerError::Inspect(error) => super::inspect::hint(error),
        LayerError::LocatedTwice { .. } => Some("leave out all but one".into()),
        LayerError::NotAModule { .. } => Some("name it as it is imported, such as package.module".into()),
        LayerError::ExcludedNeeded { .. } => Some("leave out the option".into()),
        LayerError::IncludedAndExcluded { .. } => Some("leave out one of the options".into()),
        LayerError::Io { source, .. } => super::io(source.kind()),
        _ => None,
    }
}

pub(super) fn scan(error: &pyox_scanner::Error) -> Option<&'static str> {
    use pyox_scanner::Error;
    Some(match error {
        Error::PackageNotFound { package, .. } if pyox_inputs::is_source(package) => {
            "a SOURCE has to stand before --package-root, which takes all names after it"
        }
        Error::PackageNotFound { .. } => "give the name that is imported, it can differ from the project's name",
        Error::WheelFileName { .. } => "a wheel is called name-version-python-abi-platform.whl",
        Error::Archive { .. }
        | Error::ListedButMissing { .. }
        | Error::HashMismatch { .. }
        | Error::SizeMismatch { .. } => "the file is damaged or was changed, download or build it again",
        Error::UnsafeMember { .. }
        | Error::DuplicateMember { .. }
        | Error::WeakHash { .. }
        | Error::Unlisted { .. } => {
            "the wheel is not made as it should be: get it from a source that you trust, or tell its author"
        }
        Error::TooLarge { .. } => "raise the limit if the wheel is trusted",
        Error::NotAVirtualenv { .. } => "give the directory that was passed to `python -m venv`",
        Error::NoSitePackages { .. } | Error::UnknownPythonVersion { .. } => {
            "create the virtualenv again with `python -m venv --clear`"
        }
        Error::Editable { .. } => {
            "install the project without --editable, or leave out a virtualenv that is not named, with --no-venv"
        }
        _ => return None,
    })
}

fn native_build(error: &pyox_native_build::Error) -> Option<String> {
    use pyox_native_build::Error;
    let text = match error {
        Error::NoTool { .. } => "install a C compiler and binutils, or leave out --static-extensions".into(),
        Error::NoStaticLibrary { library, .. } => format!(
            "install lib{library}.a (it is in the development package of the library), or leave out \
             --static-extensions"
        ),
        Error::NotRecorded { .. } => {
            "its build has to find compilers on PATH, or by CC and CXX; or leave out --static-extensions".into()
        }
        Error::Damaged { .. } => "build it again with --refresh".into(),
        Error::Scan(error) => return scan(error).map(str::to_owned),
        Error::Io { source, .. } => return super::io(source.kind()),
        _ => "leave out --static-extensions: the extension module is packed as a library then".into(),
    };
    Some(text)
}
