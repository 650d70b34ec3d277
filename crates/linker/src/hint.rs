//! What a person can do about an error.

use std::collections::BTreeSet;
use std::io::ErrorKind;

use pyox_packed_resources::legacy::LossKind;
use pyox_program_format::Error as PayloadError;

use crate::error::Error;

impl Error {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<String> {
        let list = |names: &[String]| names.iter().map(|name| format!("\n  {name}")).collect::<String>();
        match self {
            Self::Distribution(error) => error.hint(),
            Self::Scan(pyox_scanner::Error::PackageNotFound { package, .. }) if crate::inputs::is_source(package) => {
                Some("a SOURCE has to stand before --package-root, which takes all names behind it".into())
            }
            Self::Scan(error) => error.hint().map(str::to_owned),
            Self::NoSource { .. } => Some("give a script, a wheel, a package or project directory that exists".into()),
            Self::UnknownSource { .. } => Some(
                "give a .py file, a .whl file, a directory with pyproject.toml or setup.py, or a directory with \
                 __init__.py or __main__.py; other code comes from --pip, --requirements, --venv and --package-root"
                    .into(),
            ),
            Self::NoEntry { candidates } if !candidates.is_empty() => Some(format!(
                "say what to run with --entry; the packages have these console scripts:{}",
                list(candidates)
            )),
            Self::NoEntry { .. } => Some(
                "say what to run: a script, --module NAME (like python -m), --entry MODULE:FUNCTION or --code TEXT"
                    .into(),
            ),
            Self::AmbiguousEntry { .. } => Some("choose one with --entry NAME".into()),
            Self::UnknownEntry { candidates, .. } if !candidates.is_empty() => {
                Some(format!("these exist:{}", list(candidates)))
            }
            Self::UnknownEntry { what: "module", .. } => {
                Some("name one that is packed, or add what has it with --pip, --venv or --package-root".into())
            }
            Self::UnknownEntry { .. } => Some(
                "nothing that is packed has console scripts; use --entry MODULE:FUNCTION, or --module NAME (like python \
                 -m)"
                    .into(),
            ),
            Self::NoPackageToLocate { .. } => {
                Some("name a distribution as pip does, or what is imported; --report lists all that is packed".into())
            }
            Self::LocatedTwice { .. } => Some("leave out all but one".into()),
            Self::LocationOfSharedPackage => Some("leave out --resource-file, or the location".into()),
            Self::EntrySyntax { .. } => Some("write MODULE:FUNCTION, or the name of a console script".into()),
            Self::LauncherBuild { .. } => {
                Some("give a prebuilt launcher with --launcher, or make the command above work".into())
            }
            Self::NoCargo { .. } | Self::NoLauncherSources => Some(
                "install Rust (cargo and a C linker) for the first pack of each Python version, or give a prebuilt \
                 launcher with --launcher or PYOXIDIZER_LAUNCHER"
                    .into(),
            ),
            Self::LauncherMismatch { python, .. } => {
                Some(format!("make the right one with this pyoxidizer: pyoxidizer launcher build --python {python} -o DIR"))
            }
            Self::NoCacheDirectory => Some("set PYOXIDIZER_CACHE_DIR to a directory".into()),
            Self::VirtualenvVersion { found, .. } => Some(format!("use --python {}.{}", found.0, found.1)),
            Self::ScriptMetadata { .. } => {
                Some("the block is TOML with `dependencies`, a list of strings, and `requires-python`".into())
            }
            Self::Requirement { .. } | Self::RequiresFile { .. } => Some(
                "metadata requires projects by NAME, NAME>=1 or NAME @ URL; what is on this machine goes in with --pip, and \
                 options of pip with --requirements"
                    .into(),
            ),
            Self::ProjectFile { .. } => Some("correct the file; it is described at https://packaging.python.org".into()),
            Self::RequiresPython { .. } | Self::WheelTags { .. } => Some("choose another Python with --python".into()),
            Self::NotRunnable { name } => {
                Some(format!("name a module of it with --module {name}.MODULE, or a function with --entry {name}:FUNCTION"))
            }
            Self::Payload(PayloadError::AlreadyAttached) => {
                Some("that is a packed program; launchers are made with: pyoxidizer launcher build -o DIR".into())
            }
            Self::SharedResources { .. } | Self::NotSharedResources { .. } | Self::SharedResourcesDigest { .. } | Self::SharedResourcesPython { .. } => {
                Some("name a file that does not exist yet: it is made then".into())
            }
            Self::ImportOrder { .. } => {
                Some("write one name a line, for example with print(\"\\n\".join(sys.modules)) when the program ends".into())
            }
            Self::NotALauncher { .. } | Self::DamagedLauncher { .. } | Self::NoPrebuiltLauncher { .. } => {
                Some("launchers are made with: pyoxidizer launcher build -o DIR".into())
            }
            Self::NoOutputDirectory { directory, .. } => {
                Some(format!("create it with `mkdir -p {}`, or name another output with -o", directory.display()))
            }
            Self::OutputIsDirectory { .. } | Self::OutputIsSpecial { .. } | Self::OutputIsInput { .. }
            | Self::OutputIsForeign { .. } => Some("name another output with -o".into()),
            Self::OutputsCollide { .. } => Some("name different files".into()),
            Self::ForeignFileBeside { .. } => {
                Some("remove it if nothing needs it, or name another directory with --location".into())
            }
            Self::ScriptIsNotRun { .. } => Some(
                "leave the script out and add its directory with --package-root, or leave out --entry, --module or --code".into(),
            ),
            Self::NothingShared { .. } => Some(
                "give the same Python and options as when it was made, or name a file that does not exist yet: it is made then".into(),
            ),
            Self::NothingOrdered => {
                Some("write one name a line, for example with print(\"\\n\".join(sys.modules)) when the program ends".into())
            }
            Self::LauncherDigest { .. } => Some("copy or pack it again, and do not change the result".into()),
            Self::BehindResources { .. } => Some("the file was changed after it was made: copy or make it again".into()),
            Self::NoPayload { source: PayloadError::Disagreement { .. } | PayloadError::Outside { .. }, .. } => Some(
                "the program was changed after it was made: copy or pack it again, and keep what is added to it in another file"
                    .into(),
            ),
            Self::Convert { source: pyox_packed_resources::Error::DecodedLimit { .. }, .. } => {
                Some(DECODED_LIMIT.into())
            }
            Self::MainCode(error) => error.hint().or_else(|| {
                Some("correct it; if it is written for another version of Python, name that with --python".into())
            }),
            Self::NoResources { .. } | Self::NoPayload { source: PayloadError::NotExecutable { .. } | PayloadError::Missing, .. } => {
                Some("give a program made by pyoxidizer pack, or a file of packed resources".into())
            }
            Self::NoPayload { source: PayloadError::Stripped, .. } => {
                Some("pack it again, and do not strip the result: the launcher is stripped already".into())
            }
            Self::NoPayload { source: PayloadError::Truncated { .. } | PayloadError::Damaged { .. }, .. } => Some("copy or pack it again".into()),
            Self::NoPayload { source: PayloadError::BareLauncher, .. } => {
                Some("applications are attached to launchers with: pyoxidizer pack".into())
            }
            Self::ResourcesVersion { .. } => Some("use the pyoxidizer that made it".into()),
            Self::OpenResources { .. } => Some("the file is damaged or incomplete: copy or make it again".into()),
            Self::NoConversion { .. } => Some("versions 1 to 3 become version 4, and version 4 becomes version 3".into()),
            Self::Convert { .. } => Some("pyoxidizer resources list and verify say what is there and what is damaged".into()),
            Self::ConversionLoss { losses, .. } => {
                let kinds: BTreeSet<_> = losses.iter().map(|lost| lost.kind).collect();
                let names: Vec<_> = kinds.into_iter().map(LossKind::name).collect();
                Some(format!("do without these with: --allow-loss {}", names.join(",")))
            }
            Self::ConversionDiffers { .. } => Some("the disk may be faulty: write elsewhere with -o".into()),
            Self::Extract(error) => error.hint().map(str::to_owned),
            Self::Io { source, .. } => io_hint(source.kind()).map(str::to_owned),
            Self::Resources(pyox_packed_resources::Error::Write(error))
=> io_hint(error.kind()).map(str::to_owned),
            _ => None,
        }
    }
}

/// What to do about values that are too long once decoded.
pub const DECODED_LIMIT: &str = "if you trust the file, allow more with --max-decoded MIB";

fn io_hint(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::NotFound => Some("check how the path is written, and from which directory it is meant"),
        ErrorKind::IsADirectory => Some("name a file"),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            Some("ask for access, or write elsewhere with -o; the cache is at PYOXIDIZER_CACHE_DIR")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some("free some space, or write elsewhere with -o"),
        _ => None,
    }
}
