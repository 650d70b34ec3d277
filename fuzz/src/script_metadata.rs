//! Any text has the block of metadata that the regular expression of PEP 723 finds in it.

use std::sync::LazyLock;

use arbitrary::{Arbitrary as _, Unstructured};
use pyox_scanner::ScriptMetadata;
use regex::Regex;

/// The specification's, letter by letter.
static BLOCK: LazyLock<Regex> = LazyLock::new(|| {
    let expression = r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$";
    Regex::new(expression).expect("is one")
});

/// Tries an input.
pub fn run(bytes: &[u8]) {
    let Ok(text) = <&str>::arbitrary_take_rest(Unstructured::new(bytes)) else { return };
    let source = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let blocks: Vec<_> = BLOCK.captures_iter(&source).filter(|block| &block["type"] == "script").collect();
    let lines_before = |at: usize| source[..at].matches('\n').count();
    let start = |number: usize| 1 + lines_before(blocks[number].get(0).expect("is all of it").start());
    match ScriptMetadata::find(text) {
        Ok(None) => assert!(blocks.is_empty()),
        Ok(Some(found)) => {
            assert_eq!((blocks.len(), found.line), (1, start(0) + 1));
            let content = blocks[0]["content"].split_inclusive('\n');
            let expected: String = content.map(|line| line.strip_prefix("# ").unwrap_or_else(|| &line[1..])).collect();
            assert_eq!(found.text, expected);
        }
        Err(two) => {
            assert!(blocks.len() > 1);
            assert_eq!((two.first, two.second), (start(0), start(1)));
        }
    }
}
