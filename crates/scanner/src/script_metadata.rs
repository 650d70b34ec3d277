//! Metadata in comments of a script.

/// The block `script` of a script's inline metadata
/// ([PEP 723](https://packaging.python.org/specifications/inline-script-metadata/)).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScriptMetadata {
    /// The content, which is TOML, without the `#` of its lines.
    pub text: String,
    /// The line of the script where the content starts, counted from 1.
    pub line: usize,
}

/// A script has two blocks of the type `script`, which the specification makes an error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {second} starts a second block of script metadata, line {first} the first")]
#[non_exhaustive]
pub struct TwoScriptBlocks {
    /// The line that starts the first one, counted from 1.
    pub first: usize,
    /// The line that starts the second one, counted from 1.
    pub second: usize,
}

impl ScriptMetadata {
    /// Finds the block in the source of a script. Blocks of other types, and blocks without an end, are passed over.
    ///
    /// # Errors
    ///
    /// [`TwoScriptBlocks`].
    pub fn find(source: &str) -> Result<Option<Self>, TwoScriptBlocks> {
        // Lines end as Python takes them.
        let source = source.strip_prefix('\u{feff}').unwrap_or(source).replace("\r\n", "\n").replace('\r', "\n");
        let lines: Vec<&str> = source.split('\n').collect();
        let mut found: Option<Self> = None;
        let mut next = 0;
        while let Some(line) = lines.get(next) {
            let start = next + 1;
            next = start;
            let Some(kind) = line.strip_prefix("# /// ").filter(|kind| is_type(kind)) else { continue };
            let after =
                lines.iter().skip(start).position(|line| !is_content(line)).map_or(lines.len(), |at| start + at);
            // The last line that may end the block does; there is a line before it at least.
            let Some(end) = (start + 1..after).rfind(|&at| lines[at] == "# ///") else {
                next = after;
                continue;
            };
            next = end + 1;
            if kind != "script" {
                continue;
            }
            if let Some(first) = found {
                return Err(TwoScriptBlocks { first: first.line - 1, second: start });
            }
            let content = lines[start..end].iter().flat_map(|line| [line.get(2..).unwrap_or_default(), "\n"]);
            found = Some(Self { text: content.collect(), line: start + 1 });
        }
        Ok(found)
    }
}

fn is_type(kind: &str) -> bool {
    !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_content(line: &str) -> bool {
    line == "#" || line.starts_with("# ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source: &str) -> Option<String> {
        ScriptMetadata::find(source).expect("one block at most").map(|found| found.text)
    }

    #[test]
    fn a_block_is_found_with_any_ends_of_lines() {
        let source = "\u{feff}#!/usr/bin/env python3\n\n# /// script\n# a = [\n#\n#   1,\n# ]\n# ///\nimport x\n";
        let found = ScriptMetadata::find(source).expect("one block").expect("is there");
        assert_eq!((found.text.as_str(), found.line), ("a = [\n\n  1,\n]\n", 4));
        for end in ["\r\n", "\r"] {
            assert_eq!(ScriptMetadata::find(&source.replace('\n', end)), Ok(Some(found.clone())));
        }
        assert_eq!(text("\u{feff}# /// script\n# a\n# ///"), Some("a\n".into()));
    }

    #[test]
    fn the_last_line_that_may_end_a_block_does() {
        let source = "# /// script\n# a = '''\n# ///\n# '''\n# ///\n#\n# b\n";
        assert_eq!(text(source), Some("a = '''\n///\n'''\n".into()));
    }

    #[test]
    fn what_is_no_block_is_passed_over() {
        for source in [
            "",
            "# /// script\n# a\n",
            "# /// script\n# ///\n",
            "# /// script \n# a\n# ///\n",
            " # /// script\n# a\n# ///\n",
            "# /// script\n#a\n# ///\n",
            "# /// script\n# a\n\n# ///\n",
            "# /// script\n# a\n# /// \n",
            "# /// other\n# /// script\n# a\n# ///\n",
        ] {
            assert_eq!(text(source), None, "{source:?}");
        }
    }

    #[test]
    fn two_blocks_are_an_error() {
        let block = "# /// script\n# a\n# ///\n\n";
        assert_eq!(ScriptMetadata::find(&block.repeat(2)), Err(TwoScriptBlocks { first: 1, second: 5 }));
        assert_eq!(text(&format!("# /// tool\n# b\n# ///\n\n{block}")), Some("a\n".into()));
    }

    #[test]
    fn blocks_without_an_end_take_no_more_time_than_their_length() {
        assert_eq!(text(&"# /// script\n".repeat(1 << 18)), None);
    }
}
