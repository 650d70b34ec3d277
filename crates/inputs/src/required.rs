//! What metadata requires.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pyox_distribution::PythonInfo;
use pyox_packed_resources::normalize_project_name;
use pyox_scanner::{MarkerEnvironment, Requirement, RequiresDist, Wheel, allows_python};

use crate::error::Error;
use crate::inputs::Inputs;
use crate::project::ProjectFile;
use crate::python::RequiresPython;
use crate::script::{InlineMetadata, inline_metadata};
use crate::source::Source;

/// The requirements of a script that hold for a Python, as pip is given them. The script is on this machine, and may
/// require what is on it by a `file:` URL.
pub(crate) fn by_script(path: &Path, metadata: &InlineMetadata, info: &PythonInfo) -> Result<Vec<String>, Error> {
    let environment = MarkerEnvironment::new(&info.markers);
    let mut found = Vec::new();
    for (line, text) in &metadata.dependencies {
        found.extend(parse(path, *line, text, environment.as_ref())?.map(|requirement| requirement.to_string()));
    }
    Ok(found)
}

/// The requirements of a wheel that hold for a Python, as pip is given them. Wheels come from elsewhere: files of this
/// machine are none of them.
pub(crate) fn by_wheel(wheel: &Wheel, info: &PythonInfo) -> Result<Vec<String>, Error> {
    let (path, environment) = (wheel.metadata_path(), MarkerEnvironment::new(&info.markers));
    let mut found = Vec::new();
    for RequiresDist { line, text, .. } in &wheel.metadata().requires_dist {
        let Some(requirement) = parse(&path, *line, text, environment.as_ref())? else { continue };
        if requirement.is_file() {
            return Err(Error::RequiresFile { path, line: *line, requirement: requirement.to_string() });
        }
        found.push(requirement.to_string());
    }
    Ok(found)
}

/// The requirements of dependency groups that hold for a Python, as pip is given them. As those of scripts, they may
/// name what is on this machine.
pub(crate) fn by_groups(groups: &[String], source: &Source, info: &PythonInfo) -> Result<Vec<String>, Error> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let roots = source.roots();
    let directory = roots.last().ok_or(Error::GroupsWithoutProject { directory: None })?;
    let none = || Error::GroupsWithoutProject { directory: Some(directory.clone()) };
    let file = ProjectFile::of(directory)?.ok_or_else(none)?;
    let environment = MarkerEnvironment::new(&info.markers);
    let mut found = Vec::new();
    for text in file.groups(groups)? {
        let requirement = parse(file.path(), file.line_of(&text), &text, environment.as_ref())?;
        found.extend(requirement.map(|requirement| requirement.to_string()));
    }
    Ok(found)
}

/// The requirements of a project with extras that hold for a Python, as pip is given them, by the wheel that was made
/// of it. The project is on this machine, and may require what is on it.
pub(crate) fn by_project(wheel: &Wheel, extras: &[String], info: &PythonInfo) -> Result<Vec<String>, Error> {
    let (path, environment) = (wheel.metadata_path(), MarkerEnvironment::new(&info.markers));
    let own = normalize_project_name(&wheel.metadata().name);
    let mut extras: Vec<String> = extras.iter().map(|extra| normalize_project_name(extra)).collect();
    loop {
        let (mut found, mut more) = (Vec::new(), BTreeSet::new());
        for RequiresDist { line, text, .. } in &wheel.metadata().requires_dist {
            let invalid = |source| Error::Requirement { path: path.clone(), line: *line, source };
            let requirement = Requirement::parse(text).map_err(invalid)?;
            let holds = match &environment {
                Some(environment) => requirement.applies_with(environment, &extras),
                None => !requirement.is_optional(),
            };
            match holds && requirement.project() == own {
                // `all = ["mine[one,two]"]`
                true => more.extend(requirement.extras()),
                false => found.extend(holds.then(|| requirement.to_string())),
            }
        }
        more.retain(|extra| !extras.contains(extra));
        if more.is_empty() {
            return Ok(found);
        }
        extras.extend(more);
    }
}

/// The requirement for a project with extras; nothing without any.
pub(crate) fn with_extras(project: &Path, extras: &[String]) -> Result<Option<String>, Error> {
    if extras.is_empty() {
        return Ok(None);
    }
    let path = project.to_str().ok_or_else(|| Error::NotUtf8 { path: project.to_owned() })?;
    Ok(Some(format!("{path}[{}]", extras.join(","))))
}

impl Inputs {
    /// The versions of Python that the source says it is made for.
    ///
    /// # Errors
    ///
    /// The source is none, or what it says of itself is not valid.
    pub fn requires_python(&self) -> Result<Option<RequiresPython>, Error> {
        let (path, requires) = match Source::detect(self.source.as_deref(), &[])? {
            Source::Script { text, path } => {
                let metadata = inline_metadata(&path, &text)?;
                (self.source.clone().unwrap_or(path), metadata.requires_python)
            }
            Source::Project(path) => match ProjectFile::of(&path)? {
                Some(file) => (file.path().to_owned(), file.requires_python()?.map(str::to_owned)),
                None => return Ok(None),
            },
            Source::Wheel(wheel) => (self.source.clone().unwrap_or_default(), wheel.metadata().requires_python.clone()),
            _ => return Ok(None),
        };
        Ok(requires.map(|requires| RequiresPython { path, requires }))
    }

    /// Whether the source says which packages it requires, be it none.
    pub(crate) fn says_what_it_requires(&self) -> Result<bool, Error> {
        Ok(match Source::detect(self.source.as_deref(), &[])? {
            Source::Script { text, path } => inline_metadata(&path, &text)?.states_dependencies,
            Source::Project(_) | Source::Wheel(_) => true,
            Source::Package { .. } | Source::Application(_) | Source::None => false,
        })
    }

    /// The directories that the source is in.
    pub(crate) fn directories(&self) -> Result<Vec<PathBuf>, Error> {
        Ok(Source::detect(self.source.as_deref(), &[])?.roots())
    }
}

/// The requirement in a line, if its markers hold without any extra.
fn parse(
    path: &Path,
    line: usize,
    text: &str,
    environment: Option<&MarkerEnvironment>,
) -> Result<Option<Requirement>, Error> {
    let invalid = |source| Error::Requirement { path: path.to_owned(), line, source };
    let requirement = Requirement::parse(text).map_err(invalid)?;
    let holds = environment.map_or(!requirement.is_optional(), |environment| requirement.applies(environment));
    Ok(holds.then_some(requirement))
}

/// The normalised name of the project that a requirement of a person names; `None` for paths, and for URLs without a
/// name.
pub(crate) fn project(requirement: &str) -> Option<String> {
    Requirement::parse(requirement).ok().map(|requirement| requirement.project())
}

/// Whether a source is made for a Python. What a wheel states and is no version holds, as it does for pip.
pub(crate) fn check_python(path: &Path, requires: Option<&str>, info: &PythonInfo) -> Result<(), Error> {
    match requires {
        Some(requires) if allows_python(requires, [info.major, info.minor, info.micro]) == Ok(false) => {
            let (requires, found) = (requires.to_owned(), info.version.clone());
            Err(Error::RequiresPython { path: path.to_owned(), requires, found })
        }
        _ => Ok(()),
    }
}
