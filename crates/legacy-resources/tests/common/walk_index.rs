//! Uses everything an [`Index`] offers, on bytes of any kind. Shared with the fuzz targets.

use pyox_legacy_resources::{NativePaths, Packed, convert};
use pyox_packed_resources::{Entry, Error, FieldKind, Index, Layered};

/// Opens `bytes`, whatever their version, as the blob of any platform, and reads what can be reached, alone and
/// layered. Damage may show as errors; wrong answers panic.
///
/// # Errors
///
/// If the bytes cannot be opened.
pub fn walk_any(bytes: &[u8]) -> Result<usize, Error> {
    let of_windows = walk_with(bytes, NativePaths::Windows);
    let of_unix = walk_with(bytes, NativePaths::Unix);
    // Paths in UTF-16 of an odd length are damage.
    assert!(of_unix.is_ok() || of_windows.is_err());
    of_unix
}

fn walk_with(bytes: &[u8], paths: NativePaths) -> Result<usize, Error> {
    let packed = Packed::open_with(bytes, paths)?;
    let read = walk(&packed);
    if let Ok(verified) = packed.verify() {
        assert_eq!(packed.entry_count().ok(), Some(verified.entries as usize));
    }
    let layered = Layered::new(vec![&packed, &packed]);
    if let (Ok(one), Ok(two)) = (packed.entry_count(), layered.entry_count()) {
        // Names of a damaged blob may be in disorder.
        assert!(!matches!(packed, Packed::Legacy(_)) || one == two);
    }
    walk(&layered);
    match &packed {
        Packed::Legacy(resources) => {
            if let Ok(bytes) = convert::from_legacy(resources).and_then(|writer| writer.to_vec()) {
                let converted = Packed::open(&bytes)?;
                assert_eq!(converted.version(), 4);
                walk(&converted);
            }
        }
        Packed::Blob(blob) => {
            if let Ok(bytes) = convert::to_legacy(blob, paths, |_| true) {
                assert_eq!(Packed::open_with(&bytes, paths)?.version(), 3);
            }
        }
        _ => {}
    }
    Ok(read)
}

fn walk(index: &dyn Index) -> usize {
    let mut read = 0;
    for entry in index.entries().flatten() {
        if let Ok(Some(found)) = index.entry(entry.name()) {
            assert_eq!(found.name(), entry.name());
        }
        read += walk_fields(&entry);
    }
    for prefix in ["", "a", "pkg", "pkg.", "\u{10ffff}"] {
        let below = index.entries_with_prefix(prefix).flatten();
        read += below.inspect(|entry| assert!(entry.name().starts_with(prefix))).count();
        assert!(index.entry(prefix).ok().flatten().is_none_or(|entry| entry.name() == prefix));
    }
    read
}

fn walk_fields(entry: &Entry<'_>) -> usize {
    let mut read = 0;
    for field in entry.fields().flatten() {
        match (field.read(), field.file()) {
            (Ok(value), path) => {
                assert_eq!(value.len() as u64, field.len());
                assert!(matches!(path, Ok(None)));
                read += value.len();
            }
            (Err(Error::InFile { path }), found) => assert_eq!(found.ok().flatten().as_deref(), Some(&*path)),
            (Err(_), _) => {}
        }
        if let Ok(Some(found)) = entry.keyed(field.kind(), field.key()) {
            assert_eq!((found.kind(), found.key()), (field.kind(), field.key()));
        }
    }
    read + FieldKind::ALL.into_iter().map(|kind| entry.fields_of(kind).count()).sum::<usize>()
}
