//! Names of modules and projects.

/// Whether a path component can be part of a module's name.
///
/// Wider than an identifier: `importlib.import_module` takes whatever has no dot, and Django's `0001_initial` or mypyc's
/// `85cae5__mypyc` rely on it. Letters, digits and underscores are allowed; anything else marks templates and scripts.
pub(crate) fn is_module_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c == '_' || c.is_alphanumeric())
}

/// The dotted name of the module `stem` in `directory` (with `/`, empty at the root), and whether it is a package.
/// `None` if no import could name it.
pub(crate) fn module_name(directory: &str, stem: &str) -> Option<(String, bool)> {
    let package = dotted(directory)?;
    if stem == "__init__" {
        return (!package.is_empty()).then_some((package, true));
    }
    // `sysconfig` imports the one exception, `_sysconfigdata__linux_x86_64-linux-gnu`, by this name.
    let build_data = package.is_empty() && stem.starts_with("_sysconfigdata_") && !stem.contains('.');
    if !is_module_word(stem) && !build_data {
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

/// A project's name in the form that names are compared in
/// ([PEP 503](https://peps.python.org/pep-0503/#normalized-names)).
///
/// ```
/// assert_eq!(pyox_scanner::normalize_project_name("Ruamel._YAML"), "ruamel-yaml");
/// ```
pub fn normalize_project_name(name: &str) -> String {
    let mut normalized = String::with_capacity(name.len());
    let mut separator = false;
    for c in name.chars() {
        if matches!(c, '-' | '_' | '.') {
            separator = true;
            continue;
        }
        if separator {
            normalized.push('-');
        }
        separator = false;
        normalized.extend(c.to_lowercase());
    }
    if separator {
        normalized.push('-');
    }
    normalized
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(module_name("a/b", "c"), Some(("a.b.c".into(), false)));
        assert_eq!(module_name("a/b", "__init__"), Some(("a.b".into(), true)));
        assert_eq!(module_name("", "__init__"), None);
        assert_eq!(module_name("a/migrations", "0001_initial"), Some(("a.migrations.0001_initial".into(), false)));
        assert_eq!(module_name("a-b", "c"), None);
        assert_eq!(module_name("", "x-y"), None);
        assert_eq!(module_name("", ""), None);
        assert!(module_name("", "_sysconfigdata__linux_x86_64-linux-gnu").is_some());
        assert_eq!(normalize_project_name("--A.b"), "-a-b");
        assert_eq!(normalize_project_name("a_"), "a-");
    }
}
