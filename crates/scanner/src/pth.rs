use std::collections::BTreeSet;

/// A line of a `.pth` file that adds a directory to `sys.path`
/// ([site](https://docs.python.org/3/library/site.html)).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct PathLine {
    /// The `.pth` file, relative to what was scanned.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// The directory as it stands, absolute or relative to the directory of the `.pth` file.
    pub path: String,
}

impl PathLine {
    /// The lines with directories of the `.pth` file with this name and text.
    pub fn parse(file: &str, text: &str) -> Vec<Self> {
        parse(file, text).0
    }
}

/// Directories and numbers of lines with code. Lines end, and are blank, as Python takes text.
pub(crate) fn parse(file: &str, text: &str) -> (Vec<PathLine>, Vec<usize>) {
    let (mut paths, mut code) = (Vec::new(), Vec::new());
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    for (index, line) in text.split('\n').enumerate() {
        let number = index + 1;
        let path = line.trim_end_matches(is_space);
        if line.starts_with('#') || path.is_empty() {
            continue;
        }
        if line.starts_with("import ") || line.starts_with("import\t") {
            code.push(number);
        } else {
            paths.push(PathLine { file: file.to_owned(), line: number, path: path.to_owned() });
        }
    }
    (paths, code)
}

/// The lines of a `.pth` file with these numbers.
pub(crate) fn only(text: &str, numbers: &BTreeSet<usize>) -> String {
    let lines = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let kept = lines.split('\n').enumerate().filter(|(index, _)| numbers.contains(&(index + 1)));
    kept.map(|(_, line)| format!("{line}\n")).collect()
}

/// What `str.strip` removes.
fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\x1c'..='\x1f').contains(&character)
}

#[cfg(test)]
mod tests {
    #[test]
    fn lines() {
        let (paths, code) = super::parse("x.pth", "\u{feff}# c\n\n/src  \nimport os\nimportant\n");
        assert_eq!(
            paths.iter().map(|p| (p.line, p.path.as_str())).collect::<Vec<_>>(),
            [(3, "/src"), (5, "important")]
        );
        assert_eq!(code, [4]);
        assert_eq!(super::only("\u{feff}a\r\nb\rc\nd", &[1, 3].into()), "a\nc\n");
    }

    #[test]
    fn lines_end_as_in_python() {
        let (paths, code) = super::parse("x.pth", "/a\r/b\r\nimport x\r\x1c\n\u{a0}\n/c\x1f");
        assert_eq!(
            paths.iter().map(|p| (p.line, p.path.as_str())).collect::<Vec<_>>(),
            [(1, "/a"), (2, "/b"), (6, "/c")]
        );
        assert_eq!(code, [3]);
    }
}
