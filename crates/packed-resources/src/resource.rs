//! The vocabulary: what a Python program is made of.

use std::borrow::Cow;
use std::fmt;
use std::io::Read;
use std::sync::{Arc, LazyLock};

/// Content that is read when it is needed.
pub trait ReadData: Send + Sync {
    /// All bytes of the content.
    ///
    /// # Errors
    ///
    /// Whatever reading it meets.
    fn read(&self) -> std::io::Result<Cow<'_, [u8]>>;

    /// The content from its start. By default it is read whole; what may be too long for that is a
    /// [`Content::Stream`], which is read anew each time that it is needed.
    ///
    /// # Errors
    ///
    /// As [`ReadData::read`].
    fn open(&self) -> std::io::Result<Content<'_>> {
        self.read().map(Content::Whole)
    }
}

/// Content that is in memory, or can be read piece by piece.
pub enum Content<'a> {
    /// All of it.
    Whole(Cow<'a, [u8]>),
    /// So many bytes, from a reader.
    Stream(u64, Box<dyn Read + 'a>),
}

impl Content<'_> {
    /// Length in bytes.
    #[expect(clippy::len_without_is_empty, reason = "emptiness of content has no meaning here")]
    pub fn len(&self) -> u64 {
        match self {
            Self::Whole(bytes) => bytes.len() as u64,
            Self::Stream(length, _) => *length,
        }
    }

    /// Hands all of it to `sink`, in pieces of at most 64 KiB if it is a stream.
    ///
    /// # Errors
    ///
    /// Reading fails, the stream has another length than it should, or what `sink` returns.
    pub fn copy(self, mut sink: impl FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<()> {
        let (length, mut reader) = match self {
            Self::Whole(bytes) => return sink(&bytes),
            Self::Stream(length, reader) => (length, reader.take(length.saturating_add(1))),
        };
        let mut piece = vec![0; PIECE];
        let mut left = length;
        loop {
            match reader.read(&mut piece) {
                Ok(0) if left == 0 => return Ok(()),
                Ok(count) if count != 0 && count as u64 <= left => {
                    sink(&piece[..count])?;
                    left -= count as u64;
                }
                Ok(_) => return Err(changed(length)),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// How much of a stream is in memory at a time, in bytes.
const PIECE: usize = 64 << 10;

fn changed(length: u64) -> std::io::Error {
    std::io::Error::other(format!("the content is not {length} bytes long any more"))
}

impl ReadData for Vec<u8> {
    fn read(&self) -> std::io::Result<Cow<'_, [u8]>> {
        Ok(Cow::Borrowed(self))
    }
}

impl ReadData for Arc<[u8]> {
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

    /// The bytes from the first one, where they need not be in memory all at once.
    ///
    /// # Errors
    ///
    /// As [`Data::read`].
    pub fn open(&self) -> std::io::Result<Content<'_>> {
        self.0.open()
    }

    /// Whether both are the same bytes.
    pub(crate) fn is_same(&self, other: &Self) -> std::io::Result<bool> {
        if Arc::ptr_eq(&self.0, &other.0) {
            return Ok(true);
        }
        let mut other = match other.open()? {
            Content::Whole(bytes) => Box::new(std::io::Cursor::new(bytes)),
            Content::Stream(_, reader) => reader,
        };
        let (mut same, mut part) = (true, Vec::new());
        self.open()?.copy(|piece| {
            part.resize(piece.len(), 0);
            match same.then(|| other.read_exact(&mut part)) {
                Some(Err(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => same = false,
                Some(Err(error)) => return Err(error),
                _ => same &= part == piece,
            }
            Ok(())
        })?;
        Ok(same && other.read(&mut [0])? == 0)
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

impl From<&str> for Data {
    fn from(text: &str) -> Self {
        text.as_bytes().into()
    }
}

impl From<String> for Data {
    fn from(text: String) -> Self {
        text.into_bytes().into()
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

/// An extension module that is linked into the program: what is packed is its name.
#[derive(Debug, Clone)]
pub struct BuiltinModule {
    /// Dotted name.
    pub name: String,
    /// The path below `sys.path` that it would have as a dynamic library.
    pub relative_path: String,
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
    /// An extension module that is linked into the program.
    BuiltinModule(BuiltinModule),
    /// A data file of a package.
    PackageResource(PackageResource),
    /// A metadata file of a distribution.
    DistributionResource(DistributionResource),
    /// A shared library.
    SharedLibrary(SharedLibrary),
    /// Another file.
    File(FileData),
}

/// What a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ResourceKind {
    /// Source text of a module.
    ModuleSource,
    /// Bytecode of a module.
    ModuleBytecode,
    /// An extension module.
    ExtensionModule,
    /// An extension module that is linked into the program.
    BuiltinModule,
    /// A data file of a package.
    PackageResource,
    /// A metadata file of a distribution.
    DistributionResource,
    /// A shared library.
    SharedLibrary,
    /// Another file.
    File,
}

impl ResourceKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::ModuleSource,
        Self::ModuleBytecode,
        Self::ExtensionModule,
        Self::BuiltinModule,
        Self::PackageResource,
        Self::DistributionResource,
        Self::SharedLibrary,
        Self::File,
    ];

    /// Its name, such as `module-source`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ModuleSource => "module-source",
            Self::ModuleBytecode => "module-bytecode",
            Self::ExtensionModule => "extension-module",
            Self::BuiltinModule => "builtin-module",
            Self::PackageResource => "package-resource",
            Self::DistributionResource => "distribution-resource",
            Self::SharedLibrary => "shared-library",
            Self::File => "file",
        }
    }
}

impl Resource {
    /// What it is.
    pub fn kind(&self) -> ResourceKind {
        match self {
            Self::ModuleSource(_) => ResourceKind::ModuleSource,
            Self::ModuleBytecode(_) => ResourceKind::ModuleBytecode,
            Self::ExtensionModule(_) => ResourceKind::ExtensionModule,
            Self::BuiltinModule(_) => ResourceKind::BuiltinModule,
            Self::PackageResource(_) => ResourceKind::PackageResource,
            Self::DistributionResource(_) => ResourceKind::DistributionResource,
            Self::SharedLibrary(_) => ResourceKind::SharedLibrary,
            Self::File(_) => ResourceKind::File,
        }
    }

    /// The name of the entry that it belongs to: of the module, the package of a data file, the project of metadata,
    /// the library; of another file its path.
    pub fn entry_name(&self) -> String {
        match self {
            Self::ModuleSource(module) => module.name.clone(),
            Self::ModuleBytecode(module) => module.name.clone(),
            Self::ExtensionModule(module) => module.name.clone(),
            Self::BuiltinModule(module) => module.name.clone(),
            Self::PackageResource(file) => file.package.clone(),
            Self::DistributionResource(file) => file.project.clone(),
            Self::SharedLibrary(library) => library.name.clone(),
            Self::File(file) => file.path.clone(),
        }
    }

    /// The path below `sys.path` that the resource has, or would have, as a file.
    pub fn relative_path(&self) -> String {
        match self {
            Self::ModuleSource(module) => module_path(&module.name, module.is_package, "py"),
            Self::ModuleBytecode(module) => module_path(&module.name, module.is_package, "pyc"),
            Self::ExtensionModule(module) => module.relative_path.clone(),
            Self::BuiltinModule(module) => module.relative_path.clone(),
            Self::PackageResource(file) => format!("{}/{}", file.package.replace('.', "/"), file.name),
            Self::DistributionResource(file) => format!("{}/{}", file.directory, file.name),
            Self::SharedLibrary(library) => library.relative_path.clone().unwrap_or_else(|| library.name.clone()),
            Self::File(file) => file.path.clone(),
        }
    }

    /// The bytes of the resource; a module that is linked in has none.
    pub fn data(&self) -> &Data {
        static NONE: LazyLock<Data> = LazyLock::new(|| Vec::new().into());
        match self {
            Self::ModuleSource(module) => &module.source,
            Self::ModuleBytecode(module) => &module.bytecode,
            Self::ExtensionModule(module) => &module.library,
            Self::BuiltinModule(_) => &NONE,
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
