//! What a command reads and what it writes: no output takes the place of an input or of another output.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::identity::{FileId, Identity, file_id};
use crate::{Error, ours, parent};

/// The inputs and outputs of a command.
///
/// Files are known by what they are and not by how their paths are written: through symbolic and hard links, another
/// spelling, or the case of letters where that makes no difference. Inputs that do not exist are passed over.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let place = tempfile::tempdir()?;
/// # let (script, program) = (place.path().join("hello.py"), place.path().join("hello"));
/// # std::fs::write(&script, "")?;
/// let mut outputs = pyox_output::Outputs::default();
/// outputs.reads("the source", &script);
/// outputs.writes("the program", &program)?;
/// assert!(outputs.writes("the report", &script).is_err());
/// assert!(outputs.writes("the report", &program).is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Outputs {
    inputs: Vec<Input>,
    /// Of other files that are read.
    origins: BTreeSet<FileId>,
    outputs: Vec<Output>,
}

#[derive(Debug, Clone)]
struct Input {
    what: String,
    path: PathBuf,
    id: FileId,
    part: Part,
}

/// What is read of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    File,
    /// Everything in a directory but what an earlier run has written there.
    Sources,
    /// The Python code in a directory.
    Code,
    /// Everything in a directory.
    Everything,
}

#[derive(Debug, Clone)]
struct Output {
    what: String,
    path: PathBuf,
    identity: Identity,
}

impl Outputs {
    /// Adds a file that is read, or a directory with everything in it. Programs, reports and resource files that an
    /// earlier run has written into the directory may be replaced.
    pub fn reads(&mut self, what: &str, path: &Path) {
        self.input(what, path, Part::Sources);
    }

    /// Adds a directory of which nothing may be replaced, such as that of a Python installation.
    pub fn keeps(&mut self, what: &str, path: &Path) {
        self.input(what, path, Part::Everything);
    }

    /// Adds a directory from which modules are taken.
    pub fn reads_code(&mut self, what: &str, path: &Path) {
        self.input(what, path, Part::Code);
    }

    fn input(&mut self, what: &str, path: &Path, part: Part) {
        let Ok(id) = file_id(path) else { return };
        let part = if path.is_dir() { part } else { Part::File };
        self.inputs.push(Input { what: what.to_owned(), path: path.to_owned(), id, part });
    }

    /// Adds files that resources come from: a file, or an archive with the name of its member.
    pub fn reads_origins<'o>(&mut self, origins: impl Iterator<Item = &'o str>) {
        for origin in origins.collect::<BTreeSet<_>>() {
            let found = Path::new(origin).ancestors().find_map(|path| file_id(path).ok().map(|id| (path, id)));
            // A directory is what is left of a file that is gone.
            self.origins
                .extend(found.filter(|(path, _)| *path == Path::new(origin) || path.is_file()).map(|(_, id)| id));
        }
    }

    /// Adds a file to be written: quick, and to be asked before the long work. The same may be said again.
    ///
    /// # Errors
    ///
    /// [`Error::IsDirectory`], [`Error::IsSpecial`], [`Error::NoDirectory`], [`Error::IsInput`], and
    /// [`Error::Collide`] with one that was added before.
    pub fn writes(&mut self, what: &str, path: &Path) -> Result<(), Error> {
        if path.is_dir() {
            return Err(Error::IsDirectory { path: path.to_owned() });
        }
        if path.exists() && !path.is_file() {
            return Err(Error::IsSpecial { path: path.to_owned() });
        }
        let directory = parent(path);
        if !directory.is_dir() {
            return Err(Error::NoDirectory { path: path.to_owned(), directory: directory.to_owned() });
        }
        self.check_inputs(path)?;
        self.output(what, path)
    }

    /// Adds a directory that files are written into; [`Outputs::check_file`] is for each of these.
    ///
    /// # Errors
    ///
    /// [`Error::Collide`] if a file is to be written in its place.
    pub fn writes_into(&mut self, what: &str, directory: &Path) -> Result<(), Error> {
        if self.outputs.iter().any(|output| output.what == what && output.path == directory) {
            return Ok(());
        }
        self.output(what, directory)
    }

    fn output(&mut self, what: &str, path: &Path) -> Result<(), Error> {
        let identity = self.check_outputs(what, path)?;
        self.outputs.push(Output { what: what.to_owned(), path: path.to_owned(), identity });
        Ok(())
    }

    /// Whether a file of a directory that is written into may be written.
    ///
    /// # Errors
    ///
    /// [`Error::IsInput`] and [`Error::Collide`].
    pub fn check_file(&self, what: &str, path: &Path) -> Result<(), Error> {
        self.check_inputs(path)?;
        self.check_outputs(what, path).map(drop)
    }

    /// What the path leads to, if no other output does.
    fn check_outputs(&self, what: &str, path: &Path) -> Result<Identity, Error> {
        let identity = Identity::of(path);
        let mut others = self.outputs.iter().filter(|other| other.what != what || other.path != path);
        match others.find(|other| identity.is_same(&other.identity, path)) {
            Some(other) => Err(Error::Collide {
                what: what.to_owned(),
                path: path.to_owned(),
                other: other.what.clone(),
                other_path: other.path.clone(),
            }),
            None => Ok(identity),
        }
    }

    fn check_inputs(&self, path: &Path) -> Result<(), Error> {
        // What is not there replaces nothing.
        let Ok(id) = file_id(path) else { return Ok(()) };
        let replaces = |input: String| Err(Error::IsInput { path: path.to_owned(), input });
        if let Some(input) = self.inputs.iter().find(|input| input.id == id) {
            return replaces(format!("{} {}", input.what, input.path.display()));
        }
        if self.origins.contains(&id) {
            return replaces("it is packed".to_owned());
        }
        let above: Vec<FileId> = path
            .canonicalize()
            .map(|path| path.ancestors().skip(1).filter_map(|above| file_id(above).ok()).collect())
            .unwrap_or_default();
        let is_part = |input: &&Input| match input.part {
            Part::File => false,
            Part::Sources => !ours::is_output(path),
            Part::Code => is_code(path),
            Part::Everything => true,
        };
        match self.inputs.iter().find(|input| above.contains(&input.id) && is_part(input)) {
            Some(input) => replaces(format!("a file in {} {}", input.what, input.path.display())),
            None => Ok(()),
        }
    }
}

/// Whether a file may be imported.
fn is_code(path: &Path) -> bool {
    path.extension().is_some_and(|extension| ["py", "pyw", "pyi", "so", "pyd"].iter().any(|known| extension == *known))
}

#[cfg(all(test, unix))]
#[path = "outputs_tests.rs"]
mod tests;
