//! All resources that a finder has: blobs in layers, and entries that replace theirs.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::{Bound, Deref};
use std::path::Path;
use std::sync::Arc;

use pyox_packed_resources::{Entries, Entry, EntryFlags, Error, Field, FieldKind, Index, Layered, Place, pyc};
use pyox_python_objects::{Raised, Result, import_error, with_causes};

use crate::layer::Layer;

mod files;

use files::MetadataDirectories;

/// What a finder knows at one moment. Of several layers the first that has a module wins.
#[derive(Clone)]
pub(crate) struct Catalogue {
    layers: Layered<Arc<Layer>>,
    /// Entries that were added one by one, each in a blob that has it. They hide the same names in the layers.
    added: BTreeMap<Box<str>, Arc<Layer>>,
    /// The directory that paths of files are relative to.
    origin: Arc<Path>,
    /// Of the entries that are here now.
    metadata_directories: MetadataDirectories,
}

impl Catalogue {
    pub(crate) fn new(layers: Vec<Arc<Layer>>, origin: &Path) -> Self {
        Self {
            layers: Layered::new(layers),
            added: BTreeMap::new(),
            origin: origin.into(),
            metadata_directories: MetadataDirectories::default(),
        }
    }

    /// Puts a layer before all others: what it has replaces what is there.
    pub(crate) fn prepend(&mut self, layer: Layer) {
        self.added.retain(|name, _| matches!(layer.entry(name), Ok(None)));
        self.layers = Layered::new([Arc::new(layer)].into_iter().chain(self.layers()).collect());
        self.metadata_directories = MetadataDirectories::default();
    }

    /// Puts a layer after all others: what is there stays.
    pub(crate) fn append(&mut self, layer: Arc<Layer>) {
        self.layers = Layered::new(self.layers().chain([layer]).collect());
        self.metadata_directories = MetadataDirectories::default();
    }

    pub(crate) fn layers(&self) -> impl Iterator<Item = Arc<Layer>> {
        self.layers.layers().iter().cloned()
    }

    /// Replaces the entries that have these names by those of `layer`, or adds them.
    pub(crate) fn add(&mut self, names: Vec<Box<str>>, layer: &Arc<Layer>) {
        self.added.extend(names.into_iter().map(|name| (name, layer.clone())));
        self.metadata_directories = MetadataDirectories::default();
    }

    /// The directory that paths of files are relative to.
    pub(crate) fn origin(&self) -> &Path {
        &self.origin
    }

    /// The entry with this name; damage of the blob becomes `ImportError`.
    pub(crate) fn entry(&self, name: &str) -> Result<Option<Found<'_>>> {
        let added = if self.added.is_empty() { None } else { self.added.get(name) };
        let entry = match (added, self.layers.layers()) {
            (Some(layer), _) | (None, [layer]) => layer.entry(name),
            _ => self.layers.entry(name),
        };
        match entry {
            Ok(entry) => Ok(entry.map(|entry| Found { catalogue: self, entry })),
            Err(error) => Err(damaged(&error, name)),
        }
    }

    /// Where parts of a package without code are: it is wherever something inside it is.
    pub(crate) fn namespace_places(&self, package: &str) -> Result<Vec<Place>> {
        let mut places = Vec::new();
        let prefix = format!("{package}.");
        let inside = self.entries(&prefix).filter(|entry| {
            entry.as_ref().map_or(true, |entry| entry.is(EntryFlags::MODULE.union(EntryFlags::EXTENSION)))
        });
        for entry in self.entry(package)?.map(Ok).into_iter().chain(inside) {
            let place = entry?.flags().place();
            if !places.contains(&place) {
                places.push(place);
            }
        }
        Ok(places)
    }

    /// The entry of something that can be imported.
    pub(crate) fn importable(&self, name: &str) -> Result<Option<Found<'_>>> {
        Ok(self.entry(name)?.filter(|entry| entry.is(EntryFlags::IMPORTABLE)))
    }

    /// The entries whose names start with `prefix`, sorted by name; damage of the blob becomes `ImportError`.
    pub(crate) fn entries(&self, prefix: &str) -> impl Iterator<Item = Result<Found<'_>>> {
        let in_layers = self.layers.entries_with_prefix(prefix);
        let entries: Entries<'_> = if self.added.is_empty() { in_layers } else { self.with_added(prefix, in_layers) };
        entries.map(move |entry| match entry {
            Ok(entry) => Ok(Found { catalogue: self, entry }),
            Err(error) => Err(damaged(&error, prefix)),
        })
    }

    fn with_added<'c>(&'c self, prefix: &str, in_layers: Entries<'c>) -> Entries<'c> {
        let added = self
            .added
            .range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
            .take_while(|(name, _)| name.starts_with(prefix));
        let added = added.filter_map(|(name, layer)| layer.entry(name).transpose());
        let is_hidden = |entry: &std::result::Result<Entry<'_>, Error>| {
            entry.as_ref().is_ok_and(|entry| self.added.contains_key(entry.name()))
        };
        let mut entries: Vec<_> = added.chain(in_layers.filter(|entry| !is_hidden(entry))).collect();
        // Damage comes first.
        entries.sort_by(|a, b| a.as_ref().ok().map(Entry::name).cmp(&b.as_ref().ok().map(Entry::name)));
        Box::new(entries.into_iter())
    }

    /// The value of a field, wherever it is stored.
    fn read<'c>(&'c self, field: &Field<'c>) -> std::result::Result<Cow<'c, [u8]>, ReadError> {
        if let Some(path) = field.file()? {
            let path = self.origin.join(&*path);
            return std::fs::read(&path).map(Cow::Owned).map_err(|error| ReadError::File(path, error));
        }
        if let Ok(stored) = field.stored() {
            pyox_native_loader::reading(stored);
        }
        // Damaged bytecode and native code would crash, damaged data would be taken for right.
        field.verify()?;
        let decompressed = self.layers.layers().iter().find_map(|layer| layer.decompress(field));
        Ok(decompressed.unwrap_or_else(|| field.read())?)
    }
}

/// An entry, and where its values are read.
#[derive(Clone)]
pub(crate) struct Found<'c> {
    pub(crate) catalogue: &'c Catalogue,
    entry: Entry<'c>,
}

impl<'c> Deref for Found<'c> {
    type Target = Entry<'c>;

    fn deref(&self) -> &Entry<'c> {
        &self.entry
    }
}

impl<'c> Found<'c> {
    /// Whether the entry has a value of a kind.
    pub(crate) fn has(&self, kind: FieldKind) -> bool {
        self.entry.fields_of(kind).next().is_some()
    }

    /// The value of a field, if the entry has it.
    pub(crate) fn value(&self, kind: FieldKind) -> Result<Option<Cow<'c, [u8]>>> {
        self.keyed_value(kind, "")
    }

    /// The value of a field with a key, if the entry has it.
    pub(crate) fn keyed_value(&self, kind: FieldKind, key: &str) -> Result<Option<Cow<'c, [u8]>>> {
        self.field_with_key(kind, key)?.map(|field| self.read(&field)).transpose()
    }

    /// The field with a key, if the entry has it.
    pub(crate) fn field_with_key(&self, kind: FieldKind, key: &str) -> Result<Option<Field<'c>>> {
        self.entry.keyed(kind, key).map_err(|error| damaged(&error, self.name()))
    }

    /// The value of a field that is text.
    pub(crate) fn text(&self, kind: FieldKind) -> Result<Option<String>> {
        Ok(self.value(kind)?.and_then(|value| String::from_utf8(value.into_owned()).ok()))
    }

    /// The value of a field of this entry.
    pub(crate) fn read(&self, field: &Field<'c>) -> Result<Cow<'c, [u8]>> {
        self.catalogue.read(field).map_err(|error| match error {
            ReadError::Blob(error) => damaged(&error, self.name()),
            ReadError::File(path, error) => {
                import_error(&format!("cannot read {}: {error}", path.display()), self.name())
            }
        })
    }

    /// Marshalled code, of the first kind that the entry has.
    pub(crate) fn bytecode(&self, kinds: &[FieldKind; 3]) -> Result<Option<Cow<'c, [u8]>>> {
        for kind in kinds {
            if let Some(value) = self.value(*kind)? {
                let in_file = self.file(*kind)?.is_some();
                return Ok(Some(if in_file { without_header(value) } else { value }));
            }
        }
        Ok(None)
    }

    /// The checksum of a value as it is stored, if there is one: version 4 has them.
    pub(crate) fn checksum(&self, kind: FieldKind) -> Option<u32> {
        self.entry.field(kind).ok()??.crc()
    }

    /// The path of the file that holds a value, if it is in one, relative to the origin.
    pub(crate) fn file(&self, kind: FieldKind) -> Result<Option<Cow<'c, str>>> {
        let field = self.entry.field(kind).map_err(|error| damaged(&error, self.name()))?;
        field.map_or(Ok(None), |field| field.file().map_err(|error| damaged(&error, self.name())))
    }
}

/// The code after the header of a `.pyc` file, whatever that says, as in 0.6.
fn without_header(mut file: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let header = pyc::HEADER_LEN.min(file.len());
    file.to_mut().drain(..header);
    file
}

/// Why a value cannot be read.
#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error(transparent)]
    Blob(#[from] Error),
    #[error("{0}: {1}")]
    File(std::path::PathBuf, std::io::Error),
}

/// The name of a module with this relative path, which has no suffix; no name has a dot in one of its parts.
pub(crate) fn dotted(relative: &str) -> Option<String> {
    (!relative.contains('.')).then(|| relative.replace('/', "."))
}

/// Damage of the blob as `ImportError`.
pub(crate) fn damaged(error: &Error, name: &str) -> Raised {
    import_error(&format!("packed resources of {name:?}: {}", with_causes(error)), name)
}
