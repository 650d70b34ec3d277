//! Turning versions 1 to 3 into version 4, and version 4 into version 3.
//!
//! An entry becomes an entry of the same name, with the same flags and values; compressed values are decoded for
//! version 3, which has no dictionaries then and no digest. The rest is this:
//!
//! | | version 3 to 4 ([`from_legacy`]) | version 4 to 3 ([`to_legacy`]) |
//! |---|---|---|
//! | order of resources and of files in one; duplicates | sorted by name; merged | sorted by name |
//! | order of the names of needed libraries | sorted | sorted |
//! | a field for files, or for needed libraries, that lists none | left out | |
//! | a value both in memory and in a file | an error | cannot be |
//! | what version 3 has no bits for, as a name of 64 KiB or a source of 4 GiB | cannot be | an error |
//! | a path that has no form in UTF-8 | an error | cannot be |
//! | a shared library in a file | cannot be | lost |
//! | arbitrary files | kept, with mode 755 or 644 | kept; other modes lost, none is 644 |
//! | the mark for executables on what is no file | left out | |
//! | modes of other values | cannot be | lost, unless 644 |
//! | name of a distribution | normalised; its files move to the entry of that name | that in the metadata directory |
//! | metadata directory | made of the name, and the version in `METADATA` or `PKG-INFO` | lost if it is not this one |
//! | package flag of what has only distribution files | left out | set, since PyOxidizer finds only packages |
//! | cache files and directories, relative paths, opaque sections, unknown flags and fields | cannot be | lost |
//! | the flag of a distribution without files; a key where none belongs; a dependency with a value | cannot be | lost |
//!
//! *Lost* is an error too, unless the caller says that this [`Loss`] may be. What [`from_legacy`] makes of a blob comes
//! back from [`to_legacy`] without a loss: the same resources, but for what the rows above call sorted, merged, left
//! out and set.
//!
//! ```
//! use pyox_legacy_resources::{Loss, Resources, convert};
//! use pyox_packed_resources::{Blob, EntryFlags, FieldKind, NativePaths, SectionKind, Writer};
//!
//! let mut hello = Writer::new();
//! hello.entry("hello").flag(EntryFlags::MODULE).field(FieldKind::Source, b"print('hi')\n".to_vec());
//! hello.section(SectionKind::InterpreterConfig, vec![1]);
//! let version_4 = hello.to_vec()?;
//!
//! let blob = Blob::open(&version_4)?;
//! let error = convert::to_legacy(&blob, NativePaths::HOST, |_| false).expect_err("has a section");
//! assert_eq!(error.to_string(), "packed resources version 3 cannot hold the section InterpreterConfig");
//!
//! let version_3 = convert::to_legacy(&blob, NativePaths::HOST, |loss| matches!(loss, Loss::Section(_)))?;
//! let again = convert::from_legacy(&Resources::open(&version_3)?)?;
//! assert_eq!(Blob::open(&again.to_vec()?)?.entry_count(), 1);
//! # Ok::<(), pyox_packed_resources::Error>(())
//! ```

use pyox_packed_resources::{
    Blob, Encoding, Entry, EntryFlags, EntryWriter, Error, Field, FieldKind, NativePaths, Value, Writer,
    normalize_project_name,
};

use crate::{Loss, Resources, metadata};

/// The resources as a writer of version 4; values are copied.
///
/// # Errors
///
/// [`Error::NotRepresentable`] for a value that is both in memory and in a file, a path that has no form in UTF-8, or a
/// distribution whose name cannot be that of a directory, or whose normalised name another one has.
pub fn from_legacy(resources: &Resources<'_>) -> Result<Writer, Error> {
    let mut writer = Writer::new();
    for entry in resources.entries() {
        add_legacy(&mut writer, &entry)?;
    }
    Ok(writer)
}

/// Adds an entry as versions 1 to 3 have them, for which [`from_legacy`] does this too: without compressed values, and
/// with files of a distribution under any spelling of its name.
///
/// # Errors
///
/// Those of [`from_legacy`].
pub fn add_legacy(writer: &mut Writer, entry: &Entry<'_>) -> Result<(), Error> {
    let (files, fields): (Vec<_>, Vec<_>) = entry
        .fields()
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .partition(|field| field.kind() == FieldKind::DistributionResource);
    let flags = entry.flags().difference(EntryFlags::DISTRIBUTION);
    if files.is_empty() || !fields.is_empty() || flags != EntryFlags::default() && flags != EntryFlags::PACKAGE {
        add_fields(writer.entry(entry.name()).flag(flags), entry, &fields)?;
    }
    if files.is_empty() { Ok(()) } else { add_distribution(writer, entry, &files) }
}

fn add_distribution(writer: &mut Writer, entry: &Entry<'_>, files: &[Field<'_>]) -> Result<(), Error> {
    let distribution = writer.entry(normalize_project_name(entry.name()));
    if distribution.is(EntryFlags::DISTRIBUTION) {
        let what = format!("the distribution {:?} along with another spelling of its name", entry.name());
        return Err(Error::NotRepresentable { version: 4, what });
    }
    let directory = metadata::directory(entry)?;
    distribution.flag(EntryFlags::DISTRIBUTION).field(FieldKind::MetadataDirectory, directory.into_bytes());
    add_fields(distribution, entry, files)
}

fn add_fields(writer: &mut EntryWriter, entry: &Entry<'_>, fields: &[Field<'_>]) -> Result<(), Error> {
    let mut previous = None;
    for field in fields {
        let described = || format!("{:?} {:?} of {:?}", field.kind(), field.key(), entry.name());
        if previous.replace((field.kind(), field.key())) == Some((field.kind(), field.key())) {
            let what = format!("the {}, both in memory and in a file", described());
            return Err(Error::NotRepresentable { version: 4, what });
        }
        let value = match field.encoding()? {
            Encoding::File => match field.file() {
                Ok(path) => Value::file(path.unwrap_or_default()),
                Err(Error::NotUtf8 { .. }) => {
                    let what = format!("the path of the {}, which is not UTF-8", described());
                    return Err(Error::NotRepresentable { version: 4, what });
                }
                Err(error) => return Err(error),
            },
            // Versions 1 to 3 have no dictionaries.
            _ => Value::from_field(field, field.stored()?, &[])?,
        };
        writer.keyed(field.kind(), field.key(), value.with_mode(field.mode()));
    }
    Ok(())
}

/// The blob as packed resources version 3, with paths for the platform that has such `paths`. What version 3 cannot
/// hold is left out if `may_lose` says yes to it; `|_| false` allows nothing, and one that says yes can keep what it is
/// given.
///
/// # Errors
///
/// [`Error::NotRepresentable`] names the first thing that may not be lost; [`crate::Writer::to_vec`] has the others.
pub fn to_legacy<'a>(
    blob: &Blob<'a>,
    paths: NativePaths,
    may_lose: impl FnMut(&Loss<'a>) -> bool,
) -> Result<Vec<u8>, Error> {
    to_legacy_writer(blob, paths, may_lose)?.to_vec()
}

/// The same, to be written: values are decoded then, one after the other.
///
/// # Errors
///
/// As [`to_legacy`], but for damage of values.
pub fn to_legacy_writer<'a>(
    blob: &Blob<'a>,
    paths: NativePaths,
    mut may_lose: impl FnMut(&Loss<'a>) -> bool,
) -> Result<crate::Writer<'a>, Error> {
    for kind in blob.section_kinds().filter(|kind| kind.is_opaque()) {
        Loss::Section(kind).allow(&mut may_lose)?;
    }
    let mut writer = crate::Writer::new(paths);
    for entry in blob.entries() {
        writer.add(&entry?, &mut may_lose)?;
    }
    Ok(writer)
}
