//! What `pyproject.toml` says.

use std::path::{Path, PathBuf};

use pyox_scanner::allows_python;

use crate::error::Error;

/// The `pyproject.toml` of a project.
pub(super) struct ProjectFile {
    path: PathBuf,
    table: toml::Table,
}

impl ProjectFile {
    /// That of a directory, if it has one.
    pub(super) fn of(directory: &Path) -> Result<Option<Self>, Error> {
        let path = directory.join("pyproject.toml");
        if !path.is_file() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        match text.parse() {
            Ok(table) => Ok(Some(Self { path, table })),
            Err(error) => Err(Self { path, table: toml::Table::new() }.invalid(&error.to_string())),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it describes something to build; many hold nothing but the settings of tools.
    pub(super) fn is_buildable(&self) -> bool {
        ["project", "build-system"].iter().any(|name| self.table.contains_key(*name))
    }

    /// The versions of Python that the project is made for.
    pub(super) fn requires_python(&self) -> Result<Option<&str>, Error> {
        let Some(value) = self.table.get("project").and_then(|project| project.get("requires-python")) else {
            return Ok(None);
        };
        let text = value.as_str().ok_or_else(|| self.invalid("project.requires-python is no string"))?;
        match allows_python(text, [3, 0, 0]) {
            Ok(_) => Ok(Some(text)),
            Err(message) => Err(self.invalid(&message)),
        }
    }

    fn invalid(&self, message: &str) -> Error {
        Error::ProjectFile { path: self.path.clone(), message: message.trim_end().to_owned() }
    }
}
