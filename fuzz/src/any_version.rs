//! Bytes of any version can be opened, used as an index, layered and converted: errors or answers.

use crate::walk_index;

/// Tries an input.
pub fn run(bytes: &[u8]) {
    let _ = walk_index::walk_any(bytes);
    // Most bytes are of no version.
    for version in 1..=3 {
        if let Some(rest) = bytes.get(8..) {
            let _ = walk_index::walk_any(&[b"pyembed", &[version][..], rest].concat());
        }
    }
}
