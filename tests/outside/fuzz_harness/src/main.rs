//! A fuzz target: any bytes can be opened, walked and verified. `cargo fuzz` runs it with new inputs, and the program
//! alone with files.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pyox_packed_resources::{Blob, FieldKind};

fuzz_target!(|bytes: &[u8]| {
    let Ok(blob) = Blob::open(bytes) else { return };
    let is_intact = blob.verify().is_ok();
    for entry in blob.entries().flatten() {
        let found = blob.entry(entry.name());
        assert!(!is_intact || found.is_ok_and(|found| found.is_some()), "{} cannot be looked up", entry.name());
        if let Ok(Some(source)) = entry.field(FieldKind::Source) {
            let _ = source.read();
        }
    }
});
