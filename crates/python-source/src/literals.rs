//! What Python source has as plain strings.

use crate::tokens::{Kind, Tokens};

/// The strings of a source, and whether it asks where it is itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Literals {
    /// What stands between the quotes, in the order of the source; strings with escapes, replacement fields or what is
    /// not UTF-8 are left out.
    pub strings: Vec<String>,
    /// The line of the first `__file__`, counted from 1.
    pub file_attribute: Option<usize>,
}

impl Literals {
    /// Those of `source`. Never fails: of text that is not Python it finds something or nothing.
    ///
    /// ```
    /// let found = pyox_python_source::Literals::of(b"open(HERE / 'words.txt')\nHERE = Path(__file__).parent\n");
    /// assert_eq!((found.strings, found.file_attribute), (vec!["words.txt".to_owned()], Some(2)));
    /// ```
    pub fn of(source: &[u8]) -> Self {
        let mut found = Self::default();
        for token in Tokens::new(source) {
            match token.kind {
                Kind::String if !token.text.contains(&b'\\') => {
                    found.strings.extend(std::str::from_utf8(token.text).map(String::from));
                }
                Kind::Word if token.text == b"__file__" => {
                    found.file_attribute.get_or_insert(token.line);
                }
                _ => {}
            }
        }
        found
    }

    /// The names of modules that strings may stand for: `shop.settings`, `shop.wsgi:application` without what comes
    /// after the colon, and a single name after a string that says so, such as `DJANGO_SETTINGS_MODULE`. Whether there
    /// are such modules is for the caller to see.
    pub fn modules(&self) -> impl Iterator<Item = &str> {
        let before = std::iter::once("").chain(self.strings.iter().map(String::as_str));
        before.zip(&self.strings).filter_map(|(before, text)| {
            let (module, has_attribute) = match text.split_once(':') {
                Some((module, attribute)) => (module, is_dotted(attribute)),
                None => (&**text, false),
            };
            let is_announced = MODULE_VARIABLES.iter().any(|ending| before.ends_with(ending));
            let is_meant = has_attribute || (module == text && (module.contains('.') || is_announced));
            (is_meant && is_dotted(module)).then_some(module)
        })
    }
}

/// How names of variables end whose values are names of modules.
const MODULE_VARIABLES: [&str; 3] = ["_MODULE", "_APP", "_SETTINGS"];

/// Whether a text is the name of a module, or of something in one.
fn is_dotted(text: &str) -> bool {
    let is_name = |name: &str| {
        let mut characters = name.chars();
        characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
            && characters.all(|other| other.is_alphanumeric() || other == '_')
    };
    text.split('.').all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_may_be_names_of_modules() {
        let source = br#"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
os.environ["FLASK_APP"] = 'app'
run("main:app.inner"); apps = ["shop.apps", 'data.csv', "plain", "a b.c", "1.2", "x:", "http://x.y", f"{a}.b", "C:d\n"]
"#;
        let found = Literals::of(source);
        assert_eq!(found.modules().collect::<Vec<_>>(), ["settings", "app", "main", "shop.apps", "data.csv"]);
        assert_eq!(found.file_attribute, None);
    }
}
