//! Any bytes can be opened and used: errors, but no panic, no endless loop and no memory that follows a lying length.

use pyox_packed_resources::Blob;

use crate::walk;

/// Tries an input.
pub fn run(bytes: &[u8]) {
    let _ = walk::walk(bytes);
    // Damage behind checksums that match: the fuzzer would never guess one.
    let mut repaired = bytes.to_vec();
    walk::repair(&mut repaired);
    let _ = walk::walk(&repaired);
    walk::reseal(&mut repaired);
    let _ = walk::walk(&repaired);
    let Ok(blob) = Blob::open(&repaired) else { return };
    let digest = blob.compute_digest().expect("the section table was checked");
    if blob.verify().is_ok() {
        assert!(blob.digest().is_ok_and(|written| written.is_none_or(|written| written == digest)));
    }
}
