//! The vocabulary: what a Python program is made of.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// Content that is read when it is needed.
pub trait ReadData: Send + Sync {
    /// All bytes of the content.
    ///
    /// # Errors
    ///
    /// Whatever reading it meets.
    fn read(&self) -> std::io::Result<Cow<'_, [u8]>>;
}

impl ReadData for Vec<u8> {
    fn read(&self) -> std::io::Result<Cow<'_, [u8]>> {
        Ok(Cow::Borrowed(self))
    }
}

/// Bytes of a resource: in memory, or read when they are needed. Cheap to clone.
#[derive(Clone)]
pub struct Data(Arc<dyn ReadData>);

impl Data {
    /// Content that is read when it is needed.
    pub fn lazy(content: impl ReadData + 'static) -> Self {
        Self(Arc::new(content))
    }

    /// The bytes.
    ///
    /// # Errors
    ///
    /// Whatever reading them meets; bytes in memory never fail.
    pub fn read(&self) -> std::io::Result<Cow<'_, [u8]>> {
        self.0.read()
    }
}

impl From<Vec<u8>> for Data {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Arc::new(bytes))
    }
}

impl From<&[u8]> for Data {
    fn from(bytes: &[u8]) -> Self {
        bytes.to_vec().into()
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Data")
    }
}

/// Optimisation level of bytecode, as `python -O` and `-OO` count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum OptimizeLevel {
    /// Nothing removed.
    #[default]
    Zero,
    /// `assert` statements and `__debug__` blocks removed.
    One,
    /// Docstrings removed too.
    Two,
}

impl OptimizeLevel {
    /// The level for 0, 1 or 2.
    pub fn from_number(level: u8) -> Option<Self> {
        match level {
            0 => Some(Self::Zero),
            1 => Some(Self::One),
            2 => Some(Self::Two),
            _ => None,
        }
    }

    /// 0, 1 or 2.
    pub fn number(self) -> u8 {
        self as u8
    }
}

/// Source text of a module.
#[derive(Debug, Clone)]
pub struct ModuleSource {
    /// Dotted name.
    pub name: String,
    /// Whether the file is an `__init__.py`.
    pub is_package: bool,
    /// The text, as bytes (PEP 263 says how to decode them).
    pub source: Data,
}

/// Marshalled code of a module, without the header of a `.pyc`.
#[derive(Debug, Clone)]
pub struct ModuleBytecode {
    /// Dotted name.
    pub name: String,
    /// Whether the code is that of an `__init__`.
    pub is_package: bool,
    /// The level it was compiled at.
    pub optimize: OptimizeLevel,
    /// The code, in the marshal format of the target Python.
    pub bytecode: Data,
}

/// An extension module as a dynamic library.
#[derive(Debug, Clone)]
pub struct ExtensionModule {
    /// Dotted name.
    pub name: String,
    /// Whether the file is named `__init__`.
    pub is_package: bool,
    /// The file's path below `sys.path`, for example `_ssl.cpython-311-x86_64-linux-gnu.so`.
    pub relative_path: String,
    /// The library.
    pub library: Data,
}

/// A data file of a package.
#[derive(Debug, Clone)]
pub struct PackageResource {
    /// Dotted name of the innermost package that contains the file.
    pub package: String,
    /// Path relative to that package, with `/`.
    pub name: String,
    /// The content.
    pub data: Data,
}

/// A file of a distribution's metadata directory (`.dist-info` or `.egg-info`).
#[derive(Debug, Clone)]
pub struct DistributionResource {
    /// Project name, as the metadata spells it.
    pub project: String,
    /// Name of the metadata directory.
    pub directory: String,
    /// Path relative to the metadata directory, with `/`.
    pub name: String,
    /// The content.
    pub data: Data,
}

/// A shared library that extension modules need.
#[derive(Debug, Clone)]
pub struct SharedLibrary {
    /// The SONAME, or the file name of a library without one.
    pub name: String,
    /// Path below `sys.path`, if the library came from there.
    pub relative_path: Option<String>,
    /// The library.
    pub library: Data,
}

/// A file that is none of the others: below `sys.path`, but outside of any package.
#[derive(Debug, Clone)]
pub struct FileData {
    /// Path below `sys.path`, with `/`.
    pub path: String,
    /// The content.
    pub data: Data,
    /// Whether the file is meant to be executed.
    pub executable: bool,
}

/// Anything a scanner can find.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Resource {
    /// Source text of a module.
    ModuleSource(ModuleSource),
    /// Bytecode of a module.
    ModuleBytecode(ModuleBytecode),
    /// An extension module.
    ExtensionModule(ExtensionModule),
    /// A data file of a package.
    PackageResource(PackageResource),
    /// A metadata file of a distribution.
    DistributionResource(DistributionResource),
    /// A shared library.
    SharedLibrary(SharedLibrary),
    /// Another file.
    File(FileData),
}

impl Resource {
    /// The path below `sys.path` that the resource has, or would have, as a file.
    pub fn relative_path(&self) -> String {
        match self {
            Self::ModuleSource(module) => module_path(&module.name, module.is_package, "py"),
            Self::ModuleBytecode(module) => module_path(&module.name, module.is_package, "pyc"),
            Self::ExtensionModule(module) => module.relative_path.clone(),
            Self::PackageResource(file) => format!("{}/{}", file.package.replace('.', "/"), file.name),
            Self::DistributionResource(file) => format!("{}/{}", file.directory, file.name),
            Self::SharedLibrary(library) => library.relative_path.clone().unwrap_or_else(|| library.name.clone()),
            Self::File(file) => file.path.clone(),
        }
    }

    /// The bytes of the resource.
    pub fn data(&self) -> &Data {
        match self {
            Self::ModuleSource(module) => &module.source,
            Self::ModuleBytecode(module) => &module.bytecode,
            Self::ExtensionModule(module) => &module.library,
            Self::PackageResource(file) => &file.data,
            Self::DistributionResource(file) => &file.data,
            Self::SharedLibrary(library) => &library.library,
            Self::File(file) => &file.data,
        }
    }
}

fn module_path(name: &str, is_package: bool, extension: &str) -> String {
    let path = name.replace('.', "/");
    if is_package { format!("{path}/__init__.{extension}") } else { format!("{path}.{extension}") }
}
