//! Any text has the lines of a requirements file that pip finds, by pip's own regular expressions.

use std::sync::LazyLock;

use arbitrary::{Arbitrary as _, Unstructured};
use pyox_pip::requirement_lines;
use regex::Regex;

/// White space as `str.strip` has it, and the ends of lines of `str.splitlines`.
const SPACE: &str = r"[\s\x1c-\x1f]";
const END: &str = r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x{85}\x{2028}\x{2029}]";

static COMMENT: LazyLock<Regex> = LazyLock::new(|| expression(&format!(r"(^|{SPACE}+)#.*$")));
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| expression(r"\$\{([A-Z0-9_]+)\}"));
static LINE_END: LazyLock<Regex> = LazyLock::new(|| expression(END));
static AROUND: LazyLock<Regex> = LazyLock::new(|| expression(&format!("^{SPACE}+|{SPACE}+$")));

fn expression(text: &str) -> Regex {
    Regex::new(text).expect("is one")
}

fn variable(name: &str) -> Option<String> {
    ["A", "B_1"].contains(&name).then(|| format!("<{name}>"))
}

/// Tries an input.
pub fn run(bytes: &[u8]) {
    let Ok(text) = <&str>::arbitrary_take_rest(Unstructured::new(bytes)) else { return };
    let without_mark = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut joined, mut expected) = (Vec::new(), Vec::new());
    let mut add = |line: String| {
        let line = AROUND.replace_all(&COMMENT.replace(&line, ""), "").into_owned();
        let with_variables = VARIABLE.replace_all(&line, |found: &regex::Captures<'_>| {
            variable(&found[1]).unwrap_or_else(|| found[0].to_owned())
        });
        if !line.is_empty() {
            expected.push(with_variables.into_owned());
        }
    };
    for line in LINE_END.split(without_mark) {
        // Pip matches at the start of the line only.
        let is_comment = COMMENT.find(line).is_some_and(|found| found.start() == 0);
        if line.ends_with('\\') && !is_comment {
            joined.push(line.trim_matches('\\').to_owned());
            continue;
        }
        joined.push(if is_comment { format!(" {line}") } else { line.to_owned() });
        add(std::mem::take(&mut joined).concat());
    }
    add(joined.concat());
    assert_eq!(requirement_lines(text, variable), expected);
}
