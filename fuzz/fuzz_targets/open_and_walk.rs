//! Any bytes can be opened and used: errors, but no panic, no endless loop and no memory that follows a lying length.
#![no_main]

#[path = "../../crates/packed-resources/tests/common/walk.rs"]
mod walk;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = walk::walk(bytes);
    // Damage behind a header checksum that matches: the fuzzer would never guess one.
    let mut repaired = bytes.to_vec();
    walk::repair(&mut repaired);
    let _ = walk::walk(&repaired);
});
