//! Expressions of licences.

use spdx::{Expression, ParseMode};

/// Longer texts are no expressions.
const LONGEST: usize = 500;

/// A licence of no list: what is in the public domain.
pub(crate) const PUBLIC_DOMAIN: &str = "LicenseRef-public-domain";

const MODE: ParseMode = ParseMode {
    allow_slash_as_or_operator: false,
    allow_imprecise_license_names: false,
    allow_postfix_plus_on_gpl: true,
    allow_deprecated: true,
    allow_unknown: false,
};

/// An expression as it is written today: identifiers in the case of SPDX's list, and those of GNU that were given up
/// (`GPL-3.0`, `GPL-3.0+`) as those that took their places. `None` if the text is none.
///
/// ```
/// use pyox_licenses::parse_expression;
///
/// assert_eq!(parse_expression("mit or gpl-2.0+").as_deref(), Some("MIT OR GPL-2.0-or-later"));
/// assert_eq!(parse_expression("BSD"), None);
/// ```
#[must_use]
pub fn parse(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST || text.contains('\n') {
        return None;
    }
    let mut canonical = String::new();
    for (index, word) in words(text).enumerate() {
        if index > 0 {
            canonical.push(' ');
        }
        canonical.push_str(&identifier(word));
    }
    let canonical = canonical.replace("( ", "(").replace(" )", ")");
    Expression::parse_mode(&canonical, MODE).ok()?;
    Some(canonical)
}

/// The expression of what is under all of these licences, each of which is an expression; `None` if there is none.
#[must_use]
pub fn all_of<'a>(expressions: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for expression in expressions {
        if !parts.contains(&expression) {
            parts.push(expression);
        }
    }
    let grouped =
        |part: &&str| if parts.len() > 1 && part.contains(" OR ") { format!("({part})") } else { (*part).into() };
    parse(&parts.iter().map(grouped).collect::<Vec<String>>().join(" AND "))
}

/// The references to licences of no list in an expression.
pub(crate) fn references(expression: &str) -> impl Iterator<Item = &str> {
    words(expression).filter(|word| word.starts_with("LicenseRef-"))
}

/// Words and brackets.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().flat_map(|word| word.split_inclusive('(')).flat_map(|word| {
        let inner = word.trim_end_matches(')');
        let brackets = word[inner.len()..].split_inclusive(')');
        [inner].into_iter().filter(|word| !word.is_empty()).chain(brackets)
    })
}

/// An identifier as the list has it; anything else as it is.
fn identifier(word: &str) -> String {
    if ["and", "or", "with"].contains(&word.to_ascii_lowercase().as_str()) {
        return word.to_ascii_uppercase();
    }
    let (base, is_later) = word.strip_suffix('+').map_or((word, false), |base| (base, true));
    let licenses = spdx::identifiers::LICENSES.iter().map(|license| license.name);
    let exceptions = spdx::identifiers::EXCEPTIONS.iter().map(|exception| exception.name);
    let Some(name) = licenses.chain(exceptions).find(|name| name.eq_ignore_ascii_case(base)) else {
        return word.to_owned();
    };
    let today = if is_later { format!("{name}-or-later") } else { format!("{name}-only") };
    match (spdx::license_id(&today), is_later) {
        (Some(_), _) => today,
        (None, true) => format!("{name}+"),
        (None, false) => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_written_as_today() {
        for (given, expected) in [
            ("MIT", "MIT"),
            ("apache-2.0 or bsd-2-clause", "Apache-2.0 OR BSD-2-Clause"),
            ("GPL-3.0", "GPL-3.0-only"),
            ("LGPL-2.1+", "LGPL-2.1-or-later"),
            ("(MIT or Zlib) AND ISC", "(MIT OR Zlib) AND ISC"),
            ("MPL-2.0+ AND ((MIT))", "MPL-2.0+ AND ((MIT))"),
            ("GPL-3.0-or-later with gcc-exception-3.1", "GPL-3.0-or-later WITH GCC-exception-3.1"),
            ("LicenseRef-Own AND MIT", "LicenseRef-Own AND MIT"),
        ] {
            assert_eq!(parse(given).as_deref(), Some(expected), "{given}");
        }
        for given in
            ["", "BSD", "Apache 2.0", "MIT License", "MIT/Apache-2.0", "MIT AND", "(MIT", "UNKNOWN", "MIT\nmore"]
        {
            assert_eq!(parse(given), None, "{given}");
        }
    }

    #[test]
    fn all_of_several() {
        assert_eq!(all_of(["MIT", "A OR B"]), None);
        assert_eq!(all_of(["MIT", "ISC OR Zlib", "MIT"]).as_deref(), Some("MIT AND (ISC OR Zlib)"));
        assert_eq!(all_of(["MIT OR ISC"]).as_deref(), Some("MIT OR ISC"));
        assert_eq!(all_of([]), None);
        assert_eq!(
            references("MIT AND (LicenseRef-a OR LicenseRef-b)").collect::<Vec<_>>(),
            ["LicenseRef-a", "LicenseRef-b"]
        );
    }
}
