//! The lines of requirements files.

/// The lines of a requirements file as pip has them: joined where a backslash ends them, without comments and blank
/// lines, and with the values that `variable` has for names in `${NAME}`. Options are lines as requirements are.
/// ([Requirements File Format](https://pip.pypa.io/en/stable/reference/requirements-file-format/))
pub fn requirement_lines(text: &str, variable: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let (mut lines, mut joined) = (Vec::new(), String::new());
    for line in text.split(ends_line) {
        let is_comment = line.trim_start_matches(is_space).starts_with('#');
        if line.ends_with('\\') && !is_comment {
            joined.push_str(line.trim_matches('\\'));
            continue;
        }
        // So that white space comes before its sign.
        joined.push_str(if is_comment { " " } else { "" });
        joined.push_str(line);
        lines.push(std::mem::take(&mut joined));
    }
    lines.push(joined);
    let lines = lines.iter().map(|line| without_comment(line).trim_matches(is_space));
    lines.filter(|line| !line.is_empty()).map(|line| with_variables(line, &variable)).collect()
}

/// Without the comment, whose sign is the first character or comes after white space.
fn without_comment(line: &str) -> &str {
    let starts = line.match_indices('#').map(|(start, _)| start);
    let mut starts = starts.filter(|&start| line[..start].chars().next_back().is_none_or(is_space));
    starts.next().map_or(line, |start| &line[..start])
}

fn with_variables(line: &str, variable: &impl Fn(&str) -> Option<String>) -> String {
    let (mut result, mut rest) = (String::new(), line);
    while let Some(start) = rest.find("${") {
        let (before, name) = rest.split_at(start + 2);
        let end = name.find(|letter| !matches!(letter, 'A'..='Z' | '0'..='9' | '_')).unwrap_or(name.len());
        let (name, after) = name.split_at(end);
        let value = after.strip_prefix('}').and_then(|after| Some((variable(name)?, after)));
        match value.filter(|(value, _)| !value.is_empty()) {
            Some((value, after)) => {
                result.push_str(&before[..start]);
                result.push_str(&value);
                rest = after;
            }
            None => {
                result.push_str(before);
                rest = &rest[start + 2..];
            }
        }
    }
    result + rest
}

/// Where `str.splitlines` ends a line.
fn ends_line(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What `str.strip` removes.
fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\x1c'..='\x1f').contains(&character)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        requirement_lines(text, |name| (name == "A_1").then(|| "value".to_owned()))
    }

    #[test]
    fn lines_are_joined_and_comments_go() {
        let text = "\u{feff}# c \\\nflask \\\n >=3 # c\r\n\n-e \"./a b\"#no\r\tx\t# c\na\\\n# c\nb\\\\\n";
        assert_eq!(lines(text), ["flask  >=3", "-e \"./a b\"#no", "x", "a", "b"]);
    }

    #[test]
    fn variables_have_names_in_capitals_and_a_value() {
        assert_eq!(lines("${A_1}/x ${B} ${a} ${} ${${A_1} ${A_1"), ["value/x ${B} ${a} ${} ${value ${A_1"]);
        assert_eq!(requirement_lines("${A}", |_| Some(String::new())), ["${A}"]);
        assert_eq!(lines(&"${A_1}".repeat(1 << 18)), ["value".repeat(1 << 18)]);
    }
}
