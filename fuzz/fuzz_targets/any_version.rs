//! Bytes of any version can be opened, used as an index, layered and converted: errors or answers.
#![no_main]

#[path = "../../crates/legacy-resources/tests/common/walk_index.rs"]
mod walk_index;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = walk_index::walk_any(bytes);
    // Most bytes are of no version.
    for version in 1..=3 {
        if let Some(rest) = bytes.get(8..) {
            let _ = walk_index::walk_any(&[b"pyembed", &[version][..], rest].concat());
        }
    }
});
