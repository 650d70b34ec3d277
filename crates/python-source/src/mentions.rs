//! Where Python source mentions `__file__`, `__path__` and what needs files without mentioning them.

use std::collections::HashMap;
use std::ops::Range;

use memchr::memmem::find;

use crate::tokens::{Kind, Token, Tokens};

/// The form of a mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum MentionKind {
    /// The bare name, which is the module's own.
    Name,
    /// An attribute of something.
    Attribute,
    /// A string, as in `getattr(module, "__file__")`.
    String,
    /// A name or constant in bytecode.
    Bytecode,
}

/// A mention, and its line counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceMention<'a> {
    /// For example `__file__`.
    pub name: &'static str,
    /// In which form.
    pub kind: MentionKind,
    /// Counted from 1.
    pub line: usize,
    /// Of an attribute of a dotted name, the name's first and last part: `a` and `c` of `a.b.c.__file__`.
    pub receiver: Option<(&'a [u8], &'a [u8])>,
    /// What else is in the same statement, and in those with the variable that it is assigned to.
    pub context: Context<'a>,
}

/// What is said about the statement of a [`SourceMention`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Context<'a> {
    /// Whether it calls `globals`, `locals` or `vars`.
    pub reflects: bool,
    /// Whether it lists directories.
    pub lists: bool,
    /// Whether it looks for files by a pattern.
    pub globs: bool,
    /// The strings in it.
    pub strings: Vec<&'a [u8]>,
}

/// The location of a module.
const LOCATIONS: [&str; 2] = ["__file__", "__path__"];

/// What finds files beside the module that it is given the name of: web applications find their templates and static
/// files so, `PackageLoader` of jinja2 its templates; and `as_file` of `importlib.resources`, which would have to write
/// a copy of the file each time.
const FINDERS_OF_FILES: [&str; 5] = ["as_file", "Flask", "Blueprint", "Quart", "PackageLoader"];

/// What lists the files of a directory, as a name or an attribute; and what does so by a pattern.
const LISTERS: [&[u8]; 4] = [b"listdir", b"scandir", b"walk", b"iterdir"];
const GLOBS: [&[u8]; 3] = [b"glob", b"iglob", b"rglob"];

/// Whether a name that is looked for is an attribute of modules.
pub fn is_location(name: &str) -> bool {
    LOCATIONS.contains(&name)
}

/// The names that are looked for.
pub fn names() -> impl Iterator<Item = &'static str> {
    LOCATIONS.into_iter().chain(FINDERS_OF_FILES)
}

/// All mentions in `source`, as a name, an attribute or a whole string; not in comments and docstrings, and not in the
/// declaration of a namespace package with `pkgutil.extend_path`.
///
/// Never fails: in text that is not Python it may find too much or too little.
pub fn mentions(source: &[u8]) -> Vec<SourceMention<'_>> {
    if names().all(|name| find(source, name.as_bytes()).is_none()) {
        return Vec::new();
    }
    let mut search = Search::default();
    Tokens::new(source).for_each(|token| search.token(&token));
    search.end_of_logical_line();
    search.mentions
}

#[derive(Default)]
struct Search<'a> {
    /// Whether the last token is a dot.
    after_dot: bool,
    /// First and last part of the dotted name that the last tokens are.
    dotted: Option<(&'a [u8], &'a [u8])>,
    mentions: Vec<SourceMention<'a>>,
    /// Variables that a mention was assigned to, with the range of its number.
    variables: HashMap<&'a [u8], Range<usize>>,
    line: LogicalLine<'a>,
}

/// The current logical line.
#[derive(Default)]
struct LogicalLine<'a> {
    /// Number of mentions before it.
    first_mention: usize,
    /// Number of tokens so far.
    tokens: usize,
    /// Its first word, and whether that is assigned to.
    target: Option<&'a [u8]>,
    assigns: bool,
    /// Whether it calls `extend_path`.
    extends: bool,
    /// Mentions whose variables are in it.
    refers: Vec<Range<usize>>,
    context: Context<'a>,
}

impl<'a> Search<'a> {
    fn token(&mut self, token: &Token<'a>) {
        let is_dot = token.is_symbol(b".");
        match token.kind {
            Kind::Line { .. } => return self.end_of_logical_line(),
            Kind::Word => self.word(token),
            Kind::String => {
                self.note(token, MentionKind::String);
                self.line.context.strings.push(token.text);
                self.dotted = None;
            }
            // A second dot, or one after a bracket or a string, does not continue a dotted name.
            Kind::Formatted | Kind::Symbol => {
                self.line.assigns |= self.line.tokens == 1 && token.is_symbol(b"=");
                self.dotted = self.dotted.filter(|_| is_dot && !self.after_dot);
            }
        }
        self.line.tokens += 1;
        self.after_dot = is_dot;
    }

    fn word(&mut self, token: &Token<'a>) {
        self.note(token, if self.after_dot { MentionKind::Attribute } else { MentionKind::Name });
        let line = &mut self.line;
        if line.tokens == 0 {
            line.target = Some(token.text);
        }
        line.extends |= token.text == b"extend_path";
        line.context.reflects |= matches!(token.text, b"globals" | b"locals" | b"vars");
        line.context.lists |= LISTERS.contains(&token.text);
        line.context.globs |= GLOBS.contains(&token.text);
        line.refers.extend(self.variables.get(token.text).filter(|_| !self.after_dot).cloned());
        self.dotted = match self.dotted {
            Some((first, _)) if self.after_dot => Some((first, token.text)),
            None if self.after_dot => None,
            _ => Some((token.text, token.text)),
        };
    }

    fn note(&mut self, token: &Token<'a>, kind: MentionKind) {
        if let Some(name) = names().find(|name| name.as_bytes() == token.text) {
            let receiver = self.dotted.filter(|_| kind == MentionKind::Attribute);
            self.mentions.push(SourceMention { name, kind, line: token.line, receiver, context: Context::default() });
        }
    }

    fn end_of_logical_line(&mut self) {
        let mut line = std::mem::take(&mut self.line);
        if line.extends {
            let mut index = 0..;
            self.mentions.retain(|mention| {
                index.next().is_some_and(|index| index < line.first_mention) || mention.name != "__path__"
            });
        }
        let own = line.first_mention..self.mentions.len();
        if let Some(variable) = line.target.filter(|_| line.assigns && !own.is_empty()) {
            self.variables.insert(variable, own.clone());
        }
        if !own.is_empty() {
            line.refers.push(own.clone());
        }
        for index in line.refers.into_iter().flatten() {
            let context = &mut self.mentions[index].context;
            context.reflects |= line.context.reflects && own.contains(&index);
            context.lists |= line.context.lists;
            context.globs |= line.context.globs;
            context.strings.extend(&line.context.strings);
        }
        self.line.first_mention = own.end;
    }
}

#[cfg(test)]
mod tests {
    use super::MentionKind::{Attribute, Name, String};
    use super::*;

    fn found(source: &str) -> Vec<(&'static str, MentionKind, usize)> {
        mentions(source.as_bytes()).into_iter().map(|mention| (mention.name, mention.kind, mention.line)).collect()
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
        let receivers = |source: &'static str| mentions(source.as_bytes()).first().and_then(|mention| mention.receiver);
        assert_eq!(receivers("(a . b.c.__file__)"), Some((&b"a"[..], &b"c"[..])));
        assert_eq!(receivers("a[0].__file__"), None);
        assert_eq!(receivers("f().b.__file__"), None);
        assert_eq!(receivers("x = a; y\nb.__file__"), Some((&b"b"[..], &b"b"[..])));
        assert_eq!(receivers("x, __file__"), None);
        let reflects = |source: &'static str| mentions(source.as_bytes())[0].context.reflects;
        assert!(reflects("d = globals().get(\n'__file__')"));
        assert!(!reflects("getattr(m, '__file__')\nglobals()"));
    }

    #[test]
    fn what_is_done_with_it() {
        let context = |source: &'static str| mentions(source.as_bytes())[0].context.clone();
        let listed = context("for f in os.listdir(\n  join(dirname(__file__), 'a', 'b')):\n  x('c')");
        assert!(listed.lists && listed.strings == [b"a", b"b"]);
        assert!(!context("dirname(__file__)\nos.listdir('a')").lists);
        let variable = context("here = Path(__file__).parent\nx('a')\nfor m in (here / 'b').glob('*.py'): pass\n");
        assert!(variable.globs && !variable.lists && variable.strings == [&b"b"[..], b"*.py"]);
        assert!(!context("x.here = __file__\nlistdir(here)").lists);
        assert!(!context("here = __file__\nlistdir(x.here)").lists);
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
