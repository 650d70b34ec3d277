//! Where files seem to be.

use std::path::{Path, PathBuf};

use pyox_packed_resources::Place;

/// Where the files of packed resources seem to be: a directory for each [`Place`], all below one path.
#[derive(Clone, Debug)]
pub struct Roots {
    program: PathBuf,
    /// Relative paths: of the application, the standard library, installed packages, and the installation.
    relative: [String; 4],
    absolute: [PathBuf; 4],
}

impl Roots {
    /// All of them in one directory.
    pub fn flat(program: impl Into<PathBuf>) -> Self {
        Self::new(program, Default::default())
    }

    /// Directories of the application, the standard library, installed packages, and the installation: paths below that
    /// of the program, with `/`; an empty one is that of the program itself.
    pub fn new(program: impl Into<PathBuf>, relative: [String; 4]) -> Self {
        let program = program.into();
        let absolute = relative.clone().map(|relative| match &*relative {
            "" => program.clone(),
            relative => program.join(relative),
        });
        Self { program, relative, absolute }
    }

    /// The path that all of them are below.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The directories with modules, in the order of `sys.path`.
    pub fn search_path(&self) -> &[PathBuf] {
        &self.absolute[..3]
    }

    /// The directory of a place.
    pub fn of(&self, place: Place) -> &Path {
        &self.absolute[index(place)]
    }

    /// The same, relative to the program.
    pub fn relative(&self, place: Place) -> &str {
        &self.relative[index(place)]
    }

    /// The innermost directory with modules that a path is below, and the rest of the path.
    pub(crate) fn split<'r, 'p>(&'r self, path: &'p Path) -> Option<(&'r Path, &'p Path)> {
        let below = self.search_path().iter().filter_map(|root| Some((&**root, path.strip_prefix(root).ok()?)));
        below.max_by_key(|(root, _)| root.as_os_str().len())
    }
}

fn index(place: Place) -> usize {
    match place {
        Place::StandardLibrary => 1,
        Place::SitePackages => 2,
        Place::Prefix => 3,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_belongs_to_the_innermost_directory() {
        let roots = Roots::new("/x", ["app", "python/lib", "python/lib/site-packages", "python"].map(str::to_owned));
        let split = |path: &'static str| {
            let found = roots.split(Path::new(path))?;
            Some((found.0.to_str()?.to_owned(), found.1.to_str()?))
        };
        let split = |path| split(path).map(|(root, rest)| (root, rest.to_owned()));
        let pair = |root: &str, rest: &str| Some((root.to_owned(), rest.to_owned()));
        assert_eq!(split("/x/python/lib/site-packages/a/b.py"), pair("/x/python/lib/site-packages", "a/b.py"));
        assert_eq!(split("/x/python/lib/os.py"), pair("/x/python/lib", "os.py"));
        assert_eq!(split("/x/app"), pair("/x/app", ""));
        assert_eq!(split("/x/os.py"), None);
        assert_eq!(Roots::flat("/x").of(Place::SitePackages), Path::new("/x"));
    }
}
