//! Where the values of an entry are below `sys.path`.

use pyox_legacy_resources::metadata_directory;
use pyox_packed_resources::{Decoder, Entry, EntryFlags, Error, Field, FieldKind, pyc};

use super::Pyc;

/// The longest path that is read, in bytes.
const MOST_PATH: u64 = 1 << 16;

/// What the paths of an entry's values depend on.
pub(super) struct Places<'a> {
    name: &'a str,
    is_package: bool,
    has_source: bool,
    /// The first kind of bytecode that the entry has.
    bytecode: Option<FieldKind>,
    is_extension: bool,
    relative_path: Option<String>,
    metadata_directory: String,
}

impl<'a> Places<'a> {
    pub(super) fn of(entry: &Entry<'a>, decoder: &Decoder<'a>) -> Result<Self, Error> {
        let text = |kind| -> Result<Option<String>, Error> {
            let Some(field) = entry.field(kind)? else { return Ok(None) };
            field.verify()?;
            let value = decoder.read_at_most(&field, MOST_PATH)?.into_owned();
            let not_utf8 = |_| Error::NotUtf8 { what: "path", offset: field.offset() };
            String::from_utf8(value).map(Some).map_err(not_utf8)
        };
        let mut bytecode = None;
        for field in entry.fields() {
            let kind = field?.kind();
            bytecode = bytecode.or(kind.is_bytecode().then_some(kind));
        }
        let metadata_directory = match text(FieldKind::MetadataDirectory)? {
            Some(directory) => directory,
            // Versions 1 to 3 do not name it.
            None if entry.field(FieldKind::DistributionResource)?.is_some() => metadata_directory(entry)?,
            None => String::new(),
        };
        Ok(Self {
            name: entry.name(),
            is_package: entry.is(EntryFlags::PACKAGE),
            has_source: entry.field(FieldKind::Source)?.is_some(),
            bytecode,
            is_extension: entry.field(FieldKind::Extension)?.is_some(),
            relative_path: text(FieldKind::RelativePath)?,
            metadata_directory,
        })
    }

    /// Whether the module has bytecode alone.
    pub(super) fn is_code_only(&self) -> bool {
        self.bytecode.is_some() && !self.has_source
    }

    /// The path of a value; `None` if it is no file, or bytecode of an unknown Python.
    pub(super) fn path(&self, field: &Field<'a>, python: Option<Pyc>) -> Option<String> {
        let key = field.key();
        Some(match field.kind() {
            FieldKind::Source => format!("{}.py", self.stem()),
            kind if kind.is_bytecode() => self.bytecode_path(kind, python?)?,
            FieldKind::Extension => self.relative_path.clone().unwrap_or_else(|| format!("{}.so", self.stem())),
            FieldKind::SharedLibrary => {
                self.relative_path.clone().filter(|_| !self.is_extension).unwrap_or_else(|| self.name.to_owned())
            }
            FieldKind::PackageResource => format!("{}/{key}", self.name.replace('.', "/")),
            FieldKind::DistributionResource => format!("{}/{key}", self.metadata_directory),
            FieldKind::CacheFile => key.to_owned(),
            FieldKind::File => self.name.to_owned(),
            _ => return None,
        })
    }

    /// The path of the module without an extension.
    fn stem(&self) -> String {
        let path = self.name.replace('.', "/");
        if self.is_package { path + "/__init__" } else { path }
    }

    /// Python reads `__pycache__` only if the source is there (PEP 3147), else a `.pyc` in its place.
    fn bytecode_path(&self, kind: FieldKind, python: Pyc) -> Option<String> {
        let stem = self.stem();
        if !self.has_source {
            return (self.bytecode == Some(kind)).then(|| stem + ".pyc");
        }
        Some(pyc::cached_path(&stem, &python.tag(), kind.optimize_level()?))
    }
}
