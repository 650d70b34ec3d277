//! The files that pip reads.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::key::option_value;
use crate::{PipRequest, requirement_lines, spec};

/// Options of requirements files and of pip whose value is a file or a directory.
const OPTIONS: [&str; 8] = ["--requirement", "--constraint", "--editable", "--find-links", "-r", "-c", "-e", "-f"];

/// Variables whose values are files that pip reads.
const VARIABLES: [&str; 4] = ["PIP_CONSTRAINT", "PIP_REQUIREMENT", "PIP_CONFIG_FILE", "PIP_FIND_LINKS"];

impl PipRequest {
    /// The files and directories on disk that pip reads for this request, as far as it names them: requirements files
    /// with those that they name, projects, wheels and archives. What is not there is left out.
    #[must_use]
    pub fn files(&self) -> BTreeSet<PathBuf> {
        let mut found: BTreeSet<PathBuf> = self.projects.iter().filter(|path| path.exists()).cloned().collect();
        self.requirements.iter().for_each(|text| found.extend(named(text)));
        self.arguments.iter().for_each(|text| found.extend(option(text, Path::new("")).or_else(|| named(text))));
        for variable in VARIABLES {
            let value = std::env::var(variable).unwrap_or_default();
            found.extend(value.split_whitespace().map(PathBuf::from).filter(|path| path.exists()));
        }
        let mut files: Vec<PathBuf> = self.requirement_files.clone();
        while let Some(file) = files.pop() {
            if !file.is_file() || !found.insert(file.clone()) {
                continue;
            }
            let text = std::fs::read(&file).unwrap_or_default();
            for line in requirement_lines(&String::from_utf8_lossy(&text), |name| std::env::var(name).ok()) {
                match option(&line, file.parent().unwrap_or(Path::new(""))) {
                    Some(path) if path.is_file() => files.push(path),
                    Some(path) => drop(found.insert(path)),
                    None => found.extend(named(&line)),
                }
            }
        }
        found
    }
}

/// What a requirement names.
fn named(requirement: &str) -> Option<PathBuf> {
    spec::local(requirement).map(|local| local.path).or_else(|| spec::file_url(requirement))
}

/// What an option names. Pip looks for files beside the one that names them, and for projects in the working directory.
fn option(line: &str, directory: &Path) -> Option<PathBuf> {
    let value = OPTIONS.iter().find_map(|option| line.strip_prefix(option))?;
    let value = option_value(value);
    [directory.join(value), PathBuf::from(value)].into_iter().find(|path| path.exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_requirements_files_name_are_read_too() -> std::io::Result<()> {
        let directory = tempfile::tempdir()?;
        let at = |name: &str| directory.path().join(name);
        for name in ["deep", "project", "wheels"] {
            std::fs::create_dir(at(name))?;
        }
        let text = format!(
            "-r deep/more.txt\nflask\n-e {}\n--find-links {}\n",
            at("project").display(),
            at("wheels").display()
        );
        std::fs::write(at("requirements.txt"), text)?;
        std::fs::write(at("deep/more.txt"), "--constraint=limits.txt\n-r ../requirements.txt\n")?;
        std::fs::write(at("deep/limits.txt"), "x @ file:///etc/hostname\n")?;
        let request = PipRequest::default().requirement_files([at("requirements.txt")]);
        let found: BTreeSet<PathBuf> = request.files().iter().filter_map(|path| path.canonicalize().ok()).collect();
        for name in ["requirements.txt", "deep/more.txt", "deep/limits.txt", "project", "wheels"] {
            assert!(found.contains(&at(name).canonicalize()?), "{name}");
        }
        assert!(found.contains(Path::new("/etc/hostname")));
        Ok(())
    }
}
