use std::collections::{BTreeMap, BTreeSet};

use pyox_packed_resources::{
    Data, ExtensionModule, FileData, ModuleBytecode, ModuleSource, OptimizeLevel, PackageResource, Resource,
    SharedLibrary, pyc,
};

use crate::candidate::Candidate;
use crate::data::{PycCode, read_text};
use crate::dist_info::Distributions;
use crate::error::Error;
use crate::native::{self, Native};
use crate::python_name::{dotted, module_name, split_path};
use crate::scan::{Found, Scan, SkipReason, Skipped};
use crate::{metadata_directory, pth, record};

/// The rules by which files below `sys.path` become resources.
///
/// * `NAME.py` and `PKG/__init__.py` are modules where every part of the path consists of letters, digits and
///   underscores (in a regular package and at the root, hyphens too), as is a `.pyc` outside of `__pycache__` without a
///   source. Where Python would import another file of the same name (a package before a module, extensions in the
///   order of their suffixes), the file is skipped. Source beside an extension module is kept.
/// * A native file is an extension module if its name is a module's name and one of the suffixes, and a shared library
///   otherwise. With the bare suffix `.so` or `.pyd` it must also define `PyInit_NAME`, must not be called `lib...` and
///   must not lie in a `.libs` directory.
/// * A directory that contains modules at any depth is a package, with or without `__init__.py`
///   ([PEP 420](https://peps.python.org/pep-0420/)).
///   Namespace packages are implied by the names of their modules.
/// * Any other file belongs to the innermost package around it, or is a plain file.
/// * `.dist-info`, `.egg-info` and `EGG-INFO` at the root are distribution metadata, without the installer's notes
///   (`INSTALLER`, `REQUESTED`, `direct_url.json`) and with the lines about them, about caches and about scripts
///   removed from `RECORD`.
/// * `.pth` files at the root are read; their directories are reported and their code is skipped.
/// * `__pycache__`, `.pyo` files, and `.pyc` files beside a source are passed over in silence, unless
///   [`Classifier::cache_tag`] asks for the bytecode of a Python.
#[derive(Debug, Clone)]
pub struct Classifier {
    suffixes: Vec<String>,
    skips_foreign: bool,
    cache_tag: Option<String>,
}

impl Default for Classifier {
    /// Rules for no Python in particular: `.abi3.so`, `.so` and `.pyd` are the suffixes of extension modules, and one
    /// for a particular version is an [`Error::ForeignExtension`].
    fn default() -> Self {
        let suffixes = [".abi3.so", ".so", ".pyd"].map(String::from).into();
        Self { suffixes, skips_foreign: false, cache_tag: None }
    }
}

impl Classifier {
    /// Rules for the Python whose `importlib.machinery.EXTENSION_SUFFIXES` are given, in the same order.
    pub fn new<S: Into<String>>(extension_suffixes: impl IntoIterator<Item = S>) -> Self {
        Self::default().extension_suffixes(extension_suffixes)
    }

    /// The interpreter's `importlib.machinery.EXTENSION_SUFFIXES`, in the same order. Extension modules for other
    /// interpreters are passed over.
    #[must_use]
    pub fn extension_suffixes<S: Into<String>>(mut self, suffixes: impl IntoIterator<Item = S>) -> Self {
        self.suffixes = suffixes.into_iter().map(Into::into).collect();
        self.skip_foreign_extensions()
    }

    /// Passes over extension modules for other interpreters: they are in [`Scan::skipped`].
    #[must_use]
    pub fn skip_foreign_extensions(mut self) -> Self {
        self.skips_foreign = true;
        self
    }

    /// Makes bytecode in `__pycache__` resources too, of all optimisation levels, if it is of the Python with this
    /// `sys.implementation.cache_tag` ([PEP 3147](https://peps.python.org/pep-3147/)).
    #[must_use]
    pub fn cache_tag(mut self, tag: impl Into<String>) -> Self {
        self.cache_tag = Some(tag.into());
        self
    }

    /// Whether bytecode in `__pycache__` counts.
    pub(crate) fn takes_cached_bytecode(&self) -> bool {
        self.cache_tag.is_some()
    }

    /// Classifies files that lie below one directory of `sys.path`. Of two with the same path the first one counts.
    ///
    /// # Errors
    ///
    /// Metadata, `.pth` files or extension modules without a tag that cannot be read, and
    /// [`Error::ForeignExtension`] until it is known for which Python the files are.
    pub fn classify(&self, mut candidates: Vec<Candidate>) -> Result<Scan, Error> {
        candidates.sort_by(|a, b| a.path.cmp(&b.path));
        candidates.dedup_by(|later, first| later.path == first.path);
        let mut scan = Scan::default();
        let distributions = Distributions::find(&candidates)?;
        let regular = regular_packages(&candidates);
        let mut kinds = Vec::with_capacity(candidates.len());
        for candidate in &candidates {
            kinds.push(self.kind(candidate, &regular)?);
        }
        let packages = package_directories(&candidates, &kinds);
        skip_shadowed(&candidates, &mut kinds);
        for (candidate, kind) in candidates.into_iter().zip(kinds) {
            emit(candidate, kind, &packages, &distributions, &mut scan)?;
        }
        scan.sort();
        Ok(scan)
    }

    fn kind(&self, candidate: &Candidate, regular: &BTreeSet<String>) -> Result<Kind, Error> {
        let path = candidate.path.as_str();
        if let Some(tag) = &self.cache_tag
            && let Some(cached) = cached_bytecode(path, tag)
        {
            return Ok(cached);
        }
        if path.split('/').any(is_ignored_directory) || path.ends_with(".pyo") {
            return Ok(Kind::Ignored);
        }
        if let Some((directory, name)) = metadata_directory::split(path) {
            return Ok(Kind::Metadata { directory: directory.to_owned(), name: name.to_owned() });
        }
        let (directory, file_name) = split_path(path);
        if directory.is_empty() && file_name.ends_with(".pth") {
            return Ok(Kind::Pth);
        }
        if directory.is_empty() && record::is_editable_hook(file_name) {
            return Ok(Kind::Skip(SkipReason::EditableHook));
        }
        let in_package = directory.is_empty() || regular.contains(directory);
        for (suffix, form) in [(".py", Form::Source), (".pyc", Form::Bytecode)] {
            if let Some((name, is_package)) =
                file_name.strip_suffix(suffix).and_then(|stem| module_name(directory, stem, in_package))
            {
                return Ok(Kind::Module { name, is_package, form });
            }
        }
        Ok(match native::classify(path, &self.suffixes) {
            Some(Native::Extension { name, is_package, rank }) => {
                let is_module = native::is_module(path, &candidate.data, &name)
                    .map_err(|source| Error::Read { path: candidate.origin.clone(), source })?;
                if is_module { Kind::Module { name, is_package, form: Form::Extension(rank) } } else { Kind::Library }
            }
            Some(Native::Foreign) if self.skips_foreign => Kind::Skip(SkipReason::ForeignExtension),
            Some(Native::Foreign) => return Err(Error::ForeignExtension { path: candidate.origin.clone() }),
            Some(Native::Library) => Kind::Library,
            None => Kind::Other,
        })
    }
}

/// Whether a directory of this name is never part of a program.
pub(crate) fn is_ignored_directory(name: &str) -> bool {
    name == pyc::CACHE_DIRECTORY || matches!(name, ".git" | ".hg" | ".svn")
}

/// The bytecode that `DIRECTORY/__pycache__/NAME.TAG[.opt-LEVEL].pyc` is.
fn cached_bytecode(path: &str, tag: &str) -> Option<Kind> {
    let (stem, optimize) = pyc::source_of(path, tag)?;
    let (directory, stem) = split_path(&stem);
    let (name, is_package) = module_name(directory, stem, true)?;
    Some(Kind::CachedBytecode { name, is_package, optimize })
}

enum Kind {
    Ignored,
    Skip(SkipReason),
    Module { name: String, is_package: bool, form: Form },
    CachedBytecode { name: String, is_package: bool, optimize: OptimizeLevel },
    Library,
    Metadata { directory: String, name: String },
    Pth,
    Other,
}

/// The forms of a module, in the order in which `importlib` tries them in one directory.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Extension(usize),
    Source,
    Bytecode,
}

/// All directories with an `__init__.py`.
fn regular_packages(candidates: &[Candidate]) -> BTreeSet<String> {
    let directories = candidates.iter().filter_map(|candidate| candidate.path.strip_suffix("/__init__.py"));
    directories.map(String::from).collect()
}

/// All directories that contain modules at any depth.
fn package_directories(candidates: &[Candidate], kinds: &[Kind]) -> BTreeSet<String> {
    let mut packages = BTreeSet::new();
    for (candidate, kind) in candidates.iter().zip(kinds) {
        if !matches!(kind, Kind::Module { .. }) {
            continue;
        }
        let mut directory = split_path(&candidate.path).0;
        while !directory.is_empty() && packages.insert(directory.to_owned()) {
            directory = split_path(directory).0;
        }
    }
    packages
}

/// Marks modules that Python would not import because of another file of the same name.
fn skip_shadowed(candidates: &[Candidate], kinds: &mut [Kind]) {
    let mut files_of: BTreeMap<&str, Vec<(bool, Form, usize)>> = BTreeMap::new();
    for (index, kind) in kinds.iter().enumerate() {
        if let Kind::Module { name, is_package, form } = kind {
            files_of.entry(name).or_default().push((!is_package, *form, index));
        }
    }
    let mut marks = Vec::new();
    for files in files_of.values_mut().filter(|files| files.len() > 1) {
        files.sort_unstable();
        let (module, form, winner) = files[0];
        for &(other_module, other_form, index) in &files[1..] {
            let mark = if other_module == module && other_form == Form::Bytecode {
                Kind::Ignored
            } else if other_module == module && other_form == Form::Source && matches!(form, Form::Extension(_)) {
                continue;
            } else {
                Kind::Skip(SkipReason::Shadowed { by: candidates[winner].path.clone() })
            };
            marks.push((index, mark));
        }
    }
    for (index, mark) in marks {
        kinds[index] = mark;
    }
}

fn emit(
    candidate: Candidate,
    kind: Kind,
    packages: &BTreeSet<String>,
    distributions: &Distributions,
    scan: &mut Scan,
) -> Result<(), Error> {
    let Candidate { path, origin, data, executable } = candidate;
    let resource = match kind {
        Kind::Ignored => return Ok(()),
        Kind::Skip(reason) => {
            scan.skipped.push(Skipped { path, reason });
            return Ok(());
        }
        Kind::Pth => {
            let (lines, code) = pth::parse(&path, &read_text(&data, &origin)?);
            scan.path_lines.extend(lines);
            let skip = |line| Skipped { path: path.clone(), reason: SkipReason::PthCode { line } };
            scan.skipped.extend(code.into_iter().map(skip));
            return Ok(());
        }
        Kind::Metadata { directory, name } => match distributions.resource(&directory, &name, data) {
            Some(resource) => Resource::DistributionResource(resource),
            None => return Ok(()),
        },
        Kind::Module { name, is_package, form } => match form {
            Form::Extension(_) => {
                Resource::ExtensionModule(ExtensionModule { name, is_package, relative_path: path, library: data })
            }
            Form::Source => Resource::ModuleSource(ModuleSource { name, is_package, source: data }),
            Form::Bytecode => bytecode(name, is_package, OptimizeLevel::Zero, data),
        },
        Kind::CachedBytecode { name, is_package, optimize } => bytecode(name, is_package, optimize, data),
        Kind::Library => Resource::SharedLibrary(SharedLibrary {
            name: split_path(&path).1.to_owned(),
            relative_path: Some(path),
            library: data,
        }),
        Kind::Other => match owner(&path, packages) {
            Some((package, name)) => Resource::PackageResource(PackageResource { package, name, data }),
            None => Resource::File(FileData { path, data, executable }),
        },
    };
    scan.resources.push(Found::new(resource, origin).executable(executable));
    Ok(())
}

fn bytecode(name: String, is_package: bool, optimize: OptimizeLevel, file: Data) -> Resource {
    Resource::ModuleBytecode(ModuleBytecode { name, is_package, optimize, bytecode: Data::lazy(PycCode(file)) })
}

/// The innermost package around a file, and the file's path relative to it.
fn owner(path: &str, packages: &BTreeSet<String>) -> Option<(String, String)> {
    let mut directory = split_path(path).0;
    while !directory.is_empty() {
        if packages.contains(directory) {
            return Some((dotted(directory)?, path[directory.len() + 1..].to_owned()));
        }
        directory = split_path(directory).0;
    }
    None
}
