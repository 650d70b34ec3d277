//! Uses everything a reader offers on bytes of any kind. Shared with the fuzz targets.

use pyox_packed_resources::{Blob, Decoder, Dictionary, Encoding, Error, FieldKind, SectionKind, Value};

/// Opens `bytes` and, if that works, reads whatever can be reached. Damage may show as errors; wrong answers panic.
///
/// # Errors
///
/// If the bytes cannot be opened.
pub fn walk(bytes: &[u8]) -> Result<usize, Error> {
    let blob = Blob::open(bytes)?;
    let decoder = Decoder::new();
    assert!(blob.len() <= bytes.len());
    let mut read = blob.section_kinds().filter_map(|kind| blob.section(kind).ok().flatten()).map(<[u8]>::len).sum();
    let _ = blob.section(SectionKind::Other(u32::MAX));
    let digest = blob.section(SectionKind::Digest)?;
    assert_eq!(blob.digest().ok().flatten().as_ref().map(|digest| &digest[..]), digest.filter(|d| d.len() == 32));
    let dictionaries = Dictionary::all_of(&blob).unwrap_or_default();
    read += dictionaries
        .iter()
        .flatten()
        .filter_map(|dictionary| dictionary.content().ok())
        .map(|c| c.len())
        .sum::<usize>();
    for position in 0..blob.entry_count() {
        let Ok(entry) = blob.entry_at(position) else { continue };
        if let Ok(Some(found)) = blob.entry(entry.name()) {
            assert_eq!(found.name(), entry.name());
        }
        assert_eq!(entry.is(entry.flags()), entry.flags().0 != 0);
        for field in entry.fields() {
            let Ok(field) = field else { continue };
            match decoder.read(&field) {
                Ok(value) => {
                    assert_eq!(value.len() as u64, field.len());
                    read += value.len();
                }
                Err(Error::InFile { path }) => assert_eq!(field.file()?, Some(path.into())),
                Err(_) => {}
            }
            if let (Ok(encoding), Ok(stored)) = (field.encoding(), field.stored()) {
                match Value::from_field(&field, stored.to_vec(), &dictionaries) {
                    Ok(copy) => assert_eq!(copy.mode(), field.mode()),
                    Err(_) => assert!(matches!(encoding, Encoding::Dictionary(_))),
                }
            }
            if let Ok(Some(found)) = entry.keyed(field.kind(), field.key()) {
                assert_eq!((found.kind(), found.key()), (field.kind(), field.key()));
            }
        }
        for kind in FieldKind::ALL {
            let one = entry.field(kind);
            assert!(one.is_err() || one.is_ok_and(|field| field.is_none_or(|field| field.kind() == kind)));
            read += entry.fields_of(kind).count();
        }
    }
    for name in ["", "a", "pkg", "pkg.mod", "zzz", "\u{10ffff}"] {
        assert!(blob.entry(name).ok().flatten().is_none_or(|entry| entry.name() == name));
        if let Ok(entries) = blob.entries_with_prefix(name) {
            read += entries.flatten().inspect(|entry| assert!(entry.name().starts_with(name))).count();
        }
    }
    if let Err(damage) = blob.verify() {
        assert!(!damage.to_string().is_empty());
    }
    assert!(blob.entry_at(blob.entry_count()).is_err());
    Ok(read)
}

/// Makes the checksums of all values and sections right that lie inside, then that of header and section table.
pub fn reseal(bytes: &mut [u8]) {
    const FIELDS: u64 = 4;
    let crc_at = |bytes: &[u8], record: usize| {
        let (start, length) = (number(bytes, record + 4, 8)?, number(bytes, record + 12, 8)?);
        let end = start.checked_add(length)?;
        Some(crc32fast::hash(bytes.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)?).to_le_bytes())
    };
    let count = number(bytes, 12, 4).map_or(0, |count| count.min(64)) as usize;
    let sections: Vec<usize> = (0..count).map(|i| 48 + i * 24).collect();
    let mut places: Vec<usize> = Vec::new();
    for &record in &sections {
        if let (Some(FIELDS), Some(start), Some(length)) =
            (number(bytes, record, 4), number(bytes, record + 8, 8), number(bytes, record + 16, 8))
        {
            let end = start.saturating_add(length).min(bytes.len() as u64);
            places.extend((start.min(end) as usize..end as usize).step_by(40).map(|field| field + 12));
        }
    }
    places.extend(sections.iter().map(|record| record + 4));
    for place in places {
        if let Some(crc) = crc_at(bytes, place) {
            bytes[place..place + 4].copy_from_slice(&crc);
        }
    }
    repair(bytes);
}

/// A little-endian number, if it is inside.
fn number(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
    Some(bytes.get(at..at + size)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// Makes the checksum of header and section table right, so that damage reaches what comes after it.
pub fn repair(bytes: &mut [u8]) {
    let Some(count) = bytes.get(12..16).and_then(|count| count.try_into().ok()) else { return };
    let end = 48 + u32::from_le_bytes(count) as usize * 24;
    if let Some(checked) = bytes.get(12..end) {
        let crc = crc32fast::hash(checked);
        bytes[8..12].copy_from_slice(&crc.to_le_bytes());
    }
}
