//! Values that go into version 3, which has no checksums: damage is not lost from sight on the way.

use pyox_legacy_resources::NativePaths;
use pyox_legacy_resources::convert::to_legacy;
use pyox_packed_resources::{Blob, Error, SectionKind};

use crate::TestResult;

/// Test vectors: values as they are, compressed, and compressed with dictionaries.
const BLOBS: [&[u8]; 3] = [
    include_bytes!("../../packed-resources/tests/vectors/every-field.blob"),
    include_bytes!("../../packed-resources/tests/vectors/zstd.blob"),
    include_bytes!("../../packed-resources/tests/vectors/dictionaries.blob"),
];

fn converted(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    to_legacy(&Blob::open(bytes)?, NativePaths::Unix, |_| true)
}

#[test]
fn a_damaged_value_is_not_converted() -> TestResult {
    for good in BLOBS {
        let expected = converted(good)?;
        let mut refused = 0;
        let carried = Blob::open(good)?.sections().filter(|section| {
            let is_value = (SectionKind::Code.code()..=SectionKind::Native.code()).contains(&section.kind.code());
            is_value || matches!(section.kind, SectionKind::Dictionary(_))
        });
        for at in carried.flat_map(|section| section.offset..section.offset + section.length) {
            for bit in 0..8 {
                let mut bytes = good.to_vec();
                bytes[at as usize] ^= 1 << bit;
                match converted(&bytes) {
                    Ok(again) => assert!(again == expected, "bit {bit} of byte {at} is lost from sight"),
                    Err(_) => refused += 1,
                }
            }
        }
        assert!(refused > 100, "{refused}");
    }
    Ok(())
}
