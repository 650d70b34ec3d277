/// A line of a `.pth` file that adds a directory to `sys.path`
/// ([site](https://docs.python.org/3/library/site.html)).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathLine {
    /// The `.pth` file, relative to what was scanned.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// The directory as it stands, absolute or relative to the directory of the `.pth` file.
    pub path: String,
}

/// Directories and numbers of lines with code.
pub(crate) fn parse(file: &str, text: &str) -> (Vec<PathLine>, Vec<usize>) {
    let (mut paths, mut code) = (Vec::new(), Vec::new());
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let number = index + 1;
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        if line.starts_with("import ") || line.starts_with("import\t") {
            code.push(number);
        } else {
            paths.push(PathLine { file: file.to_owned(), line: number, path: line.trim_end().to_owned() });
        }
    }
    (paths, code)
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
    }
}
