//! Parsing versions 1 to 3.

use pyox_packed_resources::{Entry, EntryFlags, Error, Field, FieldKind, NativePaths};

use crate::layout::{
    Content, END_OF_ENTRY, EXECUTABLE, FIELDS, FLAGS, FLAVOR, FLAVORS, HEADER_LEN, MAGIC, NAME, Shape, Width,
    last_field,
};
use crate::sections::{Cursor, Sections};

/// Mode of a file in version 3 that is marked as executable, and of one that is not.
const MODES: [u32; 2] = [0o644, 0o755];

/// Packed resources of version 1, 2 or 3 in a byte slice.
///
/// These formats have no lookup table: opening parses the whole index, in one pass, and sorts it by name. Values stay
/// where they are. Of resources with one name, flags and values are merged, and of two equal fields the later counts,
/// as PyOxidizer loads them.
#[derive(Clone)]
pub struct Resources<'a> {
    version: u8,
    /// Sorted by name, no name twice.
    resources: Vec<Resource<'a>>,
    fields: Vec<Field<'a>>,
}

/// What is known of one resource.
#[derive(Clone)]
struct Resource<'a> {
    name: &'a str,
    flags: EntryFlags,
    first_field: usize,
    field_count: usize,
}

impl<'a> Resources<'a> {
    /// Parses a blob whose paths are those of this platform.
    ///
    /// # Errors
    ///
    /// [`Error::Magic`], [`Error::Truncated`], [`Error::Header`], [`Error::LegacyIndex`], [`Error::OutOfBounds`] or
    /// [`Error::NotUtf8`]: any damage of the indexes, or a value that is not inside of its section.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::open_with(bytes, NativePaths::HOST)
    }

    /// Parses a blob that was written on a platform with `paths`.
    ///
    /// # Errors
    ///
    /// As [`Resources::open`].
    pub fn open_with(bytes: &'a [u8], paths: NativePaths) -> Result<Self, Error> {
        let version = bytes.strip_prefix(MAGIC).and_then(|rest| rest.first().copied());
        let Some(version @ 1..=3) = version else {
            return Err(Error::Magic { found: bytes[..bytes.len().min(8)].to_vec() });
        };
        if bytes.len() < HEADER_LEN {
            return Err(Error::Truncated { expected: HEADER_LEN as u64, actual: bytes.len() as u64 });
        }
        let mut header = Cursor::new(bytes, 8, HEADER_LEN as u64 - 8, "header")?;
        let (section_count, sections_length) = (header.u8()?, header.u32()?);
        let (resource_count, resources_length) = (header.u32()?, header.u32()?);
        let sections = Cursor::new(bytes, HEADER_LEN as u64, sections_length.into(), "blob index")?;
        let resources = Cursor::new(bytes, sections.end as u64, resources_length.into(), "resources index")?;
        let mut parser = Parser { version, paths, sections: Sections::parse(sections, section_count, resources.end)? };
        let mut parsed = Self { version, resources: Vec::new(), fields: Vec::new() };
        parser.resources(resources, resource_count, &mut parsed)?;
        parsed.sort();
        Ok(parsed)
    }

    /// 1, 2 or 3.
    pub fn version(&self) -> u8 {
        self.version
    }

    /// Number of entries.
    pub fn entry_count(&self) -> usize {
        self.resources.len()
    }

    /// The entry with this name.
    pub fn entry(&self, name: &str) -> Option<Entry<'_>> {
        let position = self.resources.binary_search_by(|resource| resource.name.cmp(name)).ok()?;
        Some(self.as_entry(&self.resources[position]))
    }

    /// All entries, sorted by the bytes of their names.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.resources.iter().map(|resource| self.as_entry(resource))
    }

    /// The entries whose names start with `prefix`: one binary search, then a range.
    pub fn entries_with_prefix<'r>(&'r self, prefix: &str) -> impl Iterator<Item = Entry<'r>> + use<'r, 'a> {
        let first = self.resources.partition_point(|resource| resource.name < prefix);
        let rest = &self.resources[first..];
        let end = rest.partition_point(|resource| resource.name.starts_with(prefix));
        rest[..end].iter().map(|resource| self.as_entry(resource))
    }

    fn as_entry(&self, resource: &Resource<'a>) -> Entry<'_> {
        let fields = &self.fields[resource.first_field..resource.first_field + resource.field_count];
        Entry::from_fields(resource.name, resource.flags, fields)
    }

    /// Adds a resource; `fields` are in no order, and of equal ones the last counts.
    fn push(&mut self, name: &'a str, mut flags: EntryFlags, fields: &mut Vec<Field<'a>>) {
        fields.sort_by_key(Field::rank);
        fields.dedup_by(|later, earlier| {
            let equal = later.rank() == earlier.rank();
            if equal {
                *earlier = *later;
            }
            equal
        });
        if fields.iter().any(|field| field.kind() == FieldKind::DistributionResource) {
            flags = flags.union(EntryFlags::DISTRIBUTION);
        }
        let (first_field, field_count) = (self.fields.len(), fields.len());
        self.resources.push(Resource { name, flags, first_field, field_count });
        self.fields.append(fields);
    }

    /// Sorts the resources by name and merges those of one name.
    fn sort(&mut self) {
        if self.resources.is_sorted_by(|one, two| one.name < two.name) {
            return;
        }
        self.resources.sort_by_key(|resource| resource.name);
        let (resources, fields) = (std::mem::take(&mut self.resources), std::mem::take(&mut self.fields));
        let mut merged = Vec::new();
        for same in resources.chunk_by(|one, two| one.name == two.name) {
            let mut flags = EntryFlags::default();
            for resource in same {
                flags = flags.union(resource.flags);
                merged.extend_from_slice(&fields[resource.first_field..resource.first_field + resource.field_count]);
            }
            self.push(same[0].name, flags, &mut merged);
        }
    }
}

struct Parser<'a> {
    version: u8,
    paths: NativePaths,
    sections: Sections<'a>,
}

impl<'a> Parser<'a> {
    fn resources(&mut self, mut index: Cursor<'a>, count: u32, parsed: &mut Resources<'a>) -> Result<(), Error> {
        let mut found = 0_u32;
        let mut fields = Vec::new();
        while let Some(first) = index.next_item()? {
            let (name, flags) = self.resource(&mut index, first, &mut fields)?;
            parsed.push(name, flags, &mut fields);
            found += 1;
        }
        if found == count { Ok(()) } else { Err(Error::Header { what: "resource count", value: count.into() }) }
    }

    /// One resource, up to its end.
    fn resource(
        &mut self,
        index: &mut Cursor<'a>,
        first: u8,
        fields: &mut Vec<Field<'a>>,
    ) -> Result<(&'a str, EntryFlags), Error> {
        let (mut name, mut flags, mut executable) = (None, EntryFlags::default(), false);
        let mut code = first;
        while code != END_OF_ENTRY {
            if code > last_field(self.version) {
                return Err(index.invalid("unknown field of a resource"));
            }
            match code {
                FLAVOR => {
                    let flavor = FLAVORS.get(usize::from(index.u8()?)).ok_or(index.invalid("unknown flavor"))?;
                    if self.version == 1 {
                        flags = flags.union(*flavor);
                    }
                }
                NAME => {
                    let length = index.u16()?;
                    name = Some(self.sections.text(NAME, length, "resource name")?);
                }
                EXECUTABLE => executable = true,
                _ => match FLAGS.iter().find(|(flag, _)| *flag == code) {
                    Some((_, flag)) => flags = flags.union(*flag),
                    None => self.values(index, code, fields)?,
                },
            }
            code = index.u8()?;
        }
        for field in fields.iter_mut().filter(|field| field.kind() == FieldKind::File) {
            *field = field.with_mode(MODES[usize::from(executable)]);
        }
        Ok((name.ok_or(index.invalid("resource without a name"))?, flags))
    }

    /// The values of one field.
    fn values(&mut self, index: &mut Cursor<'a>, code: u8, fields: &mut Vec<Field<'a>>) -> Result<(), Error> {
        let field = FIELDS.iter().find(|field| field.code == code);
        let field = field.ok_or(index.invalid("unknown field of a resource"))?;
        let count = match field.shape {
            Shape::One(_) => 1,
            Shape::Files(_) => index.u32()?,
            Shape::Names => index.u16()?.into(),
        };
        for _ in 0..count {
            let key = match field.shape {
                Shape::One(_) => "",
                Shape::Files(_) | Shape::Names => self.sections.text(code, index.u16()?, "name in a resource")?,
            };
            let length = match field.shape {
                Shape::One(Width::U32) | Shape::Files(Width::U32) => Some(index.u32()?.into()),
                Shape::One(Width::U64) | Shape::Files(Width::U64) => Some(index.u64()?),
                Shape::Names => None,
            };
            // The name of a library is all there is of a dependency.
            let (start, end) = length.map_or(Ok((0, 0)), |length| self.sections.take(code, length))?;
            let value = Field::raw(field.kind, key, index.bytes, start..end);
            fields.push(match field.content {
                Content::InMemory => value,
                Content::Utf8Path => value.in_file(NativePaths::Unix),
                Content::NativePath if self.paths == NativePaths::Windows && (end - start) % 2 != 0 => {
                    return Err(index.invalid("path in UTF-16 with an odd length"));
                }
                Content::NativePath => value.in_file(self.paths),
            });
        }
        Ok(())
    }
}
