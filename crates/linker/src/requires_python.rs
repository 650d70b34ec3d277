//! `requires-python`: whether a Python is one of those that a script or project is made for.

/// Whether `version` is within `specifiers`, such as `>=3.9, !=3.10.*`
/// ([version specifiers](https://packaging.python.org/specifications/version-specifiers/)). Clauses that are not
/// understood hold: pip and Python itself may know better.
pub(crate) fn allows(specifiers: &str, version: [u8; 3]) -> bool {
    let version = version.map(u32::from);
    specifiers.split(',').all(|clause| holds(clause.trim(), &version))
}

fn holds(clause: &str, version: &[u32; 3]) -> bool {
    let end = clause.find(|c: char| !"<>=!~".contains(c)).unwrap_or(clause.len());
    let (operator, text) = clause.split_at(end);
    let text = text.trim();
    let (text, is_prefix) = text.strip_suffix(".*").map_or((text, false), |text| (text, true));
    let Some(numbers) = text.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>() else {
        return true;
    };
    let mut padded = [0; 3];
    for (slot, number) in padded.iter_mut().zip(&numbers) {
        *slot = *number;
    }
    let equal = if is_prefix { version.starts_with(&numbers) } else { *version == padded };
    match operator {
        "==" | "===" => equal,
        "!=" => !equal,
        ">=" => *version >= padded,
        "<=" => *version <= padded,
        ">" => *version > padded,
        "<" => *version < padded,
        "~=" => *version >= padded && version.starts_with(&numbers[..numbers.len().saturating_sub(1).min(3)]),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_all_asked() {
        for (specifiers, expected) in [
            ("", true),
            (">=3.9", true),
            (">=3.12", false),
            (">=3.9,<3.11", false),
            (">=3.9, !=3.11.*", false),
            ("!=3.11.6", true),
            ("==3.11.*", true),
            ("==3.11", false),
            ("===3.11.7", true),
            ("~=3.11", true),
            ("~=3.11.0", true),
            ("~=3.10.0", false),
            ("~=3.12", false),
            ("<4", true),
            (">3.11.7", false),
            ("<=3.11.7", true),
            (">=3.11rc1", true),
        ] {
            assert_eq!(allows(specifiers, [3, 11, 7]), expected, "{specifiers}");
        }
    }
}
