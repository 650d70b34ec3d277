//! Values that are read piece by piece: never held whole, and the same in every other respect.

mod common;

use std::borrow::Cow;
use std::io::{self, Cursor};
use std::sync::atomic::{AtomicUsize, Ordering};

use common::TestResult;
use pyox_packed_resources::{
    Blob, Content, Data, Decoder, EntryFlags, Error, FieldKind, ReadData, SectionKind, Value, Writer,
};

/// Content that cannot be read but piece by piece, with what it is each time.
struct Streamed {
    versions: Vec<Vec<u8>>,
    opened: AtomicUsize,
}

impl ReadData for Streamed {
    fn read(&self) -> io::Result<Cow<'_, [u8]>> {
        Err(io::Error::other("it is held whole"))
    }

    fn open(&self) -> io::Result<Content<'_>> {
        let number = self.opened.fetch_add(1, Ordering::Relaxed).min(self.versions.len() - 1);
        Ok(Content::Stream(self.versions[0].len() as u64, Box::new(Cursor::new(&self.versions[number]))))
    }
}

fn streamed(versions: &[&[u8]]) -> Value {
    let versions = versions.iter().map(|version| version.to_vec()).collect();
    Value::raw(Data::lazy(Streamed { versions, opened: AtomicUsize::new(0) }))
}

/// Some of several pieces, some short, some equal to others of the same and of other sections.
fn contents() -> Vec<(FieldKind, Vec<u8>)> {
    let long: Vec<u8> = (0..300_000u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let mut almost = long.clone();
    almost[299_999] ^= 1;
    vec![
        (FieldKind::Extension, long.clone()),
        (FieldKind::Source, b"pass\n".to_vec()),
        (FieldKind::SharedLibrary, long.clone()),
        (FieldKind::PackageResource, almost),
        (FieldKind::PackageResource, long[..70_000].to_vec()),
        (FieldKind::PackageResource, long),
        (FieldKind::PackageResource, Vec::new()),
        (FieldKind::PackageResource, b"pass\n".to_vec()),
    ]
}

fn writer(value: impl Fn(usize, &[u8]) -> Value) -> Writer {
    let mut writer = Writer::new();
    for (number, (kind, content)) in contents().iter().enumerate() {
        let entry = writer.entry(format!("e{number}")).flag(EntryFlags::PACKAGE);
        entry.keyed(*kind, "key", value(number, content));
    }
    writer.section(SectionKind::Launcher, vec![0; 32]);
    writer
}

#[test]
fn values_that_are_read_piece_by_piece_give_the_same_bytes() -> TestResult {
    let whole = writer(|_, content| Value::raw(content)).to_vec()?;
    // All of them; or each second one, so that equal ones are compared in both forms.
    for is_streamed in [|_: usize| true, |number| number % 2 == 0, |number| number % 2 == 1, |number| number > 2] {
        let value = |number, content: &[u8]| if is_streamed(number) { streamed(&[content]) } else { content.into() };
        let writer = writer(value);
        assert!(writer.to_vec()? == whole);
        let mut written = Vec::new();
        assert_eq!(writer.write_to(&mut written)?, whole.len() as u64);
        assert!(written == whole);
    }
    Ok(())
}

#[test]
fn a_value_that_changes_while_it_is_written_is_an_error() {
    let cases: &[(&[&[u8]], &str)] =
        &[(&[b"abc", b"abd"], "checksum"), (&[b"abc", b"ab"], "cannot read"), (&[b"abc", b"abcd"], "cannot read")];
    for (versions, expected) in cases {
        let mut writer = Writer::new();
        writer.entry("changed").field(FieldKind::Extension, streamed(versions));
        let error = writer.to_vec().expect_err("it has changed");
        assert!(matches!(error, Error::Content { .. } | Error::ValueChecksum { .. }), "{error}");
        assert!(error.to_string().contains("changed") && error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn a_section_that_follows_from_the_length_is_set_in_the_layout() -> TestResult {
    for has_digest in [false, true] {
        let sealed = |bytes: u8| {
            let mut writer = writer(|_, content| content.into());
            writer.section(SectionKind::Launcher, vec![bytes; 32]);
            if has_digest {
                writer.digest();
            }
            writer
        };
        let expected = sealed(7).to_vec()?;
        let writer = sealed(0);
        let mut layout = writer.lay_out()?;
        assert_eq!(layout.len(), expected.len() as u64);
        layout.set_section(SectionKind::Launcher, vec![7; 32])?;
        let mut bytes = Vec::new();
        layout.write_to(&mut bytes)?;
        assert!(bytes == expected);
        Blob::open(&bytes)?.verify()?;
        assert!(layout.sections().eq(Blob::open(&bytes)?.sections()));
        let too_short = layout.set_section(SectionKind::Launcher, vec![7; 31]);
        assert!(matches!(too_short, Err(Error::OutOfBounds { .. })), "{too_short:?}");
        for kind in [SectionKind::Boot, SectionKind::Names, SectionKind::Native, SectionKind::Digest] {
            assert!(matches!(layout.set_section(kind, Vec::new()), Err(Error::MissingSection { .. })), "{kind:?}");
        }
    }
    Ok(())
}

#[test]
fn an_index_is_a_blob_without_its_values() -> TestResult {
    let writer = writer(|_, content| content.into());
    let (bytes, index) = (writer.to_vec()?, writer.lay_out()?.index()?);
    assert!(bytes.starts_with(&index) && index.len() < 4096);
    assert!(matches!(Blob::open(&index), Err(Error::Truncated { .. })));
    let (whole, start) = (Blob::open(&bytes)?, Blob::open_index(&index)?);
    for (entry, same) in whole.entries().zip(start.entries()) {
        let (entry, same) = (entry?, same?);
        assert_eq!((entry.name(), entry.flags()), (same.name(), same.flags()));
        for (field, same) in entry.fields().zip(same.fields()) {
            let (field, same) = (field?, same?);
            assert_eq!(format!("{field:?}"), format!("{same:?}"));
            if field.stored_len() != 0 {
                assert!(matches!(same.read(), Err(Error::OutOfBounds { .. })));
            }
            same.verify_stored(field.stored()?)?;
            assert_eq!(Decoder::new().decode(&same, field.stored()?)?, field.read()?);
        }
    }
    // All of it has to be there, and more may be.
    for length in 0..index.len() {
        assert!(Blob::open_index(&index[..length]).is_err(), "{length}");
    }
    for length in (index.len()..bytes.len()).step_by(10_007) {
        assert_eq!(Blob::open_index(&bytes[..length])?.entry_count(), whole.entry_count());
    }
    assert!(Blob::open_index(&bytes)?.as_bytes() == bytes);
    Ok(())
}
