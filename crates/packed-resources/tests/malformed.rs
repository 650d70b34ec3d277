//! Damaged and hostile blobs: an error or a correct answer, never a panic, never memory that follows a lying length.

use pyox_packed_resources::{Blob, Damage, EntryFlags, Error, FieldKind, SectionKind, Value, Writer, hash_name};

use crate::common::walk::{repair, reseal, walk};
use crate::common::{TestResult, everything, patch, sealed, section, sections, squeezed, verified};

/// Walks `bytes` and checks that no block of more than `limit` bytes was allocated.
fn walk_within(bytes: &[u8], limit: usize) -> Result<usize, Error> {
    let (result, largest) = crate::watched::largest_block(|| walk(bytes));
    assert!(largest <= limit, "{largest} bytes allocated for a blob of {}", bytes.len());
    result
}

const FLIPS: [u8; 4] = [0x01, 0x80, 0xff, 0x2a];

#[test]
fn every_flipped_byte_is_an_error_or_padding() -> TestResult {
    for good in [everything()?.to_vec()?, sealed()?.to_vec()?] {
        let digest = Blob::open(&good)?.digest()?.is_some();
        let sections = sections(&good);
        let header = 48 + sections.len() * 24;
        for at in 0..good.len() {
            let mut covered = sections.iter().filter(|s| (s.offset..s.offset + s.length).contains(&at));
            let padding = at >= header && covered.next().is_none();
            for flip in FLIPS.into_iter().take(if padding { 1 } else { FLIPS.len() }) {
                let mut bytes = good.clone();
                bytes[at] ^= flip;
                // A dictionary states its length in its frame, and compresses better than other values.
                let _ = walk_within(&bytes, 128 * 1024);
                let found = verified(&bytes).is_err() || verified(&bytes)?.is_err();
                assert_eq!(found, digest || !padding, "byte {at} ^ {flip:#x}");
            }
        }
    }
    Ok(())
}

/// What a program needs before it can import anything.
#[test]
fn every_flipped_bit_of_header_and_checked_sections_is_an_error() -> TestResult {
    let mut writer = everything()?;
    let kinds = [SectionKind::InterpreterConfig, SectionKind::Boot];
    let good = writer.section(kinds[0], vec![3; 40]).section(kinds[1], vec![0; 30]).to_vec()?;
    let found = sections(&good);
    let header = 0..48 + found.len() * 24;
    let checked = kinds.map(|kind| section(&good, kind)).map(|section| section.offset..section.offset + section.length);
    let read = |bytes: &[u8]| -> Result<(), Error> {
        let blob = Blob::open(bytes)?;
        kinds.into_iter().try_for_each(|kind| blob.checked_section(kind).map(|section| assert!(section.is_some())))
    };
    assert!(read(&good).is_ok());
    for at in [header].into_iter().chain(checked).flatten() {
        for bit in 0..8 {
            let mut bytes = good.clone();
            bytes[at] ^= 1 << bit;
            assert!(read(&bytes).is_err(), "bit {bit} of byte {at}");
        }
    }
    Ok(())
}

#[test]
fn every_flipped_byte_behind_a_valid_checksum_is_survived() -> TestResult {
    let good = sealed()?.to_vec()?;
    let header = 48 + sections(&good).len() * 24;
    for at in 0..header {
        for flip in 1..=255 {
            let mut bytes = good.clone();
            bytes[at] ^= flip;
            repair(&mut bytes);
            let _ = walk_within(&bytes, 64 * 1024);
        }
    }
    // The rest after the checksums of values and sections too.
    for at in sections(&good).into_iter().flat_map(|section| section.offset..section.offset + section.length) {
        for flip in FLIPS {
            let mut bytes = good.clone();
            bytes[at] ^= flip;
            reseal(&mut bytes);
            let _ = walk_within(&bytes, 128 * 1024);
        }
    }
    Ok(())
}

#[test]
fn every_prefix_is_an_error() -> TestResult {
    let good = sealed()?.to_vec()?;
    for length in 0..good.len() {
        let mut bytes = good[..length].to_vec();
        assert!(walk(&bytes).is_err());
        repair(&mut bytes);
        assert!(walk(&bytes).is_err());
        // The same with a length that agrees: sections end outside.
        if length >= 24 {
            patch(&mut bytes, 16, &(length as u64).to_le_bytes());
            let _ = walk(&bytes);
        }
    }
    Ok(())
}

#[test]
fn headers_that_contradict_the_format_are_refused() -> TestResult {
    let good = everything()?.to_vec()?;
    let opened = |at: usize, new: &[u8]| {
        let mut bytes = good.clone();
        patch(&mut bytes, at, new);
        Blob::open(&bytes).map(|blob| blob.len())
    };
    assert!(matches!(opened(0, b"pyembed\x03"), Err(Error::Magic { .. })));
    assert!(matches!(opened(12, &65_u32.to_le_bytes()), Err(Error::Header { what: "section count", value: 65 })));
    assert!(matches!(opened(12, &u32::MAX.to_le_bytes()), Err(Error::Header { what: "section count", .. })));
    assert!(matches!(opened(12, &0_u32.to_le_bytes()), Err(Error::MissingSection { .. })));
    assert!(matches!(opened(16, &47_u64.to_le_bytes()), Err(Error::Header { what: "total length", value: 47 })));
    assert!(matches!(opened(16, &48_u64.to_le_bytes()), Err(Error::Header { what: "section count", .. })));
    assert!(matches!(opened(16, &u64::MAX.to_le_bytes()), Err(Error::Truncated { expected: u64::MAX, .. })));
    for count in [0, 3, u32::MAX] {
        assert!(matches!(opened(28, &count.to_le_bytes()), Err(Error::Header { what: "slot count", .. })));
    }
    for at in [24, 28, 32] {
        assert!(matches!(opened(at, &(1_u32 << 31).to_le_bytes()), Err(Error::OutOfBounds { .. })));
    }
    // Neither more nor fewer records than the tables hold.
    for at in [24, 28, 32] {
        let count = u32::from_le_bytes(good[at..at + 4].try_into()?);
        for count in [count / 2, count * 2] {
            assert!(matches!(opened(at, &count.to_le_bytes()), Err(Error::OutOfBounds { .. })));
        }
    }
    for (at, new) in [(8, u64::MAX), (16, u64::MAX), (8, good.len() as u64), (16, u64::MAX / 2)] {
        let result = opened(section(&good, SectionKind::Fields).record + at, &new.to_le_bytes());
        assert!(matches!(result, Err(Error::OutOfBounds { .. })));
    }
    Ok(())
}

#[test]
fn lying_records_cost_nothing() -> TestResult {
    let good = sealed()?.to_vec()?;
    for (kind, record) in [(SectionKind::Slots, 8), (SectionKind::Entries, 24), (SectionKind::Fields, 40)] {
        let table = section(&good, kind);
        for at in (0..table.length).step_by(4) {
            for lie in [0, 1, 0x7fff_ffff, u32::MAX] {
                let mut bytes = good.clone();
                patch(&mut bytes, table.offset + at, &lie.to_le_bytes());
                assert!(walk_within(&bytes, 64 * 1024).is_ok());
                // The lengths of 64 bits as a whole.
                if kind == SectionKind::Fields && at % record >= 16 && at % 8 == 0 {
                    patch(&mut bytes, table.offset + at, &(u64::MAX - u64::from(lie)).to_le_bytes());
                    assert!(walk_within(&bytes, 64 * 1024).is_ok());
                    reseal(&mut bytes);
                    assert!(verified(&bytes)?.is_err(), "{kind:?} record byte {}", at % record);
                }
            }
        }
    }
    Ok(())
}

#[test]
fn a_slot_table_without_an_empty_slot_ends() -> TestResult {
    let good = everything()?.to_vec()?;
    let slots = section(&good, SectionKind::Slots);
    for hash in [0, hash_name(b"pkg"), hash_name(b"absent")] {
        for position in [1, 2, 3, u32::MAX] {
            let mut bytes = good.clone();
            for slot in 0..slots.length / 8 {
                patch(&mut bytes, slots.offset + slot * 8, &hash.to_le_bytes());
                patch(&mut bytes, slots.offset + slot * 8 + 4, &position.to_le_bytes());
            }
            let blob = Blob::open(&bytes)?;
            for name in ["pkg", "absent", ""] {
                assert!(blob.entry(name).ok().flatten().is_none_or(|entry| entry.name() == name));
            }
            assert!(blob.verify().is_err());
            let _ = walk(&bytes);
        }
    }
    Ok(())
}

#[test]
fn unknown_kinds_are_passed_over() -> TestResult {
    let mut bytes = everything()?.to_vec()?;
    let fields = section(&bytes, SectionKind::Fields);
    let blob = Blob::open(&bytes)?;
    let (count, last) = (fields.length / 40, fields.offset + fields.length - 40);
    assert_eq!(blob.entries().flatten().map(|entry| entry.fields().count()).sum::<usize>(), count);
    // The last field is the last one of its entry, so its kind may grow.
    bytes[last] = 200;
    bytes[last + 1] = 99;
    reseal(&mut bytes);
    let blob = Blob::open(&bytes)?;
    blob.verify()?;
    assert_eq!(blob.entries().flatten().map(|entry| entry.fields().count()).sum::<usize>(), count - 1);
    Ok(())
}

#[test]
fn verify_says_what_it_read_and_where_a_value_does_not_decode() -> TestResult {
    let mut writer = Writer::new();
    writer.entry("plain").field(FieldKind::File, b"four".to_vec());
    writer.entry("squeezed").keyed(FieldKind::CacheFile, "key", squeezed(b"again ")?);
    writer.entry("elsewhere").field(FieldKind::File, Value::file("a/b"));
    let mut bytes = writer.to_vec()?;
    let read = verified(&bytes)??;
    assert_eq!((read.entries, read.values, read.bytes, read.in_files, read.digest), (3, 2, 244, 1, None));
    assert_eq!(read.sections, Blob::open(&bytes)?.sections().count() as u64);
    let fields = section(&bytes, SectionKind::Fields);
    let stored = u64::from_le_bytes(bytes[fields.offset + 96..fields.offset + 104].try_into()?);
    patch(&mut bytes, fields.offset + 80 + 32, &241_u64.to_le_bytes());
    reseal(&mut bytes);
    match verified(&bytes)? {
        Err(Damage::Content { entry, field, offset, .. }) => {
            assert_eq!((entry.as_str(), field.as_str(), offset), ("squeezed", "cache-file key", stored));
        }
        other => return Err(format!("{other:?}").into()),
    }
    Ok(())
}

#[test]
fn verify_sees_what_the_index_does_not_lead_to() -> TestResult {
    let good = everything()?.to_vec()?;
    let position = Blob::open(&good)?.entries().position(|entry| entry.is_ok_and(|entry| entry.name() == "pkg"));
    let record = section(&good, SectionKind::Entries).offset + position.expect("is there") * 24;
    let first = u32::from_le_bytes(good[record + 12..record + 16].try_into()?) as usize;
    let swap = |kind: SectionKind, index: usize, size: usize| {
        let mut bytes = good.clone();
        let at = section(&bytes, kind).offset + index * size;
        let (one, two) = bytes[at..at + 2 * size].split_at_mut(size);
        one.swap_with_slice(two);
        reseal(&mut bytes);
        verified(&bytes)
    };
    assert!(matches!(swap(SectionKind::Fields, first, 40)?, Err(Damage::Index { entry }) if entry == "pkg"));
    assert!(matches!(swap(SectionKind::Entries, 0, 24)?, Err(Damage::Index { .. })));
    // A hash table that leads nowhere, with the right checksum.
    let mut bytes = good;
    let slots = section(&bytes, SectionKind::Slots);
    bytes[slots.offset..slots.offset + slots.length].fill(0);
    reseal(&mut bytes);
    assert!(matches!(verified(&bytes)?, Err(Damage::Index { .. })));
    Ok(())
}

#[test]
fn verify_finds_every_flipped_bit_of_a_value() -> TestResult {
    let good = everything()?.to_vec()?;
    let blob = Blob::open(&good)?;
    for entry in blob.entries() {
        let entry = entry?;
        for field in entry.fields() {
            let field = field?;
            for bit in 0..field.stored_len() as usize * 8 {
                let mut bytes = good.clone();
                bytes[field.offset() as usize + bit / 8] ^= 1 << (bit % 8);
                let damage = verified(&bytes)?;
                let Err(Damage::Value { offset, .. }) = damage else {
                    panic!("bit {bit} of {}: {damage:?}", entry.name())
                };
                assert_eq!(offset, field.offset());
            }
        }
    }
    Ok(())
}

#[test]
fn names_that_are_not_utf8_are_errors() -> TestResult {
    let mut writer = Writer::new();
    writer.entry("pkg").flag(EntryFlags::PACKAGE).keyed(FieldKind::PackageResource, "key", Vec::new());
    let good = writer.to_vec()?;
    let names = section(&good, SectionKind::Names);
    let mut bytes = good.clone();
    bytes[names.offset] = 0xff;
    assert!(matches!(Blob::open(&bytes)?.entry_at(0).map(|entry| entry.name()), Err(Error::NotUtf8 { .. })));
    let mut bytes = good;
    bytes[names.offset + 3] = 0xff;
    let entry = Blob::open(&bytes)?.entry_at(0)?;
    assert!(matches!(entry.field(FieldKind::PackageResource), Err(Error::NotUtf8 { what: "field key", .. })));
    Ok(())
}

#[test]
fn encodings_that_cannot_be_read_are_errors_when_they_are() -> TestResult {
    let mut writer = Writer::new();
    writer.entry("a").field(FieldKind::Source, b"a".to_vec());
    let mut bytes = writer.to_vec()?;
    let encoding_at = section(&bytes, SectionKind::Fields).offset + 1;
    for encoding in 1..=255 {
        bytes[encoding_at] = encoding;
        let blob = Blob::open(&bytes)?;
        let field = blob.entry_at(0)?.field(FieldKind::Source)?.expect("is there");
        assert_eq!(field.stored()?, b"a");
        match (encoding, field.read().err()) {
            (1, Some(Error::Decompress { expected: 1, .. })) if cfg!(feature = "zstd") => {}
            (1, Some(Error::CompressionDisabled)) if !cfg!(feature = "zstd") => {}
            (2, Some(Error::InFile { path })) if path == "a" => {}
            (128..160, Some(Error::NoDictionary { number })) if number == encoding - 128 => {}
            (3..128 | 160.., Some(Error::UnknownEncoding { encoding: found })) if found == encoding => {}
            other => panic!("{other:?}"),
        }
    }
    Ok(())
}

#[cfg(feature = "zstd")]
#[test]
fn a_compressed_value_with_a_huge_length_is_refused() -> TestResult {
    let mut writer = Writer::new();
    writer.entry("a").field(FieldKind::Source, crate::common::squeezed(b"text")?);
    let good = writer.to_vec()?;
    let length_at = section(&good, SectionKind::Fields).offset + 32;
    let frame = section(&good, SectionKind::Source);
    for length in [0, 159, 161, 1 << 20, 1 << 32, 1 << 62, u64::MAX] {
        let mut bytes = good.clone();
        patch(&mut bytes, length_at, &length.to_le_bytes());
        assert!(walk_within(&bytes, 64 * 1024).is_ok());
        let field = Blob::open(&bytes)?.entry_at(0)?.field(FieldKind::Source)?.expect("is there");
        assert!(matches!(field.read(), Err(Error::Decompress { expected, .. }) if expected == length));
    }
    // A frame that lies about its own length too: single segment, eight bytes of content size.
    let claims = |length: u64| -> Result<Vec<u8>, Error> {
        let mut lying = b"\x28\xb5\x2f\xfd\xe0".to_vec();
        lying.extend_from_slice(&length.to_le_bytes());
        lying.resize(frame.length.max(20), 0);
        let mut writer = Writer::new();
        writer.entry("a").field(FieldKind::Source, lying);
        let mut bytes = writer.to_vec()?;
        let field = section(&bytes, SectionKind::Fields).offset;
        patch(&mut bytes, field + 32, &length.to_le_bytes());
        bytes[field + 1] = 1;
        Ok(bytes)
    };
    for length in [1 << 30, 1 << 40, u64::MAX - 1] {
        let bytes = claims(length)?;
        // At most what so few bytes could hold if they were honest.
        assert!(walk_within(&bytes, 4 << 20).is_ok());
        assert!(verified(&bytes)?.is_err());
    }
    Ok(())
}

/// A frame of `blocks` blocks that repeat one byte 131,072 times each, after RFC 8878, section 3.1.1.
#[cfg(feature = "zstd")]
fn repeated(blocks: u32) -> Vec<u8> {
    let mut frame = b"\x28\xb5\x2f\xfd\xa0".to_vec();
    frame.extend_from_slice(&(blocks << 17).to_le_bytes());
    for block in 1..=blocks {
        let header = (128 << 10) << 3 | 1 << 1 | u32::from(block == blocks);
        frame.extend_from_slice(&header.to_le_bytes()[..3]);
        frame.push(0);
    }
    frame
}

/// A frame of one raw block.
#[cfg(feature = "zstd")]
fn plain(content: &[u8]) -> Vec<u8> {
    let length = content.len() as u8;
    [b"\x28\xb5\x2f\xfd\x20", &[length, length << 3 | 1, 0, 0][..], content].concat()
}

/// A blob with these dictionary sections, and a field for each, whose value is the frame `value`.
#[cfg(feature = "zstd")]
fn with_dictionaries(sections: &[Vec<u8>], value: &[u8], length: u64) -> Result<Vec<u8>, Error> {
    let mut writer = Writer::new();
    for (number, section) in (128..).zip(sections) {
        writer.section(SectionKind::Other(4096 + number), section.clone());
        writer.entry(format!("m{number}")).field(FieldKind::Source, value.to_vec());
    }
    let mut bytes = writer.to_vec()?;
    for (number, _) in (128..).zip(sections) {
        let record = section(&bytes, SectionKind::Other(4096 + number)).record;
        bytes[record..record + 4].copy_from_slice(&number.to_le_bytes());
        let field = section(&bytes, SectionKind::Fields).offset + 40 * (number as usize - 128);
        bytes[field + 1] = number as u8;
        bytes[field + 32..field + 40].copy_from_slice(&length.to_le_bytes());
    }
    reseal(&mut bytes);
    Ok(bytes)
}

#[cfg(feature = "zstd")]
#[test]
fn frames_are_alone_and_state_the_length_of_their_content() -> TestResult {
    let read = |frame: &[u8], length: u64| {
        let bytes = with_dictionaries(&[plain(b"")], frame, length)?;
        let blob = Blob::open(&bytes)?;
        let field = blob.entry_at(0)?.field(FieldKind::Source)?.expect("is there");
        field.read().map(|value| value.into_owned())
    };
    assert_eq!(read(&plain(b"text"), 4)?, b"text");
    let unstated = [b"\x28\xb5\x2f\xfd\x00\x00", &plain(b"text")[6..]].concat();
    let two = [plain(b"te"), plain(b"xt")].concat();
    let trailing = [plain(b"text"), vec![0]].concat();
    let skippable = [plain(b"text"), b"\x50\x2a\x4d\x18\x00\x00\x00\x00".to_vec()].concat();
    for frame in [unstated, two, trailing, skippable] {
        assert!(matches!(read(&frame, 4), Err(Error::Decompress { expected: 4, source: None })), "{frame:02x?}");
    }
    // No memory for a length that the frame does not state as well.
    let bytes = with_dictionaries(&[plain(b"")], &plain(&[b' '; 31]), 1 << 20)?;
    assert!(walk_within(&bytes, 64 * 1024).is_ok());
    Ok(())
}

#[cfg(feature = "zstd")]
#[test]
fn damaged_dictionaries_are_errors_of_their_values() -> TestResult {
    let read = |section: Vec<u8>| {
        let bytes = with_dictionaries(&[section], &plain(b"text"), 4)?;
        let blob = Blob::open(&bytes)?;
        assert!(walk_within(&bytes, 9 << 20).is_ok());
        let verified = blob.verify();
        let field = blob.entry_at(0)?.field(FieldKind::Source)?.expect("is there");
        let value = field.read().map(|value| value.into_owned());
        assert_eq!(verified.is_ok(), value.is_ok(), "{verified:?}");
        value
    };
    assert_eq!(read(plain(b"dictionary"))?, b"text");
    assert_eq!(read(repeated(64))?, b"text");
    assert!(matches!(read(repeated(65)), Err(Error::TooLarge { what: "dictionary", .. })));
    for damaged in [Vec::new(), b"no frame".to_vec(), repeated(1)[..12].to_vec()] {
        assert!(matches!(read(damaged), Err(Error::Decompress { .. })));
    }
    // The magic number of a trained dictionary, and nothing of one after it.
    assert!(matches!(read(plain(b"\x37\xa4\x30\xec12345678")), Err(Error::Decompress { .. })));
    Ok(())
}

/// What zstd allocates does not pass through [`Watched`].
#[cfg(all(feature = "zstd", target_os = "linux"))]
#[test]
fn many_large_dictionaries_are_not_kept_together() -> TestResult {
    // Other tests take memory at the same time: this one has a process of its own.
    if std::env::var_os("PYOX_TEST_ALONE").is_none() {
        let mut alone = std::process::Command::new(std::env::current_exe()?);
        alone.args(["--exact", "malformed::many_large_dictionaries_are_not_kept_together"]);
        let output = alone.env("PYOX_TEST_ALONE", "1").output()?;
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && printed.contains("ok. 1 passed"), "{printed}");
        return Ok(());
    }
    let peak = || -> Result<u64, Box<dyn std::error::Error>> {
        let status = std::fs::read_to_string("/proc/self/status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("is there");
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    };
    let bytes = with_dictionaries(&vec![repeated(64); 32], &plain(b"text"), 4)?;
    let before = peak()?;
    Blob::open(&bytes)?.verify()?;
    let grown = peak()? - before;
    assert!(grown < 64 << 10, "{grown} KiB for a blob of {} bytes", bytes.len());
    Ok(())
}
