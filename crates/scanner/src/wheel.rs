//! Wheels ([PEP 427](https://peps.python.org/pep-0427/)).

mod archive;
mod hash;
mod name;
mod verify;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use archive::WheelLimits;
use archive::{Archive, MemberContent};
use hash::Hash;
pub use name::WheelName;
use pyox_packed_resources::{Data, Resource, normalize_project_name};

use crate::candidate::Candidate;
use crate::classify::Classifier;
use crate::entry_points::{EntryPoint, entry_points};
use crate::error::Error;
use crate::installed_files::{command_of, found_file, is_packed};
use crate::metadata::{Metadata, metadata_headers};
use crate::native::tagged_suffix;
use crate::pth::PathLine;
use crate::record::{WithCommands, wheel_scheme};
use crate::scan::{Found, Scan, SkipReason, Skipped};
use crate::site_packages::keep_start_up_lines;
use crate::source::ResourceSource;

/// A wheel that has been checked completely: names are safe and unique, `RECORD` lists every file and nothing else, and
/// every hash and length is right.
///
/// Files of the schemes `purelib` and `platlib` are found at the root, those of `scripts` and `data` where an installer
/// puts them below `sys.prefix`, with the commands that it makes of entry points; headers are skipped.
#[derive(Debug)]
pub struct Wheel {
    archive: Arc<Archive>,
    name: WheelName,
    dist_info: String,
    metadata: Metadata,
    entry_points: Vec<EntryPoint>,
    /// In the order of the archive's members.
    hashes: Vec<Option<Hash>>,
    classifier: Classifier,
}

impl Wheel {
    /// Opens and checks the wheel at `path`, within the default limits.
    ///
    /// # Errors
    ///
    /// Anything about the file that contradicts PEP 427, or that does not match its `RECORD`.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_with(path, WheelLimits::default())
    }

    /// Opens and checks the wheel at `path`.
    ///
    /// # Errors
    ///
    /// As [`Wheel::open`], and [`Error::TooLarge`] beyond the limits.
    pub fn open_with(path: impl AsRef<Path>, limits: WheelLimits) -> Result<Self, Error> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        Self::from_reader(file, path, limits)
    }

    /// Checks the wheel that `reader` has from its start to its end, for example one that was downloaded into memory.
    /// No file is opened: `path` gives the file name, which says what the wheel is, and appears in errors and origins.
    ///
    /// # Errors
    ///
    /// As [`Wheel::open_with`].
    pub fn from_reader(
        reader: impl Read + Seek + Send + 'static,
        path: impl AsRef<Path>,
        limits: WheelLimits,
    ) -> Result<Self, Error> {
        let path = path.as_ref();
        let name = WheelName::parse(&path.file_name().unwrap_or_default().to_string_lossy())?;
        let archive = Archive::read(Box::new(reader), path, limits)?;
        let dist_info = dist_info_directory(&archive, &name)?;
        let required = |file: &str| {
            let member = format!("{dist_info}/{file}");
            archive.text(&member)?.ok_or_else(|| Error::MissingMember { path: path.to_owned(), member })
        };
        check_version(path, &required("WHEEL")?)?;
        let hashes = verify::verify(&archive, &dist_info, &required("RECORD")?)?;
        let metadata = Metadata::parse(&required("METADATA")?);
        let entry_points = archive.text(&format!("{dist_info}/entry_points.txt"))?.as_deref().map(entry_points);
        Ok(Self {
            name,
            dist_info,
            metadata,
            entry_points: entry_points.unwrap_or_default(),
            hashes,
            archive: Arc::new(archive),
            classifier: Classifier::default(),
        })
    }

    /// The interpreter's `importlib.machinery.EXTENSION_SUFFIXES`, in the same order. See
    /// [`Directory::new`](crate::Directory::new) for the default.
    #[must_use]
    pub fn extension_suffixes<S: Into<String>>(mut self, suffixes: impl IntoIterator<Item = S>) -> Self {
        self.classifier = self.classifier.extension_suffixes(suffixes);
        self
    }

    /// Passes over extension modules for other interpreters, which no suffix names: they are in [`Scan::skipped`].
    #[must_use]
    pub fn skip_foreign_extensions(mut self) -> Self {
        self.classifier = self.classifier.skip_foreign_extensions();
        self
    }

    /// Takes extension modules for whatever interpreter: of a wheel that is looked at, and not installed.
    #[must_use]
    pub fn for_any_interpreter(self) -> Self {
        let names = self.archive.members().iter().map(|member| member.name.as_str());
        let own: BTreeSet<String> = names.filter_map(tagged_suffix).map(str::to_owned).collect();
        let general = [".abi3.so", ".so", ".pyd"].map(str::to_owned);
        self.extension_suffixes(own.into_iter().chain(general))
    }

    /// What the file name says.
    pub fn name(&self) -> &WheelName {
        &self.name
    }

    /// Compatibility tags from the file name, expanded: `py2.py3-none-any` is two.
    pub fn tags(&self) -> &[String] {
        &self.name.tags
    }

    /// What `METADATA` says.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The file joined with the path of `METADATA` in it, for messages.
    pub fn metadata_path(&self) -> PathBuf {
        self.path().join(&self.dist_info).join("METADATA")
    }

    /// What `entry_points.txt` says.
    pub fn entry_points(&self) -> &[EntryPoint] {
        &self.entry_points
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.archive.path()
    }

    /// The content of the member at a position.
    fn content(&self, position: usize) -> Data {
        let hash = self.hashes.get(position).cloned().flatten();
        Data::lazy(MemberContent::new(&self.archive, position, hash))
    }
}

impl ResourceSource for Wheel {
    fn scan(&self) -> Result<Scan, Error> {
        let (mut candidates, mut skipped, mut installed_files) = (Vec::new(), Vec::new(), Vec::new());
        for (position, member) in self.archive.members().iter().enumerate() {
            let path = match wheel_scheme(&member.name) {
                Some(("purelib" | "platlib", rest)) => rest,
                Some((scheme, rest)) => {
                    let installed = match scheme {
                        "scripts" => Some(format!("bin/{rest}")),
                        "data" => Some(rest.to_owned()),
                        _ => None,
                    };
                    if let Some(path) = installed.filter(|path| is_packed(path)) {
                        let origin = self.archive.path().join(&member.name);
                        installed_files.push(found_file(&path, self.content(position), origin, member.executable));
                        continue;
                    }
                    let reason = SkipReason::WheelScheme { scheme: scheme.to_owned() };
                    skipped.push(Skipped { path: member.name.clone(), reason });
                    continue;
                }
                None => member.name.as_str(),
            };
            candidates.push(Candidate {
                path: path.to_owned(),
                origin: self.archive.path().join(&member.name),
                data: self.content(position),
                executable: member.executable,
            });
        }
        candidates.sort_by(|a, b| a.path.cmp(&b.path));
        if let Some(pair) = candidates.windows(2).find(|pair| pair[0].path == pair[1].path) {
            let member = pair[0].path.clone();
            return Err(Error::DuplicateMember { path: self.path().to_owned(), member });
        }
        let mut scan = self.classifier.classify(candidates)?;
        scan.skipped.extend(skipped);
        let directories: BTreeSet<String> = scan.resources.iter().flat_map(above).collect();
        let inside = |line: &PathLine| directories.contains(line.path.trim_end_matches('/'));
        let (kept, missing) = std::mem::take(&mut scan.path_lines).into_iter().partition(inside);
        scan.path_lines = missing;
        keep_start_up_lines(&mut scan, kept, |file| {
            let stem = self.dist_info.trim_end_matches(".dist-info");
            let names = ["".to_owned(), format!("{stem}.data/purelib/"), format!("{stem}.data/platlib/")];
            let texts = names.iter().map(|directory| self.archive.text(&format!("{directory}{file}")));
            let text = texts.filter_map(Result::transpose).next().transpose()?;
            Ok((text.unwrap_or_default(), self.path().join(file)))
        })?;
        scan.sort();
        scan.set_owners()?;
        let project = Arc::from(normalize_project_name(&self.metadata.name));
        let commands = self.entry_points.iter().filter(|entry| COMMANDS.contains(&&*entry.group));
        let origin = self.path().join(&self.dist_info).join("entry_points.txt");
        let own: BTreeSet<String> = installed_files.iter().map(|found| found.resource.relative_path()).collect();
        let commands = commands.filter_map(|entry| command_of(entry, origin.clone()));
        let commands: Vec<Found> =
            commands.filter(|command| !own.contains(&command.resource.relative_path())).collect();
        let made: Vec<String> = commands.iter().map(|command| command.resource.relative_path()).collect();
        for found in &mut scan.resources {
            if let Resource::DistributionResource(file) = &mut found.resource
                && file.name == "RECORD"
            {
                file.data = Data::lazy(WithCommands(file.data.clone(), made.clone()));
            }
        }
        installed_files.extend(commands);
        installed_files.iter_mut().for_each(|file| file.owner = Some(Arc::clone(&project)));
        scan.resources.extend(installed_files);
        scan.sort();
        Ok(scan)
    }
}

/// Groups of entry points of which installers make commands.
const COMMANDS: [&str; 2] = ["console_scripts", "gui_scripts"];

/// The directories that a resource is below.
fn above(found: &Found) -> Vec<String> {
    let path = found.resource.relative_path();
    path.match_indices('/').map(|(end, _)| path[..end].to_owned()).collect()
}

/// The one `.dist-info` directory, which must be that of the project in the file name.
fn dist_info_directory(archive: &Archive, name: &WheelName) -> Result<String, Error> {
    let mut found: Vec<String> = archive
        .members()
        .iter()
        .filter_map(|member| Some(member.name.split_once('/')?.0.to_owned()))
        .filter(|directory| directory.ends_with(".dist-info"))
        .collect();
    found.sort();
    found.dedup();
    match found.as_slice() {
        [directory] if name.matches(directory) => Ok(directory.clone()),
        _ => Err(Error::WheelMetadataDirectory {
            path: archive.path().to_owned(),
            expected: format!("{} {}", name.distribution, name.version),
            found,
        }),
    }
}

fn check_version(path: &Path, text: &str) -> Result<(), Error> {
    let headers = metadata_headers(text);
    let version = headers.into_iter().find(|(header, _)| header.eq_ignore_ascii_case("Wheel-Version"));
    let version = version.map(|(_, version)| version).unwrap_or_default();
    match version.split('.').next() {
        Some("1") => Ok(()),
        _ => Err(Error::WheelVersion { path: path.to_owned(), version }),
    }
}
