//! Who owns what: distributions and the files that they have installed, as their `RECORD` lists them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pyox_packed_resources::{Resource, normalize_project_name};

use crate::data::read_text;
use crate::error::Error;
use crate::record::record_rows;
use crate::scan::Scan;

/// An installed distribution, as far as its `RECORD` says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Installed {
    /// The normalised name of the project.
    pub project: Arc<str>,
    /// The top-level names that modules can have, or directories that they look into.
    pub top_level: BTreeSet<String>,
}

impl Scan {
    /// The distributions with a `RECORD`, by metadata directory.
    ///
    /// # Errors
    ///
    /// A `RECORD` that cannot be read.
    pub fn installed(&self) -> Result<Vec<Installed>, Error> {
        Ok(self.records()?.into_iter().map(|(installed, _)| installed).collect())
    }

    /// Says of every resource which distribution has installed it.
    pub(crate) fn set_owners(&mut self) -> Result<(), Error> {
        let mut owners: BTreeMap<String, Arc<str>> = BTreeMap::new();
        for (installed, paths) in self.records()? {
            for path in paths {
                owners.entry(path).or_insert_with(|| Arc::clone(&installed.project));
            }
        }
        for found in &mut self.resources {
            found.owner = match &found.resource {
                Resource::DistributionResource(file) => Some(normalize_project_name(&file.project).into()),
                resource => owners.get(&resource.relative_path()).cloned(),
            };
        }
        Ok(())
    }

    fn records(&self) -> Result<Vec<(Installed, Vec<String>)>, Error> {
        let mut records = Vec::new();
        for found in &self.resources {
            if let Resource::DistributionResource(file) = &found.resource
                && file.name == "RECORD"
            {
                let rows = record_rows(&read_text(&file.data, &found.origin)?);
                let paths: Vec<String> = rows.into_iter().map(|row| row.path).collect();
                let names = paths.iter().map(|path| top_level_of_path(path)).filter(|name| is_importable(name));
                let top_level = names.map(str::to_owned).collect();
                records.push((Installed { project: normalize_project_name(&file.project).into(), top_level }, paths));
            }
        }
        Ok(records)
    }
}

/// Whether a top-level name can be that of a module or of a directory that modules look into.
fn is_importable(name: &str) -> bool {
    !(name.is_empty() || name == ".." || name.ends_with(".dist-info") || name.ends_with(".egg-info"))
}

/// The top-level name of a path below `sys.path`: of a directory its name, of a file the part before the first dot.
pub fn top_level_of_path(path: &str) -> &str {
    match path.split_once('/') {
        Some((directory, _)) => directory,
        None => path.split('.').next().unwrap_or(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Candidate, Classifier};

    #[test]
    fn resources_belong_to_the_distribution_that_lists_them() -> Result<(), Error> {
        let record = "pkg/__init__.py,,\n\"pkg/a,b.txt\",,\nlone.py,,\n../../bin/pkg,,\nPkg_X-1.dist-info/RECORD,,\n";
        let files = [
            ("Pkg_X-1.dist-info/METADATA", "Name: Pkg_X\nVersion: 1\n"),
            ("Pkg_X-1.dist-info/RECORD", record),
            ("lone.py", ""),
            ("other.py", ""),
            ("pkg/__init__.py", ""),
            ("pkg/a,b.txt", ""),
        ];
        let candidate = |(path, text): (&str, &'static str)| Candidate {
            path: path.to_owned(),
            origin: path.into(),
            data: text.as_bytes().into(),
            executable: false,
        };
        let mut scan = Classifier::new(Vec::<String>::new()).classify(files.map(candidate).into())?;
        scan.set_owners()?;
        let owners: Vec<_> =
            scan.resources.iter().map(|found| (found.resource.relative_path(), found.owner.as_deref())).collect();
        let owned = |path: &str, owner| owners.contains(&(path.to_owned(), owner));
        assert!(owned("pkg/a,b.txt", Some("pkg-x")) && owned("lone.py", Some("pkg-x")), "{owners:?}");
        assert!(owned("other.py", None) && owned("Pkg_X-1.dist-info/METADATA", Some("pkg-x")), "{owners:?}");
        let names = ["lone", "pkg"].map(str::to_owned).into();
        assert_eq!(scan.installed()?, [Installed { project: "pkg-x".into(), top_level: names }]);
        Ok(())
    }
}
