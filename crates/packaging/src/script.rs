//! Scripts: the modules beside them that they import, and their inline metadata.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use pyox_packed_resources::top_level;
use pyox_scanner::{Directory, ScriptMetadata, allows_python, imports};

use crate::error::Error;

/// What a script brings along.
pub(crate) struct Companions {
    /// Modules and packages in the script's directory that it imports, also indirectly.
    pub(crate) siblings: BTreeSet<String>,
    /// Top-level modules it imports that are not beside it.
    pub(crate) others: BTreeSet<String>,
}

/// Follows the imports of a script, wherever in its source they are, to what is beside it, as `python SCRIPT` would
/// find it there.
pub(crate) fn companions(script: &Path, source: &[u8]) -> Result<Companions, Error> {
    let directory = script.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut found = Companions { siblings: BTreeSet::new(), others: BTreeSet::new() };
    let mut sources = VecDeque::from([source.to_vec()]);
    while let Some(source) = sources.pop_front() {
        let absolute = imports(&source).into_iter().filter(|import| import.level == 0);
        let names: BTreeSet<String> = absolute.map(|import| top_level(&import.module).to_owned()).collect();
        for name in names {
            if found.siblings.contains(&name) || found.others.contains(&name) {
                continue;
            }
            let files = python_files(directory, &name)?;
            if files.is_empty() {
                found.others.insert(name);
                continue;
            }
            for file in files.iter().filter(|file| *file != script) {
                sources.push_back(std::fs::read(file).map_err(Error::io("read", file))?);
            }
            found.siblings.insert(name);
        }
    }
    Ok(found)
}

/// The files of a top-level module or package in a directory.
fn python_files(directory: &Path, name: &str) -> Result<Vec<PathBuf>, Error> {
    let module = directory.join(format!("{name}.py"));
    if module.is_file() {
        return Ok(vec![module]);
    }
    let mut files = Vec::new();
    let package = directory.join(name);
    if package.join("__init__.py").is_file() {
        collect(&package, &mut files)?;
    }
    Ok(files)
}

/// Whether a directory has a top-level module or package.
pub(crate) fn has_module(directory: &Path, name: &str) -> bool {
    python_files(directory, name).is_ok_and(|files| !files.is_empty())
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    let entries = std::fs::read_dir(directory).map_err(Error::io("read", directory))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() && !path.is_symlink() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "py") {
            files.push(path);
        }
    }
    Ok(())
}

/// The script's directory, restricted to its siblings.
pub(crate) fn sibling_directory(script: &Path, siblings: BTreeSet<String>, suffixes: &[String]) -> Directory {
    let directory = script.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Directory::new(directory).extension_suffixes(suffixes.iter()).exclude_if(move |path| {
        let top = path.split('/').next().unwrap_or(path);
        !siblings.contains(top.strip_suffix(".py").unwrap_or(top))
    })
}

/// What a script says of itself
/// ([PEP 723](https://packaging.python.org/specifications/inline-script-metadata/)).
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct InlineMetadata {
    /// Lines of the script, counted from 1, and the requirements in them.
    pub(crate) dependencies: Vec<(usize, String)>,
    pub(crate) requires_python: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Block {
    #[serde(default)]
    dependencies: Vec<toml::Spanned<String>>,
    requires_python: Option<String>,
}

/// The inline metadata of a script; empty if it has none.
pub(crate) fn inline_metadata(script: &Path, source: &[u8]) -> Result<InlineMetadata, Error> {
    let error = |message| Error::ScriptMetadata { path: script.to_owned(), message };
    let Some(block) = ScriptMetadata::find(&String::from_utf8_lossy(source)).map_err(|two| error(two.to_string()))?
    else {
        return Ok(InlineMetadata::default());
    };
    let read: Block =
        toml::from_str(&block.text).map_err(|invalid| error(invalid.to_string().trim_end().to_owned()))?;
    if let Some(Err(message)) = read.requires_python.as_deref().map(|text| allows_python(text, [3, 0, 0])) {
        return Err(error(message));
    }
    let line = |at: usize| block.line + block.text[..at].matches('\n').count();
    let located = |text: toml::Spanned<String>| (line(text.span().start), text.into_inner());
    let dependencies = read.dependencies.into_iter().map(located).collect();
    Ok(InlineMetadata { dependencies, requires_python: read.requires_python })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_beside_a_script_come_along_as_far_as_they_are_imported() -> Result<(), Box<dyn std::error::Error>> {
        let place = tempfile::tempdir()?;
        std::fs::create_dir(place.path().join("pkg"))?;
        for (name, text) in [
            ("helper.py", "def f():\n    import late, json\n"),
            ("late.py", ""),
            ("named.py", ""),
            ("unused.py", ""),
            ("pkg/__init__.py", "from . import inner\n"),
            ("pkg/inner.py", "import script\n"),
        ] {
            std::fs::write(place.path().join(name), text)?;
        }
        let source = b"import os.path, helper\nimport pkg.inner\nimportlib.import_module('named')\n";
        let script = place.path().join("script.py");
        std::fs::write(&script, source)?;
        let found = companions(&script, source)?;
        assert_eq!(Vec::from_iter(found.siblings), ["helper", "late", "named", "pkg", "script"]);
        assert_eq!(Vec::from_iter(found.others), ["json", "os"]);
        Ok(())
    }

    #[test]
    fn dependencies_are_read_from_the_block() {
        let script =
            b"#!/usr/bin/env python3\n# /// script\n# dependencies = [\n#   \"rich>=13\",\n# ]\n# ///\nimport rich\n";
        assert_eq!(inline_metadata(Path::new("a.py"), script).unwrap().dependencies, [(4, "rich>=13".to_owned())]);
        assert!(inline_metadata(Path::new("a.py"), b"print(1)\n").unwrap().dependencies.is_empty());
        let broken = b"# /// script\n# dependencies = 3\n# ///\n";
        assert!(matches!(inline_metadata(Path::new("a.py"), broken), Err(Error::ScriptMetadata { .. })));
        let two = b"# /// script\n# dependencies = []\n# ///\n\n".repeat(2);
        assert!(matches!(inline_metadata(Path::new("a.py"), &two), Err(Error::ScriptMetadata { .. })));
        let broken = b"# /// script\n# requires-python = 'three'\n# ///\n";
        assert!(matches!(inline_metadata(Path::new("a.py"), broken), Err(Error::ScriptMetadata { .. })));
    }
}
