//! What `pyproject.toml` says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pyox_packed_resources::normalize_project_name;
use pyox_scanner::{Requirement, allows_python};

use crate::edited::is_named_by_metadata;
use crate::error::Error;

/// Backends that copy files where nothing else is said.
const BACKENDS: [&str; 6] = [
    "flit_core.buildapi",
    "hatchling.build",
    "pdm.backend",
    "poetry.core.masonry.api",
    "setuptools.build_meta",
    "uv_build",
];

/// What they consist of; anything else may change what they do.
const BUILD_TOOLS: [&str; 7] =
    ["flit-core", "hatchling", "pdm-backend", "poetry-core", "setuptools", "uv-build", "wheel"];

/// Their settings.
const TOOLS: [&str; 6] = ["flit", "hatch", "pdm", "poetry", "setuptools", "uv"];

/// Settings by which a backend runs code of the project, compiles, or writes other files.
const CODE: [&str; 10] = [
    "cmdclass",
    "custom-hook",
    "dynamic",
    "ext-modules",
    "generate-setup-file",
    "hook",
    "hooks",
    "run-setup",
    "script",
    "version",
];

/// Whether there is such a setting at any depth.
fn runs_code(value: &toml::Value) -> bool {
    match value {
        toml::Value::Table(table) => table.iter().any(|(name, value)| CODE.contains(&&**name) || runs_code(value)),
        toml::Value::Array(values) => values.iter().any(runs_code),
        _ => false,
    }
}

/// What the file calls extras.
const OPTIONAL: &str = "optional-dependencies";

/// The `pyproject.toml` of a project.
pub(crate) struct ProjectFile {
    path: PathBuf,
    text: String,
    table: toml::Table,
}

impl ProjectFile {
    /// That of a directory, if it has one.
    pub(crate) fn of(directory: &Path) -> Result<Option<Self>, Error> {
        let path = directory.join("pyproject.toml");
        if !path.is_file() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        match text.parse() {
            Ok(table) => Ok(Some(Self { path, text, table })),
            Err(error) => Err(invalid(&path, &error.to_string())),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it describes something to build; many hold nothing but the settings of tools.
    pub(crate) fn is_buildable(&self) -> bool {
        ["project", "build-system"].iter().any(|name| self.table.contains_key(*name))
    }

    /// The versions of Python that the project is made for.
    pub(crate) fn requires_python(&self) -> Result<Option<&str>, Error> {
        let Some(value) = self.table.get("project").and_then(|project| project.get("requires-python")) else {
            return Ok(None);
        };
        let text = value.as_str().ok_or_else(|| self.invalid("project.requires-python is no string"))?;
        match allows_python(text, [3, 0, 0]) {
            Ok(_) => Ok(Some(text)),
            Err(message) => Err(self.invalid(&message)),
        }
    }

    /// Whether what is built of the project follows from the file and from the content of other files, each for itself:
    /// the backend copies files, and takes no metadata from code.
    pub(crate) fn copies_files(&self) -> bool {
        let other = ["setup.py", "setup.cfg", "hatch.toml", "hatch_build.py", "pdm_build.py", "build.py"];
        let directory = self.path.parent().unwrap_or(Path::new(""));
        if other.iter().any(|name| directory.join(name).exists()) {
            return false;
        }
        let Some(project) = self.table.get("project").and_then(toml::Value::as_table) else { return false };
        let is_static = project.get("version").is_some_and(toml::Value::is_str)
            && project.get("dynamic").is_none_or(|names| names.as_array().is_some_and(Vec::is_empty))
            && !project.contains_key("license-files")
            && ["readme", "license"]
                .iter()
                .all(|key| project.get(*key).and_then(file_of).is_none_or(is_named_by_metadata));
        let Some(system) = self.table.get("build-system").and_then(toml::Value::as_table) else { return false };
        let backend = system.get("build-backend").and_then(toml::Value::as_str).unwrap_or_default();
        let requires = system.get("requires").and_then(toml::Value::as_array);
        let is_known = |text: &toml::Value| {
            let requirement = text.as_str().and_then(|text| Requirement::parse(text).ok());
            requirement.is_some_and(|requirement| BUILD_TOOLS.contains(&&*requirement.project()))
        };
        let tools = self.table.get("tool").and_then(toml::Value::as_table);
        is_static
            && BACKENDS.contains(&backend)
            && !system.contains_key("backend-path")
            && requires.is_some_and(|requires| requires.iter().all(is_known))
            && !tools.into_iter().flatten().any(|(tool, table)| TOOLS.contains(&&**tool) && runs_code(table))
    }

    /// Whether the project has these extras, as far as the file says which it has.
    pub(crate) fn check_extras(&self, extras: &[String]) -> Result<(), Error> {
        let Some(project) = self.table.get("project") else { return Ok(()) };
        let is_dynamic = |names: &Vec<toml::Value>| names.iter().any(|name| name.as_str() == Some(OPTIONAL));
        if project.get("dynamic").and_then(toml::Value::as_array).is_some_and(is_dynamic) {
            return Ok(());
        }
        let known = project.get(OPTIONAL).and_then(toml::Value::as_table);
        let known: Vec<String> = known.into_iter().flatten().map(|(name, _)| name.clone()).collect();
        let is_known =
            |extra: &&String| known.iter().any(|name| normalize_project_name(name) == normalize_project_name(extra));
        match extras.iter().find(|extra| !is_known(extra)) {
            Some(name) => Err(Error::UnknownExtra { path: self.path.clone(), name: name.clone(), known }),
            None => Ok(()),
        }
    }

    /// The requirements of dependency groups, in their order.
    pub(crate) fn groups(&self, names: &[String]) -> Result<Vec<String>, Error> {
        let mut groups: BTreeMap<String, &toml::Value> = BTreeMap::new();
        if let Some(table) = self.table.get("dependency-groups") {
            let table = table.as_table().ok_or_else(|| self.invalid("dependency-groups is no table"))?;
            for (name, group) in table {
                if groups.insert(normalize_project_name(name), group).is_some() {
                    return Err(self.invalid(&format!("two dependency groups are called {name}")));
                }
            }
        }
        let mut found = Vec::new();
        for name in names {
            self.group(name, &groups, &mut Vec::new(), &mut found)?;
        }
        Ok(found)
    }

    fn group(
        &self,
        name: &str,
        groups: &BTreeMap<String, &toml::Value>,
        within: &mut Vec<String>,
        found: &mut Vec<String>,
    ) -> Result<(), Error> {
        let name = normalize_project_name(name);
        let Some(group) = groups.get(&name) else {
            let known = groups.keys().cloned().collect();
            return Err(Error::UnknownGroup { path: self.path.clone(), name, known });
        };
        if within.contains(&name) {
            return Err(self.invalid(&format!("the dependency group {name} includes itself")));
        }
        within.push(name.clone());
        let invalid = || self.invalid(&format!("the dependency group {name} is no list of requirements and groups"));
        for item in group.as_array().ok_or_else(invalid)? {
            match item {
                toml::Value::String(text) => found.push(text.clone()),
                toml::Value::Table(table) if table.len() == 1 => {
                    let other = table.get("include-group").and_then(toml::Value::as_str).ok_or_else(invalid)?;
                    self.group(other, groups, within, found)?;
                }
                _ => return Err(invalid()),
            }
        }
        within.pop();
        Ok(())
    }

    /// The line with a text, counted from 1; 1 if it is written in another way.
    pub(crate) fn line_of(&self, text: &str) -> usize {
        self.text.find(text).map_or(1, |at| self.text[..at].matches('\n').count() + 1)
    }

    fn invalid(&self, message: &str) -> Error {
        invalid(&self.path, message)
    }
}

/// The file that a value of `project` names, if it names one.
fn file_of(value: &toml::Value) -> Option<&str> {
    match value {
        // A license that is no table is an expression.
        toml::Value::String(text) => text.contains(['.', '/']).then_some(&**text),
        other => other.get("file").and_then(toml::Value::as_str),
    }
}

fn invalid(path: &Path, message: &str) -> Error {
    Error::ProjectFile { path: path.to_owned(), message: message.trim_end().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> ProjectFile {
        ProjectFile { path: "pyproject.toml".into(), text: text.into(), table: text.parse().expect("TOML") }
    }

    #[test]
    fn groups_include_others() {
        let text = "[dependency-groups]\nTest_A = [\"a>=1\", {include-group = \"b\"}]\nb = [\n \"b\",\n]\n\
                    loop = [{include-group = \"test.a\"}, {include-group = \"loop\"}]\nbad = [1]\nworse = 'x'\n";
        let file = file(text);
        let groups = |name: &str| file.groups(&[name.to_owned()]);
        assert_eq!(groups("test-a").unwrap(), ["a>=1", "b"]);
        assert_eq!(file.groups(&["b".into(), "TEST.A".into()]).unwrap(), ["b", "a>=1", "b"]);
        assert_eq!((file.line_of("a>=1"), file.line_of("none")), (2, 1));
        assert!(matches!(groups("none"), Err(Error::UnknownGroup { known, .. }) if known.len() == 5));
        for name in ["loop", "bad", "worse"] {
            assert!(matches!(groups(name), Err(Error::ProjectFile { .. })), "{name}");
        }
    }

    #[test]
    fn extras_are_known_unless_the_backend_says_them() {
        let extras = |text: &str| file(text).check_extras(&["The_Extra".to_owned()]);
        extras("[project]\n[project.optional-dependencies]\nthe-extra = []\n").unwrap();
        extras("[project]\ndynamic = ['optional-dependencies']\n").unwrap();
        extras("[build-system]\n").unwrap();
        assert!(matches!(extras("[project]\n"), Err(Error::UnknownExtra { .. })));
    }
}
