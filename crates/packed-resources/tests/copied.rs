//! Values that go from one blob into another: damage never gets a new, right checksum on the way.

use pyox_packed_resources::{Blob, Collector, Dictionary, Error, SectionKind, Value};

use crate::common::{TestResult, everything, sections};

/// The same entries and values in another blob.
fn copied(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let blob = Blob::open(bytes)?;
    let dictionaries = Dictionary::all_of(&blob)?;
    let mut collector = Collector::new();
    collector.add_blob(&blob, |_, field| Value::from_field(field, field.stored()?, &dictionaries))?;
    collector.finish().to_vec()
}

#[test]
fn a_damaged_value_is_not_copied_with_a_new_checksum() -> TestResult {
    let good = everything()?.to_vec()?;
    let copy = copied(&good)?;
    let mut refused = 0;
    let carried = sections(&good).into_iter().filter(|section| {
        let kind = SectionKind::from_code(section.kind);
        let is_value = (SectionKind::Code.code()..=SectionKind::Native.code()).contains(&section.kind);
        is_value || matches!(kind, SectionKind::Dictionary(_))
    });
    for at in carried.flat_map(|section| section.offset..section.offset + section.length) {
        for bit in 0..8 {
            let mut bytes = good.clone();
            bytes[at] ^= 1 << bit;
            match copied(&bytes) {
                Ok(again) => assert!(again == copy, "bit {bit} of byte {at} is blessed"),
                Err(Error::ValueChecksum { .. } | Error::SectionChecksum { .. }) => refused += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }
    assert!(refused > 1000, "{refused}");
    Ok(())
}
