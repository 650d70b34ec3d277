//! What a person names as the thing to pack.

use std::path::{Path, PathBuf};

use pyox_packed_resources::Place;
use pyox_scanner::Wheel;

use crate::error::Error;
use crate::project::ProjectFile;

/// What `SOURCE` turned out to be.
pub(crate) enum Source {
    None,
    Script {
        path: PathBuf,
        text: Vec<u8>,
    },
    Wheel(Box<Wheel>),
    Project(PathBuf),
    Package {
        parent: PathBuf,
        name: String,
    },
    /// A directory with `__main__.py` that is no package, as `python DIRECTORY` takes it.
    Application(PathBuf),
}

impl Source {
    pub(crate) fn detect(path: Option<&Path>, suffixes: &[String]) -> Result<Self, Error> {
        let Some(given) = path else { return Ok(Self::None) };
        if !given.exists() {
            return Err(Error::NoSource { path: given.to_owned() });
        }
        let path = given.canonicalize().map_err(Error::io("read", given))?;
        let has = |file: &str| path.join(file).is_file();
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let unknown = || Error::UnknownSource { path: given.to_owned() };
        if path.is_file() {
            return match extension {
                "whl" => Ok(Self::Wheel(Box::new(Wheel::open(&path)?.extension_suffixes(suffixes.iter())))),
                "py" | "pyw" | "" => {
                    let text = std::fs::read(&path).map_err(Error::io("read", &path))?;
                    let is_script = !extension.is_empty() || text.starts_with(b"#!");
                    if is_script { Ok(Self::Script { path, text }) } else { Err(unknown()) }
                }
                _ => Err(unknown()),
            };
        }
        let file = ProjectFile::of(&path)?;
        if has("setup.py") || file.is_some_and(|file| file.is_buildable() || has("setup.cfg")) {
            Ok(Self::Project(path))
        } else if has("__init__.py") {
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.ok_or_else(|| Error::NotUtf8 { path: path.clone() })?.to_owned();
            Ok(Self::Package { parent: path.parent().unwrap_or(Path::new("/")).to_owned(), name })
        } else if has("__main__.py") {
            Ok(Self::Application(path))
        } else {
            Err(unknown())
        }
    }

    /// The directory in which modules are looked for that come along only if something names them.
    pub(crate) fn directory(&self) -> Option<&Path> {
        match self {
            Self::Script { path, .. } => path.parent(),
            Self::Package { parent, .. } => Some(parent),
            _ => None,
        }
    }

    /// The directories whose places files of the application keep, the innermost first.
    pub(crate) fn roots(&self) -> Vec<PathBuf> {
        match self {
            Self::Script { path, .. } => path.parent().map(Path::to_owned).into_iter().collect(),
            Self::Package { parent, .. } => vec![parent.clone()],
            Self::Application(path) => vec![path.clone()],
            Self::Project(path) => {
                let packages = path.join("src");
                let is_layout = packages.is_dir() && !packages.join("__init__.py").is_file();
                is_layout.then_some(packages).into_iter().chain([path.clone()]).collect()
            }
            Self::Wheel(_) | Self::None => Vec::new(),
        }
    }

    /// Where its modules are in the program.
    pub(crate) fn place(&self) -> Place {
        match self {
            Self::Wheel(_) | Self::Project(_) => Place::SitePackages,
            Self::None | Self::Script { .. } | Self::Package { .. } | Self::Application(_) => Place::Application,
        }
    }

    /// A name for the program.
    pub(crate) fn name(&self) -> Option<String> {
        let last = |path: &Path| path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        match self {
            Self::None => None,
            Self::Script { path, .. } => path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned),
            Self::Wheel(wheel) => Some(wheel.metadata().name.clone()),
            Self::Project(path) | Self::Application(path) => last(path),
            Self::Package { name, .. } => Some(name.clone()),
        }
    }
}

/// Whether a word that stands for a package is meant as a source: it is the path of something that is there. A name
/// stays a name, whatever lies in the working directory.
pub fn is_meant(word: &str) -> bool {
    let path = Path::new(word);
    let is_path = word.contains(std::path::is_separator)
        || path.extension().is_some_and(|extension| ["py", "pyw", "whl"].iter().any(|known| extension == *known));
    is_path && path.exists()
}
