//! Writing version 3.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;

use pyox_packed_resources::{Decoder, Encoding, Entry, EntryFlags, Error, Field, FieldKind, NativePaths};

use crate::layout::{
    Content, END_OF_ENTRY, END_OF_INDEX, EXECUTABLE, FIELDS, FLAGS, Field as Layout, HEADER_LEN, MAGIC, NAME,
    SECTION_FIELD, SECTION_LENGTH, START_OF_ENTRY, Shape, Width,
};
use crate::{Loss, metadata};

/// The longest name of a directory that is read, in bytes.
const MOST_NAME: u64 = 1 << 16;

/// Writes entries of any version as packed resources version 3, sorted by name.
///
/// ```
/// use pyox_packed_resources::{Blob, EntryFlags, FieldKind, NativePaths, Writer};
///
/// let mut hello = Writer::new();
/// hello.entry("hello").flag(EntryFlags::MODULE).field(FieldKind::Source, b"print('hi')\n".to_vec());
/// let version_4 = hello.to_vec()?;
///
/// let mut writer = pyox_legacy_resources::Writer::new(NativePaths::HOST);
/// for entry in Blob::open(&version_4)?.entries() {
///     writer.add(&entry?, |_| false)?;
/// }
/// assert!(writer.to_vec()?.starts_with(b"pyembed\x03"));
/// # Ok::<(), pyox_packed_resources::Error>(())
/// ```
pub struct Writer<'a> {
    paths: NativePaths,
    resources: BTreeMap<Cow<'a, str>, Resource<'a>>,
}

/// What is written of one resource.
#[derive(Default)]
struct Resource<'a> {
    flags: EntryFlags,
    /// Each has a place in the format.
    fields: Vec<Field<'a>>,
    /// Whether it has the files of a distribution of version 4.
    distribution: bool,
}

impl<'a> Writer<'a> {
    /// Nothing in it yet; paths of files are written for the platform that has such `paths`.
    pub fn new(paths: NativePaths) -> Self {
        Self { paths, resources: BTreeMap::new() }
    }

    /// Adds an entry. What version 3 cannot hold is left out if `may_lose` says yes to it.
    ///
    /// Distribution resources go to the name that the metadata directory has, which is how the original spells it.
    ///
    /// # Errors
    ///
    /// [`Error::NotRepresentable`] for what may not be lost, and for a field that is there from another entry; any
    /// damage of the entry.
    pub fn add(&mut self, entry: &Entry<'a>, mut may_lose: impl FnMut(&Loss<'a>) -> bool) -> Result<(), Error> {
        let name = entry.name();
        let may_lose: &mut dyn FnMut(&Loss<'a>) -> bool = &mut may_lose;
        let mut known = 0;
        let mut fields = Vec::new();
        let mut directory = None;
        for field in entry.fields() {
            let field = field?;
            // Version 3 has no checksums: damage would be lost from sight.
            field.verify()?;
            known += 1;
            if field.kind() == FieldKind::MetadataDirectory && field.key().is_empty() {
                directory = Some(Decoder::new().read_at_most(&field, MOST_NAME)?);
            } else if layout_of(&field).is_none() {
                Loss::Field { entry: name, kind: field.kind(), key: field.key() }.allow(may_lose)?;
            } else {
                if !mode_is_kept(&field) {
                    let (kind, key, mode) = (field.kind(), field.key(), field.mode());
                    Loss::Mode { entry: name, kind, key, mode }.allow(may_lose)?;
                }
                fields.push(field);
            }
        }
        if known < entry.field_count() {
            Loss::UnknownFields { entry: name }.allow(may_lose)?;
        }

        let (files, fields): (Vec<_>, Vec<_>) =
            fields.into_iter().partition(|field| field.kind() == FieldKind::DistributionResource);
        let mut flags = entry.flags();
        if !files.is_empty() {
            flags = flags.difference(EntryFlags::DISTRIBUTION);
        }
        let kept = FLAGS.iter().fold(EntryFlags::default(), |all, (_, flag)| all.union(*flag));
        let lost = flags.difference(kept);
        if lost != EntryFlags::default() {
            Loss::Flags { entry: name, flags: lost }.allow(may_lose)?;
        }

        let mut project = Cow::Borrowed(name);
        let of_version_4 = directory.is_some();
        if let Some(directory) = directory {
            let found = std::str::from_utf8(&directory).ok().filter(|_| !files.is_empty());
            match found.map(|directory| metadata::project_name(directory, entry)).transpose()?.flatten() {
                Some(spelled) => project = Cow::Owned(spelled.to_owned()),
                None => {
                    Loss::Field { entry: name, kind: FieldKind::MetadataDirectory, key: "" }.allow(may_lose)?;
                }
            }
        }
        let flags = flags.intersection(kept);
        let only_distribution = fields.is_empty() && flags == EntryFlags::default() && !files.is_empty();
        if !only_distribution {
            self.resource(Cow::Borrowed(name), flags, fields)?;
        }
        if !files.is_empty() {
            self.resources.entry(project.clone()).or_default().distribution |= of_version_4;
            self.resource(project, EntryFlags::default(), files)?;
        }
        Ok(())
    }

    fn resource(&mut self, name: Cow<'a, str>, flags: EntryFlags, mut fields: Vec<Field<'a>>) -> Result<(), Error> {
        let resource = self.resources.entry(name.clone()).or_default();
        resource.flags = resource.flags.union(flags);
        resource.fields.append(&mut fields);
        resource.fields.sort_by_key(Field::rank);
        match resource.fields.windows(2).find(|pair| pair[0].rank() == pair[1].rank()) {
            Some(pair) => {
                let what = format!("two times the {:?} {:?} of {name:?}", pair[0].kind(), pair[0].key());
                Err(Error::NotRepresentable { version: 3, what })
            }
            None => Ok(()),
        }
    }

    /// The blob as bytes.
    ///
    /// # Errors
    ///
    /// [`Error::NotRepresentable`] for a name, value or path that is too long or cannot be written for the platform,
    /// [`Error::TooLarge`] for an index that is; any damage of a value.
    pub fn to_vec(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        self.write_to(&mut bytes)?;
        Ok(bytes)
    }

    /// Writes the blob and returns its length in bytes.
    ///
    /// # Errors
    ///
    /// As [`Writer::to_vec`], and [`Error::Write`].
    pub fn write_to(&self, out: &mut dyn Write) -> Result<u64, Error> {
        let mut plan = Plan { paths: self.paths, index: Vec::new(), sections: BTreeMap::new() };
        for (name, resource) in &self.resources {
            plan.resource(name, resource)?;
        }
        plan.index.push(END_OF_INDEX);
        let sections = plan.section_index();
        let mut head = MAGIC.to_vec();
        head.extend_from_slice(&[3, plan.sections.len() as u8]);
        for (what, number) in [
            ("length of the blob index", sections.len()),
            ("resources", self.resources.len()),
            ("length of the resources index", plan.index.len()),
        ] {
            let number = u32::try_from(number).map_err(|_| {
                let (value, limit) = (number as u64, u32::MAX.into());
                Error::TooLarge { what, value, limit }
            })?;
            head.extend_from_slice(&number.to_le_bytes());
        }
        debug_assert_eq!(head.len(), HEADER_LEN);
        let mut length = 0;
        let mut write = |bytes: &[u8]| {
            length += bytes.len() as u64;
            out.write_all(bytes).map_err(Error::Write)
        };
        for bytes in [&*head, &*sections, &*plan.index] {
            write(bytes)?;
        }
        let decoder = Decoder::new();
        for value in plan.sections.values().flatten() {
            match value {
                Piece::Bytes(bytes) => write(bytes)?,
                Piece::Value(field) => decoder.copy(field, &mut write)?.map(drop)?,
            }
        }
        Ok(length)
    }
}

/// The place of a field in the format.
fn layout_of(field: &Field<'_>) -> Option<&'static Layout> {
    let in_file = matches!(field.encoding(), Ok(Encoding::File));
    let layout =
        FIELDS.iter().find(|layout| layout.kind == field.kind() && (layout.content != Content::InMemory) == in_file)?;
    let fits = match layout.shape {
        Shape::One(_) => field.key().is_empty(),
        Shape::Files(_) => true,
        Shape::Names => field.len() == 0,
    };
    fits.then_some(layout)
}

/// A file is executable or not; 0o644 is what a file without recorded mode gets.
fn mode_is_kept(field: &Field<'_>) -> bool {
    matches!(field.mode(), 0 | 0o644) || field.kind() == FieldKind::File && field.mode() == 0o755
}

/// The parts of a blob in the making.
struct Plan<'w> {
    paths: NativePaths,
    index: Vec<u8>,
    /// Values by field.
    sections: BTreeMap<u8, Vec<Piece<'w>>>,
}

/// A part of a section.
enum Piece<'w> {
    Bytes(Cow<'w, [u8]>),
    /// A value, which is decoded when it is written.
    Value(Field<'w>),
}

impl Piece<'_> {
    fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Value(field) => field.len(),
        }
    }
}

impl<'w> Plan<'w> {
    fn resource(&mut self, name: &'w str, resource: &Resource<'w>) -> Result<(), Error> {
        self.index.extend_from_slice(&[START_OF_ENTRY, NAME]);
        self.text(NAME, name, name)?;
        let mut flags = resource.flags;
        // PyOxidizer finds the metadata of packages only.
        let of_distribution = |field: &Field<'_>| field.kind() == FieldKind::DistributionResource;
        if resource.distribution && flags == EntryFlags::default() && resource.fields.iter().all(of_distribution) {
            flags = EntryFlags::PACKAGE;
        }
        self.index.extend(FLAGS.iter().filter(|(_, flag)| flags.intersects(*flag)).map(|(code, _)| code));
        let executable = |field: &Field<'_>| field.kind() == FieldKind::File && field.mode() & 0o111 != 0;
        if resource.fields.iter().any(executable) {
            self.index.push(EXECUTABLE);
        }
        for layout in &FIELDS {
            let of_layout = |field: &&Field<'_>| layout_of(field).is_some_and(|found| found.code == layout.code);
            let fields: Vec<_> = resource.fields.iter().filter(of_layout).collect();
            if !fields.is_empty() {
                self.fields(name, layout, &fields)?;
            }
        }
        self.index.push(END_OF_ENTRY);
        Ok(())
    }

    /// All values of one layout in one resource.
    fn fields(&mut self, name: &'w str, layout: &Layout, fields: &[&Field<'w>]) -> Result<(), Error> {
        self.index.push(layout.code);
        match layout.shape {
            Shape::One(_) => {}
            Shape::Files(_) => self.length(Width::U32, fields.len(), name, layout.kind)?,
            Shape::Names => {
                let count = u16::try_from(fields.len()).map_err(|_| too_long(name, layout.kind, fields.len()))?;
                self.index.extend_from_slice(&count.to_le_bytes());
            }
        }
        for field in fields {
            if !matches!(layout.shape, Shape::One(_)) {
                self.text(layout.code, field.key(), name)?;
            }
            if let Shape::One(width) | Shape::Files(width) = layout.shape {
                let value = self.value(name, layout, field)?;
                self.length(width, value.len() as usize, name, layout.kind)?;
                self.sections.entry(layout.code).or_default().push(value);
            }
        }
        Ok(())
    }

    /// The bytes of a value, or of the path to it.
    fn value(&self, name: &str, layout: &Layout, field: &Field<'w>) -> Result<Piece<'w>, Error> {
        let paths = match layout.content {
            Content::InMemory => return Ok(Piece::Value(*field)),
            Content::NativePath if field.native_paths() == self.paths => {
                return field.stored().map(|path| Piece::Bytes(Cow::Borrowed(path)));
            }
            Content::NativePath => self.paths,
            Content::Utf8Path => NativePaths::Unix,
        };
        match field.file() {
            Ok(path) => Ok(Piece::Bytes(paths.encode(path.unwrap_or_default()))),
            Err(Error::NotUtf8 { .. }) => {
                let (kind, key) = (field.kind(), field.key());
                let what = format!("the path of the {kind:?} {key:?} of {name:?} for this platform");
                Err(Error::NotRepresentable { version: 3, what })
            }
            Err(error) => Err(error),
        }
    }

    /// A name, with its length in the index.
    fn text(&mut self, code: u8, text: &'w str, name: &str) -> Result<(), Error> {
        let Ok(length) = u16::try_from(text.len()) else {
            let what = format!("a name of {} bytes in {name:?}", text.len());
            return Err(Error::NotRepresentable { version: 3, what });
        };
        self.index.extend_from_slice(&length.to_le_bytes());
        self.sections.entry(code).or_default().push(Piece::Bytes(Cow::Borrowed(text.as_bytes())));
        Ok(())
    }

    fn length(&mut self, width: Width, length: usize, name: &str, kind: FieldKind) -> Result<(), Error> {
        match width {
            Width::U32 => {
                let length = u32::try_from(length).map_err(|_| too_long(name, kind, length))?;
                self.index.extend_from_slice(&length.to_le_bytes());
            }
            Width::U64 => self.index.extend_from_slice(&(length as u64).to_le_bytes()),
        }
        Ok(())
    }

    fn section_index(&self) -> Vec<u8> {
        let mut index = Vec::new();
        for (code, values) in &self.sections {
            let length: u64 = values.iter().map(Piece::len).fold(0, u64::saturating_add);
            index.extend_from_slice(&[START_OF_ENTRY, SECTION_FIELD, *code, SECTION_LENGTH]);
            index.extend_from_slice(&length.to_le_bytes());
            index.push(END_OF_ENTRY);
        }
        index.push(END_OF_INDEX);
        index
    }
}

fn too_long(name: &str, kind: FieldKind, length: usize) -> Error {
    Error::NotRepresentable { version: 3, what: format!("{length} as a length or number of {kind:?} of {name:?}") }
}
