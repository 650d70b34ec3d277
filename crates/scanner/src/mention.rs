//! Mentions in the modules of a package of its location, and of what needs it.

use std::collections::BTreeSet;

use memchr::memmem::find;
use pyox_packed_resources::Resource;
use pyox_python_source::mentions::{Context, MentionKind, SourceMention, is_location, mentions, names};

/// A place where code mentions `__file__`, `__path__` or something that finds files by the name of a module.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Mention {
    /// Dotted name of the module.
    pub module: String,
    /// Line, counted from 1; unknown in bytecode.
    pub line: Option<usize>,
    /// For example `__file__`.
    pub name: &'static str,
    /// In which form.
    pub kind: MentionKind,
    /// What it tells about the package.
    pub evidence: Evidence,
    /// Whether the code then lists a directory, or names one that has modules: it looks for modules as files.
    pub finds_modules: bool,
}

/// Whose location a mention is about. The stronger evidence comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Evidence {
    /// The package's own.
    Direct,
    /// That of some module in a variable, which may be any.
    Indirect,
}

/// The modules of a top-level package.
#[derive(Default)]
pub(crate) struct Code<'a> {
    /// Names and resources, without tests.
    pub(crate) modules: Vec<(&'a str, &'a Resource)>,
    /// Last parts of the names.
    leaves: BTreeSet<&'a str>,
    /// Dotted names of directories with modules.
    directories: BTreeSet<String>,
}

/// Where packages have what they tell PyInstaller.
const FOR_PYINSTALLER: [&str; 2] = ["_pyinstaller", "__pyinstaller"];

impl<'a> Code<'a> {
    pub(crate) fn add(&mut self, name: &'a str, resource: &'a Resource) {
        let mut parts = name.split('.');
        let leaf = parts.clone().next_back().unwrap_or(name);
        let test = parts.next().is_some()
            && (parts.any(is_test_directory) || (name != leaf && (leaf == "conftest" || leaf.starts_with("test_"))));
        if !test {
            self.modules.push((name, resource));
            let mut above = name;
            while let Some((directory, _)) = above.rsplit_once('.')
                && self.directories.insert(directory.to_owned())
            {
                above = directory;
            }
        }
        self.leaves.insert(leaf);
    }

    /// Whether it has modules in a directory of its own.
    pub(crate) fn is_package(&self) -> bool {
        !self.directories.is_empty()
    }

    /// The mentions in `module`, each with the top-level package that it is about.
    pub(crate) fn mentions(
        &self,
        package: &str,
        module: &str,
        resource: &Resource,
        content: &[u8],
    ) -> Vec<(String, Mention)> {
        let mention = |line, name, kind, evidence| Mention {
            module: module.to_owned(),
            line,
            name,
            kind,
            evidence,
            finds_modules: false,
        };
        if matches!(resource, Resource::ModuleBytecode(_)) {
            let present = names().filter(|name| find(content, name.as_bytes()).is_some());
            return present
                .map(|name| (package.to_owned(), mention(None, name, MentionKind::Bytecode, Evidence::Direct)))
                .collect();
        }
        let mut found = Vec::new();
        for hit in mentions(content) {
            let mut own = mention(Some(hit.line), hit.name, hit.kind, self.evidence(package, &hit));
            own.finds_modules =
                is_location(hit.name) && hit.kind == MentionKind::Name && self.finds_modules(module, &hit.context);
            if let Some((first, _)) = hit.receiver
                && let Ok(other) = std::str::from_utf8(first)
                && other != package
                && is_location(hit.name)
            {
                found.push((
                    other.to_owned(),
                    Mention { evidence: Evidence::Direct, finds_modules: false, ..own.clone() },
                ));
            }
            found.push((package.to_owned(), own));
        }
        found
    }

    fn finds_modules(&self, module: &str, context: &Context<'_>) -> bool {
        // It lists its own directory, but only to build programs.
        let builds = module.split('.').any(|part| part == "distutils");
        let is_pattern = |text: &[u8]| text == b"*" || text.ends_with(b"/*") || find(text, b".py").is_some();
        let mut strings = context.strings.iter();
        !builds
            && (context.lists
                || strings.any(|text| context.globs && is_pattern(text) || self.is_directory(module, text)))
    }

    /// Whether a path is that of a directory with modules, seen from the directory of a module or from one above.
    fn is_directory(&self, module: &str, path: &[u8]) -> bool {
        let Ok(path) = std::str::from_utf8(path) else { return false };
        let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | "." | "..")).collect();
        let plain = |part: &&str| !part.contains('.') && !FOR_PYINSTALLER.contains(part);
        if parts.is_empty() || !parts.iter().all(plain) {
            return false;
        }
        let path = parts.join(".");
        let above = std::iter::successors(Some(module), |name| name.rsplit_once('.').map(|(above, _)| above));
        self.directories.contains(&path)
            || above.into_iter().any(|above| self.directories.contains(&format!("{above}.{path}")))
    }

    fn evidence(&self, package: &str, hit: &SourceMention<'_>) -> Evidence {
        let is_own =
            |name: &[u8]| std::str::from_utf8(name).is_ok_and(|name| name == package || self.leaves.contains(name));
        let direct = match (hit.kind, hit.receiver) {
            (MentionKind::String, _) => hit.context.reflects,
            (MentionKind::Attribute, Some((first, last))) if is_location(hit.name) => is_own(first) || is_own(last),
            _ => true,
        };
        if direct { Evidence::Direct } else { Evidence::Indirect }
    }
}

/// Whether a directory below a top-level package has tests.
pub(crate) fn is_test_directory(name: &str) -> bool {
    matches!(name, "tests" | "test" | "benchmarks")
}
