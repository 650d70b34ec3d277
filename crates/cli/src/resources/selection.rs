//! Which entries a command is about.

use std::cell::Cell;
use std::path::Path;

use super::no_entry;
use crate::text::Mistake;

/// Names as a person gives them. Without any, everything is meant.
pub struct Selection {
    names: Vec<(String, Cell<bool>)>,
}

impl Selection {
    pub fn new(names: &[String]) -> Self {
        Self { names: names.iter().map(|name| (name.clone(), Cell::new(false))).collect() }
    }

    pub fn is_everything(&self) -> bool {
        self.names.is_empty()
    }

    /// Whether an entry is meant: by its name, by that of a package it is in, or by a pattern.
    pub fn has(&self, entry: &str) -> bool {
        let mut found = self.is_everything();
        for (name, used) in &self.names {
            let is_inside = || entry.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('.'));
            let is_pattern = name.contains(['*', '?']);
            if entry == name || !is_pattern && is_inside() || is_pattern && fits(name, entry) {
                used.set(true);
                found = true;
            }
        }
        found
    }

    /// Fails with the first name that meant nothing.
    pub fn check_all_used(&self, file: &Path) -> Result<(), Mistake> {
        match self.names.iter().find(|(_, used)| !used.get()) {
            Some((name, _)) => Err(no_entry(name, file)),
            None => Ok(()),
        }
    }
}

/// Whether a text fits a pattern in which `*` stands for any characters and `?` for one.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut position) = (0, 0);
    // Where the last `*` is, and where what it stands for ends.
    let mut star = None;
    while position < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, position));
                at += 1;
            }
            Some(&wanted) if wanted == '?' || wanted == text[position] => {
                at += 1;
                position += 1;
            }
            _ => {
                let Some((place, end)) = star else { return false };
                star = Some((place, end + 1));
                (at, position) = (place + 1, end + 1);
            }
        }
    }
    pattern[at..].iter().all(|&rest| rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text) in
            [("*", ""), ("a*c", "abbc"), ("*b*", "abc"), ("a?c", "abc"), ("*.d*r", "json.decoder"), ("**", "x")]
        {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("?", ""), ("a*c", "abcd"), ("a?c", "ac"), ("", "a"), ("*.", "a.b")] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn names_mean_what_is_in_them() {
        let selection = Selection::new(&["json".into(), "_*".into(), "absent".into()]);
        let meant: Vec<_> =
            ["json", "json.decoder", "jsonschema", "_ssl", "abc"].map(|name| selection.has(name)).into();
        assert_eq!(meant, [true, true, false, true, false]);
        assert!(selection.check_all_used(Path::new("f")).unwrap_err().to_string().contains("absent"));
    }
}
