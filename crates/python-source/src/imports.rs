//! Which modules Python source imports.

use std::iter::Peekable;

use memchr::memmem::find;

use crate::tokens::{Kind, Token, Tokens};

/// One module that an `import` statement names, or one `from` statement, or a call of `importlib.import_module` or
/// `__import__` with a literal name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Import {
    /// The dotted name without leading dots; empty in `from . import a`.
    pub module: String,
    /// How many dots lead ([PEP 328](https://peps.python.org/pep-0328/)); 0 if the name is absolute.
    pub level: usize,
    /// What a `from` statement imports from the module: its attributes, which submodules are too, or `*`.
    pub names: Vec<String>,
    /// Whether the import waits for something that need not happen when the module is imported: the call of a function
    /// around it, the use of the name if it is lazy ([PEP 810](https://peps.python.org/pep-0810/)), or, below
    /// `if __name__ == "__main__"`, that the module is the program.
    pub deferred: bool,
}

/// All imports in `source`, in its order.
///
/// Blocks `if TYPE_CHECKING:` are passed over. Conditions are not looked at otherwise: what is below any other `if`, or
/// in a handler of `ImportError`, is found. So is the body of a class, which is executed with the module.
///
/// Never fails: of text that is not Python it finds something or nothing. Names that are not UTF-8 are not found.
///
/// ```
/// let found = pyox_python_source::imports(b"import os.path, sys\ndef f():\n    from ..a import (b, c)\n");
/// assert_eq!(found[0].module, "os.path");
/// assert_eq!(found[1].module, "sys");
/// assert_eq!((found[2].module.as_str(), found[2].level), ("a", 2));
/// assert_eq!(found[2].names, ["b", "c"]);
/// assert!(found[2].deferred && !found[1].deferred);
/// ```
pub fn imports(source: &[u8]) -> Vec<Import> {
    if find(source, b"import").is_none() {
        return Vec::new();
    }
    let tokens = Tokens::new(source).peekable();
    let mut parser = Parser {
        tokens,
        indent: 0,
        deferred: None,
        type_checking: None,
        header: None,
        lambda: None,
        lazy: false,
        found: Vec::new(),
    };
    parser.run();
    parser.found
}

struct Parser<'a> {
    tokens: Peekable<Tokens<'a>>,
    /// Indentation of the current logical line.
    indent: usize,
    /// Indentation of the outermost function, or `if __name__ == "__main__"`, around what comes.
    deferred: Option<usize>,
    /// Indentation of the outermost `if TYPE_CHECKING` around what comes.
    type_checking: Option<usize>,
    /// Depth of a `def` whose colon has not come.
    header: Option<usize>,
    /// Depth of the outermost `lambda`, which extends to the end of its line or bracket.
    lambda: Option<usize>,
    /// Whether the word before was `lazy`, at the start of a statement that imports.
    lazy: bool,
    found: Vec<Import>,
}

impl<'a> Parser<'a> {
    fn run(&mut self) {
        let mut may_start = false;
        while let Some(token) = self.tokens.next() {
            let starts = std::mem::take(&mut may_start);
            self.lambda = self.lambda.filter(|&depth| token.depth >= depth);
            match (token.kind, token.text) {
                (Kind::Line { indent }, _) => {
                    self.line(indent);
                    may_start = true;
                }
                (Kind::Symbol, b":") => {
                    if self.header.take_if(|depth| *depth == token.depth).is_some() {
                        self.deferred = self.deferred.or(Some(self.indent));
                    }
                    may_start = token.depth == 0;
                }
                (Kind::Symbol, b";") => may_start = token.depth == 0,
                (Kind::Word, b"import") if starts => self.import_name(),
                (Kind::Word, b"from") if starts => self.import_from(),
                (Kind::Word, b"async") if starts => may_start = true,
                (Kind::Word, b"lazy") if starts && self.imports_next() => (self.lazy, may_start) = (true, true),
                (Kind::Word, b"def") if starts => self.header = Some(token.depth),
                (Kind::Word, b"if" | b"elif") if starts => self.if_statement(),
                (Kind::Word, b"lambda") => self.lambda = self.lambda.or(Some(token.depth)),
                (Kind::Word, b"__import__" | b"import_module") => self.call(),
                _ => {}
            }
            self.lazy &= may_start;
        }
    }

    fn imports_next(&mut self) -> bool {
        self.tokens.peek().is_some_and(|next| next.is_word(b"import") || next.is_word(b"from"))
    }

    fn line(&mut self, indent: usize) {
        self.indent = indent;
        for block in [&mut self.deferred, &mut self.type_checking] {
            *block = block.filter(|&header| header < indent);
        }
        (self.header, self.lambda) = (None, None);
    }

    fn import_name(&mut self) {
        loop {
            let module = self.dotted_name();
            self.alias();
            self.add(module, 0, Vec::new());
            if self.next_if(|token| token.is_symbol(b",")).is_none() {
                return;
            }
        }
    }

    fn import_from(&mut self) {
        let mut level = 0;
        while self.next_if(|token| token.is_symbol(b".")).is_some() {
            level += 1;
        }
        let module = self.dotted_name();
        if self.next_if(|token| token.is_word(b"import")).is_none() {
            return;
        }
        self.next_if(|token| token.is_symbol(b"("));
        let mut names = Vec::new();
        while let Some(name) = self.next_if(|token| token.kind == Kind::Word || token.is_symbol(b"*")) {
            names.extend(std::str::from_utf8(name.text).map(String::from));
            self.alias();
            self.next_if(|token| token.is_symbol(b","));
        }
        self.add(Some(module.unwrap_or_default()), level, names);
    }

    fn if_statement(&mut self) {
        let mut ahead = self.tokens.clone();
        let ahead: [&[u8]; 4] = std::array::from_fn(|_| ahead.next().map_or(&b""[..], |token| token.text));
        let block = match ahead {
            [b"TYPE_CHECKING", b":", ..] | [_, b".", b"TYPE_CHECKING", b":"] => &mut self.type_checking,
            [b"__name__", b"=", b"=", b"__main__"] => &mut self.deferred,
            _ => return,
        };
        *block = block.or(Some(self.indent));
    }

    /// What follows the name of a function that imports.
    fn call(&mut self) {
        if self.next_if(|token| token.is_symbol(b"(")).is_none() {
            return;
        }
        if let Some(argument) = self.next_if(|token| token.kind == Kind::String)
            && self.tokens.peek().is_some_and(|next| next.is_symbol(b")") || next.is_symbol(b","))
            && let Ok(name) = std::str::from_utf8(argument.text)
        {
            let module = name.trim_start_matches('.');
            self.add(Some(module.to_owned()), name.len() - module.len(), Vec::new());
        }
    }

    fn dotted_name(&mut self) -> Option<String> {
        let mut name = String::new();
        while let Some(part) = self.next_if(|token| token.kind == Kind::Word && token.text != b"import") {
            name.push_str(std::str::from_utf8(part.text).ok()?);
            if self.next_if(|token| token.is_symbol(b".")).is_none() {
                break;
            }
            name.push('.');
        }
        (!name.is_empty()).then_some(name)
    }

    fn alias(&mut self) {
        if self.next_if(|token| token.is_word(b"as")).is_some() {
            self.next_if(|token| token.kind == Kind::Word);
        }
    }

    fn next_if(&mut self, wanted: impl FnOnce(&Token<'a>) -> bool) -> Option<Token<'a>> {
        self.tokens.next_if(wanted)
    }

    fn add(&mut self, module: Option<String>, level: usize, names: Vec<String>) {
        if let Some(module) = module
            && !(module.is_empty() && level == 0)
            && self.type_checking.is_none()
        {
            let deferred = self.lazy || self.deferred.is_some() || self.lambda.is_some();
            self.found.push(Import { module, level, names, deferred });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One text per import: leading dots, the module, `:` and the names, `?` if it is deferred.
    fn found(source: impl AsRef<[u8]>) -> Vec<String> {
        let show = |import: Import| {
            let names = if import.names.is_empty() { String::new() } else { format!(":{}", import.names.join(",")) };
            let deferred = if import.deferred { "?" } else { "" };
            format!("{}{}{names}{deferred}", ".".repeat(import.level), import.module)
        };
        imports(source.as_ref()).into_iter().map(show).collect()
    }

    #[test]
    fn statements() {
        assert_eq!(found("import a.b as c, d\nimport e ; import f"), ["a.b", "d", "e", "f"]);
        assert_eq!(found("from a.b import c as d, e\nfrom a import *"), ["a.b:c,e", "a:*"]);
        assert_eq!(found("from . import a\nfrom ...b import c\nfrom .import d"), [".:a", "...b:c", ".:d"]);
        assert_eq!(found("from a import (  # b\n  c as d,\n\n  e,\n)\nimport f"), ["a:c,e", "f"]);
        assert_eq!(found("import \\\n a . b, \\\r\n c\r\nimport d\rimport e"), ["a.b", "c", "d", "e"]);
        assert_eq!(found("\u{feff}import a"), ["a"]);
        assert_eq!(
            found("from match import case, type\nmatch = 1\nmatch x:\n  case 1: import a"),
            ["match:case,type", "a"]
        );
    }

    #[test]
    fn lazy_statements() {
        assert_eq!(found("lazy import a.b, c\nlazy from d import e; import f"), ["a.b?", "c?", "d:e?", "f"]);
        assert_eq!(found("lazy = 1; import a\nlazy: int\nimport b\nx = lazy\nlazy\nimport c"), ["a", "b", "c"]);
        assert_eq!(found("if x: lazy import a\nx.lazy import b\nfrom . import lazy"), ["a?", ".:lazy"]);
    }

    #[test]
    fn what_is_no_statement() {
        assert_eq!(found("raise A from b; yield from c\nx = yield from d # import"), [""; 0]);
        assert_eq!(found("'''\nimport a\n'''\n# import b\n'import c'"), [""; 0]);
        assert_eq!(found("x.import_ = importer; import_a"), [""; 0]);
        assert_eq!(found("import\nfrom\nfrom a\nfrom . import\nimport ,"), [".".to_owned()]);
    }

    #[test]
    fn encodings() {
        assert_eq!(found(b"# -*- coding: latin-1 -*-\nx = '\xe9'; import a\nimport \xe9\nimport b"), ["a", "b"]);
        assert_eq!(found("import größe"), ["größe"]);
    }

    #[test]
    fn strings() {
        assert_eq!(found("f'{x['a']}'; import a"), ["a"]);
        assert_eq!(found("f'{x!r:>{w}}' ' import b'\nimport a"), ["a"]);
        assert_eq!(found("rb'\\' ; import a"), [""; 0]);
        assert_eq!(found("f'''{\n1}\nimport b'''\nimport a"), ["a"]);
    }

    #[test]
    fn blocks() {
        assert_eq!(found("if a: import b\nelse: import c\nclass d:\n  import e"), ["b", "c", "e"]);
        assert_eq!(
            found("try:\n\timport a\nexcept ImportError:\n\timport b\nwith c: from d import e"),
            ["a", "b", "d:e"]
        );
        assert_eq!(found("def f():\n  import a\n# c\n  import b\nimport d"), ["a?", "b?", "d"]);
        assert_eq!(found("class c:\n async def f(): import a\n import b"), ["a?", "b"]);
        assert_eq!(found("def f():\n  def g():\n    import a\n  import b\nimport c"), ["a?", "b?", "c"]);
        assert_eq!(found("def f(a: int = __import__('x'),\n b=2) -> c: import d\nimport e"), ["x", "d?", "e"]);
        assert_eq!(found("def f[T: int](x): pass; import a"), ["a?"]);
    }

    #[test]
    fn blocks_that_are_not_executed() {
        let checking = "if TYPE_CHECKING:\n  import a\nelse:\n  import b\nif t.TYPE_CHECKING: import c\nimport d";
        assert_eq!(found(checking), ["b", "d"]);
        assert_eq!(found("if x:\n  import a\nelif TYPE_CHECKING:\n  import b"), ["a"]);
        assert_eq!(found("if not TYPE_CHECKING:\n  import a"), ["a"]);
        assert_eq!(found("if __name__ == '__main__':\n  import a\nimport b"), ["a?", "b"]);
    }

    #[test]
    fn calls() {
        assert_eq!(found("x = importlib.import_module('a.b')\n__import__( \"c\" , x)"), ["a.b", "c"]);
        assert_eq!(found("import_module('..a', __package__)"), ["..a"]);
        assert_eq!(found("import_module('a' + b); import_module(f'{a}'); import_module('a' 'b')"), [""; 0]);
        assert_eq!(found("f(lambda: __import__('a')); __import__('b')"), ["a?", "b"]);
        assert_eq!(found("f'{__import__('a')}'"), ["a"]);
    }
}
