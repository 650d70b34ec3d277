//! Where Python source mentions `__file__`, `__path__` and what needs files without mentioning them: a light tokenizer,
//! which only needs to tell names, strings and comments apart ([lexical analysis](https://docs.python.org/3/reference/lexical_analysis.html)).

use crate::mention::MentionKind;
use crate::native::find;

/// A mention, and its line counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit<'a> {
    pub(crate) name: &'static str,
    pub(crate) kind: MentionKind,
    pub(crate) line: usize,
    /// Of an attribute of a dotted name, the name's first and last part: `a` and `c` of `a.b.c.__file__`.
    pub(crate) receiver: Option<(&'a [u8], &'a [u8])>,
    /// Whether the same line calls `globals`, `locals` or `vars`.
    pub(crate) reflects: bool,
}

/// The location of a module.
const LOCATIONS: [&str; 2] = ["__file__", "__path__"];

/// What finds files beside the module that it is told the name of: web applications find their templates and static files
/// so, `PackageLoader` of jinja2 its templates; and `as_file` of `importlib.resources`, which would have to write a copy of
/// the file each time.
const FINDERS_OF_FILES: [&str; 5] = ["as_file", "Flask", "Blueprint", "Quart", "PackageLoader"];

/// Whether a name that is looked for is an attribute of modules.
pub(crate) fn is_location(name: &str) -> bool {
    LOCATIONS.contains(&name)
}

/// The names that are looked for.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    LOCATIONS.into_iter().chain(FINDERS_OF_FILES)
}

/// All mentions in `source`, as a name, an attribute or a whole string; not in comments and docstrings, and not in the
/// declaration of a namespace package with `pkgutil.extend_path`.
///
/// Never fails: in text that is not Python it may find too much or too little.
pub(crate) fn mentions(source: &[u8]) -> Vec<Hit<'_>> {
    if names().all(|name| find(source, name.as_bytes()).is_none()) {
        return Vec::new();
    }
    let mut scanner = Scanner { source, line: 1, ..Scanner::default() };
    while let Some(&byte) = source.get(scanner.at) {
        scanner.token(byte);
    }
    scanner.end_of_logical_line();
    scanner.hits
}

#[derive(Default)]
struct Scanner<'a> {
    source: &'a [u8],
    at: usize,
    line: usize,
    /// Open brackets.
    depth: usize,
    /// Whether the last token is a dot.
    after_dot: bool,
    /// First and last part of the dotted name that the last tokens are.
    dotted: Option<(&'a [u8], &'a [u8])>,
    hits: Vec<Hit<'a>>,
    /// Number of hits before the current logical line.
    logical_line: usize,
    /// Whether the current logical line calls `extend_path`.
    extends: bool,
    /// Whether the current logical line calls `globals`, `locals` or `vars`.
    reflects: bool,
}

impl<'a> Scanner<'a> {
    fn token(&mut self, byte: u8) {
        match byte {
            b'\n' => {
                self.at += 1;
                self.line += 1;
                if self.depth == 0 {
                    self.end_of_logical_line();
                }
                return;
            }
            b' ' | b'\t' | b'\r' | b'\x0c' => {
                self.at += 1;
                return;
            }
            b'\\' if self.source.get(self.at + 1) == Some(&b'\n') => {
                self.at += 2;
                self.line += 1;
                return;
            }
            b'#' => {
                self.at += self.source[self.at..].iter().take_while(|&&byte| byte != b'\n').count();
                return;
            }
            b'"' | b'\'' => self.string(byte, false),
            _ if is_word(byte) => {
                self.word();
                return;
            }
            b'(' | b'[' | b'{' => {
                self.depth += 1;
                self.at += 1;
            }
            b')' | b']' | b'}' => {
                self.depth = self.depth.saturating_sub(1);
                self.at += 1;
            }
            _ => self.at += 1,
        }
        // A second dot, or one after a bracket or a string, does not continue a dotted name.
        self.dotted = self.dotted.filter(|_| byte == b'.' && !self.after_dot);
        self.after_dot = byte == b'.';
    }

    /// A name, a keyword, a number, or the prefix of a string.
    fn word(&mut self) {
        let start = self.at;
        self.at += self.source[start..].iter().take_while(|&&byte| is_word(byte)).count();
        let word = &self.source[start..self.at];
        match self.source.get(self.at) {
            Some(&quote @ (b'"' | b'\'')) if is_string_prefix(word) => {
                let formatted = word.iter().any(|byte| matches!(byte, b'f' | b'F' | b't' | b'T'));
                self.string(quote, formatted);
                self.dotted = None;
            }
            _ => {
                let kind = if self.after_dot { MentionKind::Attribute } else { MentionKind::Name };
                self.note(start, self.at, kind, self.line);
                self.extends |= word == b"extend_path";
                self.reflects |= matches!(word, b"globals" | b"locals" | b"vars");
                self.dotted = match self.dotted {
                    Some((first, _)) if self.after_dot => Some((first, word)),
                    None if self.after_dot => None,
                    _ => Some((word, word)),
                };
            }
        }
        self.after_dot = false;
    }

    /// A string whose opening quote is next.
    fn string(&mut self, quote: u8, formatted: bool) {
        let line = self.line;
        let triple = self.source[self.at..].starts_with(&[quote; 3]);
        let delimiter = if triple { 3 } else { 1 };
        self.at += delimiter;
        let start = self.at;
        let mut braces = 0usize;
        while let Some(&byte) = self.source.get(self.at) {
            let next = self.source.get(self.at + 1).copied();
            match byte {
                b'\n' if !triple => return,
                b'\n' => self.line += 1,
                b'\\' => {
                    self.line += usize::from(next == Some(b'\n'));
                    self.at += 1;
                }
                b'{' | b'}' if formatted && braces == 0 && next == Some(byte) => self.at += 1,
                b'{' if formatted => braces += 1,
                b'}' if formatted => braces = braces.saturating_sub(1),
                // Python 3.12 allows the same quote in a replacement field (PEP 701).
                b'"' | b'\'' if braces > 0 && self.nested_string(byte) => continue,
                _ if byte == quote && (!triple || self.source[self.at..].starts_with(&[quote; 3])) => {
                    if !formatted {
                        self.note(start, self.at, MentionKind::String, line);
                    }
                    self.at += delimiter;
                    return;
                }
                _ if braces > 0 && is_word(byte) => {
                    let word = self.at;
                    self.at += self.source[word..].iter().take_while(|&&byte| is_word(byte)).count();
                    let attribute = word.checked_sub(1).and_then(|before| self.source.get(before)) == Some(&b'.');
                    let kind = if attribute { MentionKind::Attribute } else { MentionKind::Name };
                    self.note(word, self.at, kind, self.line);
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Passes over a string in a replacement field, if it ends on the same line.
    fn nested_string(&mut self, quote: u8) -> bool {
        let rest = &self.source[self.at + 1..];
        let Some(length) = rest.iter().take_while(|&&byte| byte != b'\n').position(|&byte| byte == quote) else {
            return false;
        };
        let start = self.at + 1;
        self.note(start, start + length, MentionKind::String, self.line);
        self.at = start + length + 1;
        true
    }

    fn note(&mut self, start: usize, end: usize, kind: MentionKind, line: usize) {
        let text = self.source.get(start..end).unwrap_or_default();
        if let Some(name) = names().find(|name| name.as_bytes() == text) {
            let receiver = self.dotted.filter(|_| kind == MentionKind::Attribute && self.after_dot);
            self.hits.push(Hit { name, kind, line, receiver, reflects: false });
        }
    }

    fn end_of_logical_line(&mut self) {
        if self.extends {
            let mut index = 0..;
            let first = self.logical_line;
            self.hits.retain(|hit| index.next().is_some_and(|index| index < first) || hit.name != "__path__");
        }
        if self.reflects {
            self.hits.iter_mut().skip(self.logical_line).for_each(|hit| hit.reflects = true);
        }
        (self.extends, self.reflects) = (false, false);
        self.logical_line = self.hits.len();
    }
}

fn is_word(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric() || byte >= 0x80
}

fn is_string_prefix(word: &[u8]) -> bool {
    matches!(
        word.to_ascii_lowercase().as_slice(),
        b"r" | b"u" | b"b" | b"f" | b"t" | b"br" | b"rb" | b"fr" | b"rf" | b"tr" | b"rt"
    )
}

#[cfg(test)]
mod tests {
    use super::MentionKind::{Attribute, Name, String};
    use super::*;

    fn found(source: &str) -> Vec<(&'static str, MentionKind, usize)> {
        mentions(source.as_bytes()).into_iter().map(|hit| (hit.name, hit.kind, hit.line)).collect()
    }

    #[test]
    fn names_attributes_and_strings() {
        assert_eq!(found("\nx = __file__"), [("__file__", Name, 2)]);
        assert_eq!(found("a.__path__[0]\nb . __file__"), [("__path__", Attribute, 1), ("__file__", Attribute, 2)]);
        assert_eq!(found("g['__file__'], r\"__path__\""), [("__file__", String, 1), ("__path__", String, 1)]);
        assert_eq!(found("x__file__ = __file__x + __file___"), []);
    }

    #[test]
    fn what_finds_files_by_the_name_of_a_module() {
        assert_eq!(found("app = Flask(__name__)"), [("Flask", Name, 1)]);
        assert_eq!(found("flask.Blueprint('x', __name__)"), [("Blueprint", Attribute, 1)]);
        assert_eq!(found("FlaskClient # Flask"), []);
    }

    #[test]
    fn receivers_and_reflection() {
        let receivers = |source: &'static str| mentions(source.as_bytes()).first().and_then(|hit| hit.receiver);
        assert_eq!(receivers("(a . b.c.__file__)"), Some((&b"a"[..], &b"c"[..])));
        assert_eq!(receivers("a[0].__file__"), None);
        assert_eq!(receivers("f().b.__file__"), None);
        assert_eq!(receivers("x = a; y\nb.__file__"), Some((&b"b"[..], &b"b"[..])));
        assert_eq!(receivers("x, __file__"), None);
        let reflects = |source: &'static str| mentions(source.as_bytes())[0].reflects;
        assert!(reflects("d = globals().get(\n'__file__')"));
        assert!(!reflects("getattr(m, '__file__')\nglobals()"));
    }

    #[test]
    fn not_in_comments_or_docstrings() {
        assert_eq!(found("# __file__\n'''see __file__'''\n\"__file__ of\"\n'\\' __file__'\n"), []);
        assert_eq!(found("'''a\nb''' ; __file__"), [("__file__", Name, 2)]);
        assert_eq!(found("'#' + __file__"), [("__file__", Name, 1)]);
        assert_eq!(found("r'\\' + __file__ # '"), []);
    }

    #[test]
    fn in_formatted_strings() {
        assert_eq!(found("f'{__file__}/x'"), [("__file__", Name, 1)]);
        assert_eq!(found("f'__file__ {{__file__}}'"), []);
        assert_eq!(found("f\"{m.__file__:>{w}} {g[\"__path__\"]}\"; __file__").len(), 3);
        assert_eq!(found("f'''{x}\n{\n__file__}''' # __file__"), [("__file__", Name, 3)]);
    }

    #[test]
    fn namespace_declarations_do_not_count() {
        assert_eq!(found("__path__ = __import__('pkgutil').extend_path(__path__, __name__)"), []);
        assert_eq!(found("from pkgutil import extend_path\n__path__ = extend_path(\n  __path__,\n  __name__)\n"), []);
        let both = "__path__ = extend_path(__path__, __file__)\n__path__.append(1)\n";
        assert_eq!(found(both), [("__file__", Name, 1), ("__path__", Name, 2)]);
    }

    #[test]
    fn no_input_panics() {
        let pieces = ["f'", "'''", "\"", "{", "}", "\\", "\n", "__file__", "#", "(", ")", ".", "ü", "rb"];
        let mut state = 1u32;
        for _ in 0..5000 {
            let mut text = std::string::String::from("__file__ ");
            for _ in 0..12 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                text.push_str(pieces[(state >> 16) as usize % pieces.len()]);
            }
            mentions(text.as_bytes());
        }
    }
}
