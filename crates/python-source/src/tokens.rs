//! A light tokenizer of Python source, which tells names, strings, comments and logical lines apart
//! ([lexical analysis](https://docs.python.org/3/reference/lexical_analysis.html),
//! [PEP 701](https://peps.python.org/pep-0701/)).

mod formatted;

use formatted::Frame;

/// What a [`Token`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A logical line starts, after so many columns; there is one before the first token of each.
    Line {
        /// The columns, tabs counted as Python does.
        indent: usize,
    },
    /// A name, a keyword or a number.
    Word,
    /// A string without replacement fields, with any prefix. The text is what stands between the quotes, escapes and
    /// all.
    String,
    /// A string with replacement fields starts. The tokens in the fields follow, with the braces around them.
    Formatted,
    /// One byte of something else.
    Symbol,
}

/// A word, a string or a symbol of a source, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// As it stands in the source; of a string what is between the quotes.
    pub text: &'a [u8],
    /// Counted from 1; of a string, where it starts.
    pub line: usize,
    /// Number of brackets around it; a bracket is not inside of itself.
    pub depth: usize,
}

impl Token<'_> {
    /// Whether it is this name or keyword.
    pub fn is_word(&self, text: &[u8]) -> bool {
        self.kind == Kind::Word && self.text == text
    }

    /// Whether it is this symbol.
    pub fn is_symbol(&self, text: &[u8]) -> bool {
        self.kind == Kind::Symbol && self.text == text
    }
}

/// The tokens of a source. Never fails: text that is not Python has tokens too.
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    source: &'a [u8],
    at: usize,
    line: usize,
    /// Open brackets, those of replacement fields included.
    depth: usize,
    /// Where the current logical line starts, until its first token.
    line_start: Option<usize>,
    /// Unfinished formatted strings and their replacement fields.
    frames: Vec<Frame>,
}

#[derive(Debug, Clone, Copy)]
struct Quotes {
    quote: u8,
    triple: bool,
}

impl Quotes {
    fn len(self) -> usize {
        if self.triple { 3 } else { 1 }
    }

    /// Whether `source` starts with them.
    fn start(self, source: &[u8]) -> bool {
        if self.triple { source.starts_with(&[self.quote; 3]) } else { source.first() == Some(&self.quote) }
    }
}

impl<'a> Tokens<'a> {
    /// Those of a source.
    pub fn new(source: &'a [u8]) -> Self {
        let at = if source.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Self { source, at, line: 1, depth: 0, line_start: Some(at), frames: Vec::new() }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.source.get(self.at + ahead).copied()
    }

    /// Passes over a line end of any sort ([PEP 278](https://peps.python.org/pep-0278/)), which is next.
    fn line_end(&mut self) {
        self.at += if self.peek(0) == Some(b'\r') && self.peek(1) == Some(b'\n') { 2 } else { 1 };
        self.line += 1;
    }

    /// Passes over a backslash and what it escapes.
    fn escape(&mut self) {
        self.at += 1;
        match self.peek(0) {
            Some(b'\n' | b'\r') => self.line_end(),
            Some(_) => self.at += 1,
            None => {}
        }
    }

    /// A token of the next bytes, which are on one line.
    fn take(&mut self, kind: Kind, length: usize) -> Token<'a> {
        let start = self.at;
        self.at += length;
        Token { kind, text: &self.source[start..self.at], line: self.line, depth: self.depth }
    }

    /// A name, a keyword, a number, or a string with a prefix.
    fn word(&mut self) -> Token<'a> {
        let rest = &self.source[self.at..];
        let length = rest.iter().position(|&byte| !is_word(byte)).unwrap_or(rest.len());
        match rest.get(length) {
            Some(b'"' | b'\'') if is_string_prefix(&rest[..length]) => self.string(length),
            _ => self.take(Kind::Word, length),
        }
    }

    /// A string whose prefix of this length is next.
    fn string(&mut self, prefix: usize) -> Token<'a> {
        let has = |letters: &[u8]| self.source[self.at..][..prefix].iter().any(|byte| letters.contains(byte));
        let (formatted, raw) = (has(b"fFtT"), has(b"rR"));
        let quote = self.source[self.at + prefix];
        let triple = self.source[self.at + prefix..].starts_with(&[quote; 3]);
        let quotes = Quotes { quote, triple };
        if formatted {
            return self.formatted(prefix, quotes, raw);
        }
        self.at += prefix + quotes.len();
        let (start, line) = (self.at, self.line);
        let mut end = self.source.len();
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\\' => self.escape(),
                b'\n' | b'\r' if triple => self.line_end(),
                b'\n' | b'\r' => {
                    end = self.at;
                    break;
                }
                _ if quotes.start(&self.source[self.at..]) => {
                    end = self.at;
                    self.at += quotes.len();
                    break;
                }
                _ => self.at += 1,
            }
        }
        Token { kind: Kind::String, text: &self.source[start..end], line, depth: self.depth }
    }

    fn symbol(&mut self, byte: u8) -> Token<'a> {
        if matches!(byte, b')' | b']' | b'}') {
            self.depth = self.depth.saturating_sub(1);
        }
        let symbol = self.take(Kind::Symbol, 1);
        if matches!(byte, b'(' | b'[' | b'{') {
            self.depth += 1;
        }
        symbol
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            if let Some(&Frame::Literal(literal)) = self.frames.last() {
                match self.literal(literal) {
                    None => continue,
                    brace => return brace,
                }
            }
            match self.peek(0)? {
                b' ' | b'\t' | b'\x0c' => self.at += 1,
                b'\n' | b'\r' => {
                    self.line_end();
                    if self.depth == 0 {
                        self.line_start = Some(self.at);
                    }
                }
                b'\\' if matches!(self.peek(1), Some(b'\n' | b'\r')) => self.escape(),
                b'#' => {
                    let rest = &self.source[self.at..];
                    self.at += rest.iter().position(|&byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
                }
                byte => {
                    return Some(match self.line_start.take() {
                        Some(start) => {
                            let indent = column(&self.source[start..self.at]);
                            self.take(Kind::Line { indent }, 0)
                        }
                        None if matches!(byte, b'"' | b'\'') => self.string(0),
                        None if is_word(byte) => self.word(),
                        None => self.field_symbol(byte).unwrap_or_else(|| self.symbol(byte)),
                    });
                }
            }
        }
    }
}

/// The column after the white space at the start of a line; a line continuation ends it.
fn column(line: &[u8]) -> usize {
    let space = line.iter().take_while(|&&byte| byte != b'\\');
    space.fold(0, |column, byte| match byte {
        b'\t' => (column / 8 + 1) * 8,
        b'\x0c' => 0,
        _ => column + 1,
    })
}

fn is_word(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric() || byte >= 0x80
}

fn is_string_prefix(word: &[u8]) -> bool {
    let is = |byte: Option<&u8>, letters: &[u8]| byte.is_some_and(|byte| letters.contains(&byte.to_ascii_lowercase()));
    match word.len() {
        1 => is(word.first(), b"rubft"),
        2 => is(word.first(), b"r") && is(word.get(1), b"bft") || is(word.first(), b"bft") && is(word.get(1), b"r"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts of all tokens; a line as its indentation, a string in quotes.
    fn texts(source: &str) -> Vec<String> {
        let show = |token: Token<'_>| {
            let text = String::from_utf8_lossy(token.text);
            match token.kind {
                Kind::Line { indent } => format!("|{indent}"),
                Kind::String => format!("'{text}'"),
                Kind::Formatted | Kind::Word | Kind::Symbol => text.into_owned(),
            }
        };
        Tokens::new(source.as_bytes()).map(show).collect()
    }

    #[test]
    fn logical_lines() {
        assert_eq!(texts("\u{feff}a\n\n  # c\n \tb"), ["|0", "a", "|8", "b"]);
        assert_eq!(texts("a\r\n b\r  c \\\r\n d"), ["|0", "a", "|1", "b", "|2", "c", "d"]);
        assert_eq!(texts("(\na\n)\n\x0cb"), ["|0", "(", "a", ")", "|0", "b"]);
        assert_eq!(texts(" \\\na"), ["|1", "a"]);
    }

    #[test]
    fn lines_and_depths() {
        let tokens: Vec<_> = Tokens::new(b"f(a['''\n'''])\r\nb").map(|token| (token.line, token.depth)).collect();
        assert_eq!(tokens, [(1, 0), (1, 0), (1, 0), (1, 1), (1, 1), (1, 2), (2, 1), (2, 0), (3, 0), (3, 0)]);
    }

    #[test]
    fn strings() {
        assert_eq!(texts(r#"Rb'\'' u"a'b" b'' '\\'"#), ["|0", r"'\''", "'a'b'", "''", r"'\\'"]);
        assert_eq!(texts("'''a'b\n''' c"), ["|0", "'a'b\n'", "c"]);
        assert_eq!(texts("'a\\\r\nb' c"), ["|0", "'a\\\r\nb'", "c"]);
        assert_eq!(texts("'open\nb"), ["|0", "'open'", "|0", "b"]);
        assert_eq!(texts("xr'a'"), ["|0", "xr", "'a'"]);
    }

    #[test]
    fn formatted_strings() {
        assert_eq!(texts("f'a{b}c' d"), ["|0", "f'", "{", "b", "}", "d"]);
        assert_eq!(texts("f'{{a}}' b"), ["|0", "f'", "b"]);
        assert_eq!(texts("f'{a[1:2]:>{w}.{p}x}' b").join(""), "|0f'{a[1:2]:{w}{p}}b");
        assert_eq!(texts("f'{f\"{'x'}\"}' b").join(""), "|0f'{f\"{'x'}}b");
        assert_eq!(texts("f'{a['b']}' c").join(""), "|0f'{a['b']}c");
        assert_eq!(texts(r"f'\N{DASH}\{a}' rf'\{b}'").join(""), "|0f'{a}rf'{b}");
        assert_eq!(texts("f'''{\na}\n''' b\nc").join(""), "|0f'''{a}b|0c");
        assert_eq!(texts("f'{x:open\na").join(""), "|0f'{x:|0a");
        assert_eq!(texts("f'{x:\\'}' b").join(""), "|0f'{x:}b");
        assert_eq!(texts("f'{)}' (b\nc").join(""), "|0f'{)}(bc");
    }

    #[test]
    fn any_text_ends() {
        let pieces = ["f'", "'''", "\"", "{", "}", "\\", "\n", "\r", "x", ":", "#", "(", ")", ".", "ü", "rb"];
        let mut state = 1u32;
        for _ in 0..5000 {
            let mut text = String::new();
            for _ in 0..12 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                text.push_str(pieces[(state >> 16) as usize % pieces.len()]);
            }
            assert!(Tokens::new(text.as_bytes()).count() <= 2 * text.len(), "{text:?}");
        }
    }
}
