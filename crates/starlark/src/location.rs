//! Where resources are, in the words of the manual (4.2.6).

use pyox_packaging::Location;

use crate::plain::Plain;

/// The two kinds of places.
pub(crate) const EXPECTED: &str = "\"in-memory\" or \"filesystem-relative:PREFIX\", with a relative PREFIX";

/// The same, or nowhere.
pub(crate) const EXPECTED_OR_NONE: &str =
    "\"in-memory\", \"filesystem-relative:PREFIX\" with a relative PREFIX, or None";

/// A location from its text. The prefixes `.` and nothing are the directory of the program.
pub(crate) fn parse(value: &Plain) -> Option<Location> {
    let Plain::Text(text) = value else { return None };
    match text.strip_prefix("filesystem-relative:").map(|prefix| prefix.trim_end_matches('/')) {
        Some("" | "." | "./") => Some(Location::FilesystemRelative(String::new())),
        Some(prefix) => format!("filesystem-relative:{}", prefix.strip_prefix("./").unwrap_or(prefix)).parse().ok(),
        None if text == "in-memory" => Some(Location::InMemory),
        None => None,
    }
}

/// The text of a location.
pub(crate) fn text(location: &Location) -> Plain {
    match location {
        Location::FilesystemRelative(prefix) if prefix.is_empty() => "filesystem-relative:.".into(),
        other => other.to_string().into(),
    }
}

/// As [`parse`], where `None` is nowhere.
pub(crate) fn parse_optional(value: &Plain) -> Option<Option<Location>> {
    if *value == Plain::None { Some(None) } else { parse(value).map(Some) }
}

/// The text of a location, or `None`.
pub(crate) fn optional(location: Option<&Location>) -> Plain {
    location.map_or(Plain::None, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_those_of_the_manual() {
        for (given, read) in [
            ("in-memory", Some("in-memory")),
            ("filesystem-relative:lib", Some("filesystem-relative:lib")),
            ("filesystem-relative:./a/b/", Some("filesystem-relative:a/b")),
            ("filesystem-relative:.", Some("filesystem-relative:.")),
            ("filesystem-relative:", Some("filesystem-relative:.")),
            ("filesystem-relative:/lib", None),
            ("filesystem-relative:../lib", None),
            ("filesystem-relative-lib", None),
            ("cache", None),
            ("default", None),
        ] {
            let found = parse(&given.into());
            assert_eq!(found.as_ref().map(text), read.map(Plain::from), "{given}");
        }
        assert_eq!(parse(&Plain::None), None);
    }
}
