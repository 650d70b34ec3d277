//! Damaged and hostile blobs of versions 1 to 3: an error or an answer, never a panic, never memory that follows a
//! lying length.

use pyox_legacy_resources::Packed;
use pyox_packed_resources::Error;

use crate::sample::{Item, Sample, everything};
use crate::walk_index::walk_any;

fn walk_within(bytes: &[u8], limit: usize) -> Result<usize, Error> {
    let (result, largest) = crate::watched::largest_block(|| walk_any(bytes));
    assert!(largest <= limit, "{largest} bytes allocated for a blob of {}", bytes.len());
    result
}

fn samples() -> impl Iterator<Item = Vec<u8>> {
    let samples = [(1, false), (2, true), (3, false), (3, true)];
    samples.into_iter().map(|(version, padded)| everything(version, padded).bytes())
}

#[test]
fn every_prefix_is_an_error() {
    for good in samples() {
        assert!(walk_any(&good).is_ok());
        for length in 0..good.len() {
            assert!(walk_within(&good[..length], 64 * 1024).is_err(), "{length} of {}", good.len());
        }
    }
}

#[test]
fn every_changed_byte_is_an_error_or_an_answer() {
    for good in samples() {
        let (mut errors, mut answers) = (0, 0);
        for at in 0..good.len() {
            // Each bit, and every number that means something in an index.
            let numbers = (0..0x20).chain([0xff]).map(|number| number ^ good[at]);
            for flip in (0..8).map(|bit| 1 << bit).chain(numbers) {
                let mut bytes = good.clone();
                bytes[at] ^= flip;
                match walk_within(&bytes, 64 * 1024) {
                    Ok(_) => answers += 1,
                    Err(_) => errors += 1,
                }
            }
        }
        assert!(errors > 1000 && answers > 1000, "{errors} errors, {answers} answers");
    }
}

#[test]
fn lying_lengths_and_counts_cost_nothing() {
    for good in samples().step_by(3) {
        for at in 8..good.len() - 8 {
            for width in [2, 4, 8] {
                for lie in [u64::MAX, u64::MAX / 2, 1 << 31, 0xffff, 0] {
                    let mut bytes = good.clone();
                    bytes[at..at + width].copy_from_slice(&lie.to_le_bytes()[..width]);
                    let _ = walk_within(&bytes, 64 * 1024);
                }
            }
        }
    }
}

#[test]
fn sections_that_end_behind_the_blob_or_overflow_are_refused() {
    let mut sample = Sample::new(3);
    sample.add("ab", &[Item::One(0x06, 4, b"text")]);
    let good = sample.bytes();
    // Lengths are after the field of the section and its code: that of the names, then that of the sources.
    let lengths = [25, 25 + 13];
    for (at, right) in lengths.into_iter().zip([2_u64, 4]) {
        assert_eq!(good[at..at + 8], right.to_le_bytes());
        for lie in [right + 1, 1 << 31, 1 << 63, u64::MAX - 21, u64::MAX] {
            let mut bytes = good.clone();
            bytes[at..at + 8].copy_from_slice(&lie.to_le_bytes());
            let error = Packed::open(&bytes).err();
            assert!(matches!(error, Some(Error::OutOfBounds { what: "section", .. })), "{error:?}");
        }
        let mut bytes = good.clone();
        bytes[at..at + 8].copy_from_slice(&(right - 1).to_le_bytes());
        let error = Packed::open(&bytes).err();
        assert!(matches!(error, Some(Error::OutOfBounds { what: "value in a section", .. })), "{error:?}");
    }
}

#[test]
fn indexes_that_contradict_the_format_are_refused() {
    let opened = |sections: &[u8], count: u8, resources: &[u8], payload: &[u8]| {
        let mut bytes = b"pyembed\x03".to_vec();
        bytes.push(count);
        bytes.extend((sections.len() as u32).to_le_bytes());
        bytes.extend(u32::from(!resources.is_empty()).to_le_bytes());
        bytes.extend((resources.len() as u32).to_le_bytes());
        bytes.extend([sections, resources, payload].concat());
        Packed::open(&bytes).map(|_| ())
    };
    let names = b"\x01\x02\x03\x03\x01\0\0\0\0\0\0\0\xff\0";
    let twice = [&names[..13], names].concat();
    assert!(opened(names, 1, b"\x01\x03\x01\0\xff\0", b"a").is_ok());
    assert!(opened(b"", 0, b"", b"").is_ok());
    for (sections, count, resources, what) in [
        (names.as_slice(), 1, b"\x01\xff\0".as_slice(), "resource without a name"),
        (names, 1, b"\x01\x03\x01\0\xff", "it ends too early"),
        (names, 1, b"\x01\x03\x01\0", "it ends too early"),
        (names, 1, b"\x01\x03\x01\0\xff\0\0", "bytes after the end of the index"),
        (names, 1, b"\x01\x01\x03\x01\0\xff\0", "unknown field of a resource"),
        (&twice, 2, b"\0", "two sections of one field"),
        (b"\x01\x02\x03\xff\0", 1, b"\0", "section without a length"),
        (b"\x01\x03\x01\0\0\0\0\0\0\0\xff\0", 1, b"\0", "section without a field"),
        (b"\x01\x02\x03\x03\x01\0\0\0\0\0\0\0\x04\x03\xff\0", 1, b"\0", "unknown padding of a section"),
        (b"\x01\x05\xff\0", 1, b"\0", "unknown field of a section"),
    ] {
        let error = opened(sections, count, resources, b"ab").err();
        assert!(matches!(error, Some(Error::LegacyIndex { what: found, .. }) if found == what), "{what}: {error:?}");
    }
    let error = opened(b"\0", 0, b"\x01\x03\x01\0\xff\0", b"").err();
    assert!(matches!(error, Some(Error::OutOfBounds { what: "value without a section", .. })), "{error:?}");
    let error = opened(names, 1, b"\x01\x03\x01\0\xff\0", b"\xff").err();
    assert!(matches!(error, Some(Error::NotUtf8 { what: "resource name", .. })), "{error:?}");
}
