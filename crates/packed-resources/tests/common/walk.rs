//! Uses everything a reader offers on bytes of any kind. Shared with the fuzz targets.

use pyox_packed_resources::{Blob, Decoder, Error, FieldKind, SectionKind};

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
    for position in 0..blob.entry_count() {
        let Ok(entry) = blob.entry_at(position) else { continue };
        if let Ok(Some(found)) = blob.entry(entry.name()) {
            assert_eq!(found.name(), entry.name());
        }
        for field in entry.fields() {
            let Ok(field) = field else { continue };
            if let Ok(value) = decoder.read(&field) {
                assert_eq!(value.len() as u64, field.len());
                read += value.len();
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
    let _ = blob.verify();
    assert!(blob.entry_at(blob.entry_count()).is_err());
    Ok(read)
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
