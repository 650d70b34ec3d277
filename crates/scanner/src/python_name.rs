//! Names of modules.

/// Whether a path component can be part of a module's name.
///
/// Wider than an identifier: `importlib.import_module` takes whatever has no dot, and Django's `0001_initial` or
/// mypyc's `85cae5__mypyc` rely on it. Letters, digits and underscores are allowed; anything else marks templates and
/// scripts.
pub(crate) fn is_module_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c == '_' || c.is_alphanumeric())
}

/// The dotted name of the module `stem` in `directory` (with `/`, empty at the root), and whether it is a package.
/// `None` if no import is likely to name it.
///
/// Hyphens are allowed where `in_package` says that the directory has an `__init__` or is the root: rich imports
/// `_unicode_data/unicode13-0-0.py`, and `sysconfig` imports `_sysconfigdata__linux_x86_64-linux-gnu.py`. Elsewhere
/// they mark scripts.
pub(crate) fn module_name(directory: &str, stem: &str, in_package: bool) -> Option<(String, bool)> {
    let package = dotted(directory)?;
    if stem == "__init__" {
        return (!package.is_empty()).then_some((package, true));
    }
    let importable = if in_package { is_module_word(&stem.replace('-', "_")) } else { is_module_word(stem) };
    if !importable {
        return None;
    }
    Some((if package.is_empty() { stem.to_owned() } else { format!("{package}.{stem}") }, false))
}

/// The dotted name of a directory, empty for the root, `None` if it cannot be a package.
pub(crate) fn dotted(directory: &str) -> Option<String> {
    if directory.is_empty() {
        return Some(String::new());
    }
    directory.split('/').all(is_module_word).then(|| directory.replace('/', "."))
}

/// Directory and file name of a relative path.
pub(crate) fn split_path(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(module_name("a/b", "c", false), Some(("a.b.c".into(), false)));
        assert_eq!(module_name("a/b", "__init__", true), Some(("a.b".into(), true)));
        assert_eq!(module_name("", "__init__", true), None);
        assert_eq!(module_name("a", "0001_initial", true), Some(("a.0001_initial".into(), false)));
        assert_eq!(module_name("a-b", "c", true), None);
        assert_eq!(module_name("a", "x-y", false), None);
        assert_eq!(module_name("a", "x-y", true), Some(("a.x-y".into(), false)));
        assert_eq!(module_name("a", "x.y", true), None);
        assert_eq!(module_name("", "", true), None);
    }
}
