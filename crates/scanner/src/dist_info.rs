//! Files in metadata directories become resources of their distributions.

use std::collections::BTreeMap;

use pyox_packed_resources::{Data, DistributionResource};

use crate::candidate::Candidate;
use crate::data::read_text;
use crate::error::Error;
use crate::metadata::Metadata;
use crate::metadata_directory::{is_installation_note, split};
use crate::record::RecordContent;

/// Turns candidates in metadata directories into resources with the project's name.
pub(crate) struct Distributions {
    projects: BTreeMap<String, Project>,
}

struct Project {
    name: String,
    directory: String,
}

impl Distributions {
    /// Reads the names of all distributions among the candidates.
    pub(crate) fn find(candidates: &[Candidate]) -> Result<Self, Error> {
        let mut projects = BTreeMap::new();
        for candidate in candidates {
            let Some((directory, name)) = split(&candidate.path) else { continue };
            // `METADATA` sorts before `PKG-INFO`, and wins.
            if matches!(name, "METADATA" | "PKG-INFO") && !projects.contains_key(directory) {
                let metadata = Metadata::parse(&read_text(&candidate.data, &candidate.origin)?);
                projects.insert(directory.to_owned(), Project::new(directory, metadata));
            }
        }
        Ok(Self { projects })
    }

    /// The resource for the file `name` of `directory`; `None` for what is left out.
    pub(crate) fn resource(&self, directory: &str, name: &str, data: Data) -> Option<DistributionResource> {
        if is_installation_note(name) {
            return None;
        }
        let fallback = || Project::new(directory, Metadata::default());
        let made;
        let project = match self.projects.get(directory) {
            Some(project) => project,
            None => {
                made = fallback();
                &made
            }
        };
        Some(DistributionResource {
            project: project.name.clone(),
            directory: project.directory.clone(),
            name: name.to_owned(),
            data: if name == "RECORD" { Data::lazy(RecordContent(data)) } else { data },
        })
    }
}

impl Project {
    fn new(directory: &str, metadata: Metadata) -> Self {
        let stem = directory.rsplit_once('.').map_or(directory, |(stem, _)| stem);
        let from_directory = stem.split('-').next().unwrap_or(stem).to_owned();
        let name = if metadata.name.is_empty() { from_directory } else { metadata.name };
        // `EGG-INFO` gets its name from the directory or file around it, which is not part of `sys.path`.
        let directory = match directory {
            "EGG-INFO" if metadata.version.is_empty() => format!("{name}.egg-info"),
            "EGG-INFO" => format!("{name}-{}.egg-info", metadata.version),
            _ => directory.to_owned(),
        };
        Self { name, directory }
    }
}
