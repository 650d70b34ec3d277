//! Reading packed resources out of files.

use std::ops::Range;
use std::path::{Path, PathBuf};

use pyox_interpreter_config::InterpreterConfig;
use pyox_legacy_resources::Packed;
use pyox_output::Outputs;
use pyox_packed_resources::{Blob, Index, MAGIC, NativePaths, SectionKind};
use pyox_program_format::{Error as FormatError, payload_range};
use sha2::{Digest, Sha256};

use crate::{Error, bounds};

/// A file with packed resources: it is nothing else, or it is a program with a payload.
pub struct ResourceFile {
    path: PathBuf,
    bytes: Vec<u8>,
    /// Where in the file the resources are.
    range: Range<usize>,
    native_paths: NativePaths,
}

impl ResourceFile {
    /// Reads a file. Paths in resources of versions 1 to 3 are those of this platform.
    ///
    /// # Errors
    ///
    /// As [`ResourceFile::read_with`].
    pub fn read(path: impl Into<PathBuf>) -> Result<Self, Error> {
        Self::read_with(path, NativePaths::HOST)
    }

    /// Reads a file. Paths in resources of versions 1 to 3 are written as `native_paths`.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], [`Error::Empty`], [`Error::NoResources`] or [`Error::NoPayload`] if the file cannot be read or is
    /// of another kind, [`Error::ResourcesVersion`] and [`Error::OpenResources`] if the resources cannot be opened.
    pub fn read_with(path: impl Into<PathBuf>, native_paths: NativePaths) -> Result<Self, Error> {
        let path = path.into();
        let bytes = std::fs::read(&path).map_err(Error::io("read", &path))?;
        if bytes.is_empty() {
            return Err(Error::Empty { path });
        }
        let range = match locate(&bytes) {
            Ok(range) => range,
            Err(FormatError::NotExecutable { .. }) => return Err(Error::NoResources { path }),
            Err(source) => return Err(Error::NoPayload { path, source }),
        };
        let file = Self { path, bytes, range, native_paths };
        let packed = file.packed()?;
        bounds::check_index(&packed, file.resources().len()).map_err(file.not_opened())?;
        let length = packed.blob().map_or(file.resources().len(), Blob::len);
        if length != file.resources().len() {
            let (path, offset) = (file.path.clone(), length as u64);
            return Err(Error::TrailingBytes { path, offset, length: (file.resources().len() - length) as u64 });
        }
        Ok(file)
    }

    fn not_opened(&self) -> impl FnOnce(pyox_packed_resources::Error) -> Error {
        let path = self.path.clone();
        move |source| Error::OpenResources { path, source }
    }

    /// How many bytes the values may have once decoded, unless a person says otherwise: 256 MiB, or 200 times the
    /// length of the file if that is more. A few thousand bytes can decode to gigabytes.
    pub fn decoded_limit(&self) -> u64 {
        self.len().saturating_mul(200).max(256 << 20)
    }

    /// Compares the launcher of a program with the digest that was recorded when it was made.
    ///
    /// # Errors
    ///
    /// [`Error::LauncherDigest`] if it is not what it was, and [`Error::OpenResources`] for damage of the digest.
    pub fn verify_launcher(&self) -> Result<LauncherDigest, Error> {
        if self.range.start == 0 {
            return Ok(LauncherDigest::NoLauncher);
        }
        let packed = self.packed()?;
        let section = packed.blob().map(|blob| blob.section(SectionKind::Launcher)).transpose();
        let Some(expected) = section.map_err(self.not_opened())?.flatten() else {
            return Ok(LauncherDigest::NotRecorded);
        };
        let found: [u8; 32] = Sha256::digest(&self.bytes[..self.range.start]).into();
        match expected == found {
            true => Ok(LauncherDigest::Right(found)),
            false => Err(Error::LauncherDigest { path: self.path.clone() }),
        }
    }

    /// The resources.
    ///
    /// # Errors
    ///
    /// [`Error::ResourcesVersion`] and [`Error::OpenResources`]; [`ResourceFile::read`] rules them out.
    pub fn packed(&self) -> Result<Packed<'_>, Error> {
        Packed::open_with(self.resources(), self.native_paths).map_err(|source| match &source {
            pyox_packed_resources::Error::Magic { found }
                if found.starts_with(FAMILY) && found.len() > FAMILY.len() =>
            {
                Error::ResourcesVersion { path: self.path.clone(), found: found[FAMILY.len()] }
            }
            _ => Error::OpenResources { path: self.path.clone(), source },
        })
    }

    /// The bytes of the resources.
    pub fn resources(&self) -> &[u8] {
        &self.bytes[self.range.clone()]
    }

    /// The path the file was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Length of the file in bytes.
    #[expect(clippy::len_without_is_empty, reason = "a file with resources is not empty")]
    pub fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Offset of the resources from the start of the file, in bytes: 0 in a file of their own.
    pub fn offset(&self) -> u64 {
        self.range.start as u64
    }

    /// The directory that values in files are relative to: that of the file.
    pub fn origin(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// The file, and those that its values are in: what is made of it must not replace them.
    pub fn inputs(&self) -> Outputs {
        let mut inputs = Outputs::default();
        inputs.reads("the file", &self.path);
        let Ok(packed) = self.packed() else { return inputs };
        for entry in packed.entries().flatten() {
            for field in entry.fields().flatten() {
                if let Ok(Some(path)) = field.file() {
                    inputs.reads("the file", &self.origin().join(&*path));
                }
            }
        }
        inputs
    }

    /// The version of Python that the resources are for, as `(major, minor)`, if their interpreter configuration says
    /// so.
    pub fn python(&self) -> Option<(u8, u8)> {
        let packed = self.packed().ok()?;
        let section = packed.blob()?.section(SectionKind::InterpreterConfig).ok()??;
        let config = InterpreterConfig::decode(section).ok()?;
        (config.python.0 != 0).then_some(config.python)
    }
}

/// What is known of the launcher of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LauncherDigest {
    /// The file is no program.
    NoLauncher,
    /// The program was made without a digest, by an earlier version.
    NotRecorded,
    /// It is as it was when the program was made, and has this SHA-256 with what follows up to the resources.
    Right([u8; 32]),
}

/// How packed resources of all versions start; the version follows.
const FAMILY: &[u8] = MAGIC.split_at(MAGIC.len() - 1).0;

fn locate(bytes: &[u8]) -> Result<Range<usize>, FormatError> {
    if bytes.starts_with(FAMILY) { Ok(0..bytes.len()) } else { payload_range(bytes) }
}
