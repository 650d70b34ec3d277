//! Any bytes can be analysed: an error, or an answer that can be written as JSON; memory follows the length of the
//! bytes.

use pyox_inspect::analyze;

/// Tries an input.
pub fn run(bytes: &[u8]) {
    let Ok(analysis) = analyze(bytes) else { return };
    assert_eq!(analysis.size, bytes.len() as u64);
    let needs = analysis.images.iter().flat_map(|image| &image.needs);
    for need in needs {
        assert_eq!(need.highest().is_empty(), need.versions.is_empty());
    }
    for image in &analysis.images {
        assert!(image.init_functions.is_sorted());
    }
    let json = serde_json::to_value(&analysis).expect("an analysis is JSON");
    assert_eq!(json["contents"].is_null(), analysis.contents.is_none());
}
