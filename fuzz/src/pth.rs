//! Any text is read as a `.pth` file as `site.addpackage` reads it.

use pyox_packed_resources::Data;
use pyox_scanner::{Candidate, Classifier, SkipReason};

/// Tries an input.
pub fn run(bytes: &[u8]) {
    let file = Candidate::new("a.pth", "a.pth", Data::from(bytes.to_vec()));
    let scan = Classifier::new([""; 0]).classify(vec![file]).expect("has its content in memory");
    assert!(scan.resources.is_empty());
    let mut found: Vec<(usize, Option<String>)> =
        scan.path_lines.into_iter().map(|line| (line.line, Some(line.path))).collect();
    for skipped in scan.skipped {
        let SkipReason::PthCode { line } = skipped.reason else { panic!("{skipped:?}") };
        found.push((line, None));
    }
    found.sort();
    assert_eq!(found, expected(&String::from_utf8_lossy(bytes)));
}

/// Numbers of lines with their directory, or with nothing if they are code: character by character, as the
/// documentation of `site` and of text files has it.
fn expected(text: &str) -> Vec<(usize, Option<String>)> {
    let (mut lines, mut line, mut after_return) = (Vec::new(), String::new(), false);
    for (at, character) in text.chars().enumerate() {
        match character {
            '\u{feff}' if at == 0 => {}
            '\n' if after_return => {}
            '\n' | '\r' => lines.push(std::mem::take(&mut line)),
            character => line.push(character),
        }
        after_return = character == '\r';
    }
    lines.push(line);
    let mut expected = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if line.starts_with('#') {
            continue;
        }
        let is_code = line.get(..7).is_some_and(|start| ["import ", "import\t"].contains(&start));
        let mut length =
            line.char_indices().filter(|(_, character)| !SPACES.contains(character)).map(|(at, c)| at + c.len_utf8());
        if let Some(length) = length.next_back() {
            expected.push((index + 1, (!is_code).then(|| line[..length].to_owned())));
        }
    }
    expected
}

/// The characters of which `str.isspace` is true.
const SPACES: [char; 29] = [
    '\t', '\n', '\x0b', '\x0c', '\r', '\x1c', '\x1d', '\x1e', '\x1f', ' ', '\u{85}', '\u{a0}', '\u{1680}', '\u{2000}',
    '\u{2001}', '\u{2002}', '\u{2003}', '\u{2004}', '\u{2005}', '\u{2006}', '\u{2007}', '\u{2008}', '\u{2009}',
    '\u{200a}', '\u{2028}', '\u{2029}', '\u{202f}', '\u{205f}', '\u{3000}',
];
