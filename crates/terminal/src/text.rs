//! Text for people: names out of files, and what went wrong.

use std::fmt;

use pyox_packed_resources::Location;

/// A name, a path or any other text out of files, for a terminal: in one line, and without characters that steer the
/// terminal or turn the direction of what is read.
pub fn printable(text: impl fmt::Display) -> String {
    let text = text.to_string();
    if !text.contains(steers) {
        return text;
    }
    let visible = |character: char| match steers(character) {
        true => character.escape_default().to_string(),
        false => character.to_string(),
    };
    text.chars().map(visible).collect()
}

/// The same for text of several lines, whose lines stay but cannot be taken for others: all but the first are indented.
pub fn printable_lines(text: impl fmt::Display) -> String {
    let text = text.to_string();
    let mut lines = text.lines().map(printable);
    let first = lines.next().unwrap_or_default();
    lines.fold(first, |all, line| if line.starts_with("  ") { all + "\n" + &line } else { all + "\n  " + &line })
}

fn steers(character: char) -> bool {
    // Besides controls: line and paragraph separators, and marks and embeddings of direction.
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A word of a command, as a shell takes it.
pub fn quoted(word: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "._-/+,=@%".contains(character);
    if !word.is_empty() && !word.starts_with('-') && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// `1 entry`, `2 entries`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Something that a person has asked for and that cannot be.
#[derive(Debug)]
pub struct Mistake {
    what: String,
    hint: String,
}

impl Mistake {
    /// What cannot be, and what a person can do about it.
    pub fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into() }
    }

    /// What a person can do about it.
    pub fn hint(&self) -> &str {
        &self.hint
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Mistake {}

/// Where something is, for a narrow column.
pub fn short_location(location: &Location) -> &'static str {
    match location {
        Location::InMemory => "memory",
        Location::FilesystemRelative(_) => "file",
        other => other.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(printable("a\x1b[31mb\nc\u{9b}d"), "a\\u{1b}[31mb\\nc\\u{9b}d");
        assert_eq!(printable("gnp.\u{202e}txt\r\u{2066}"), "gnp.\\u{202e}txt\\r\\u{2066}");
        assert_eq!(printable("naïve 名"), "naïve 名");
        assert_eq!(printable_lines("a\nerror: b\n  c\x07"), "a\n  error: b\n  c\\u{7}");
    }
}
