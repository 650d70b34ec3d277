//! Scripts: the modules beside them that they import, and their inline metadata.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use pyox_layers::Policy;
use pyox_packed_resources::top_level;
use pyox_scanner::{Directory, Literals, ScriptMetadata, allows_python, imports};

use crate::error::Error;

/// What a script brings along.
#[derive(Default)]
pub(crate) struct Companions {
    /// Modules and packages in the script's directory that it imports, also indirectly.
    pub(crate) siblings: BTreeSet<String>,
    /// Top-level modules it imports that are not beside it.
    pub(crate) others: BTreeSet<String>,
    /// Names of what is beside it and is left out.
    pub(crate) excluded: BTreeSet<String>,
    /// The strings of the script and of the modules beside it, and the first line in which the script mentions
    /// `__file__`.
    pub(crate) literals: Literals,
}

/// Follows the imports of a script, wherever in its source they are, to what is beside it, as `python SCRIPT` would
/// find it there.
/// `suffixes` are those of extension modules.
pub(crate) fn companions(
    script: &Path,
    source: &[u8],
    suffixes: &[String],
    policy: &Policy,
) -> Result<Companions, Error> {
    let directory = script.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut found = Companions::default();
    let mut codes = VecDeque::from([(source.to_vec(), false)]);
    let mut names: BTreeSet<String> = policy.includes.iter().map(|name| top_level(name).to_owned()).collect();
    while let Some((code, is_bytecode)) = codes.pop_front() {
        if is_bytecode {
            names.extend(mentions(&code, directory)?);
        } else {
            let literals = Literals::of(&code);
            names.extend(top_level_imports(&code));
            names.extend(literals.modules().filter_map(|name| named_module(directory, name)));
            found.literals.file_attribute = found.literals.file_attribute.or(literals.file_attribute);
            found.literals.strings.extend(literals.strings);
        }
        for name in std::mem::take(&mut names) {
            if found.siblings.contains(&name) || found.others.contains(&name) || found.excluded.contains(&name) {
                continue;
            }
            let mut files = python_files(directory, &name)?;
            if files.is_empty() && !has_extension_module(directory, &name, suffixes) {
                // A namespace package, unless there is a regular one elsewhere: then it is hidden.
                files = namespace_files(&directory.join(&name))?;
            }
            if files.is_empty() && !has_extension_module(directory, &name, suffixes) {
                found.others.insert(name);
                continue;
            }
            if policy.excludes_module(&name) {
                found.excluded.insert(name);
                continue;
            }
            let is_excluded = |file: &Path| {
                let module = file.strip_prefix(directory).unwrap_or(file).with_extension("");
                policy.excludes_module(&module.to_string_lossy().replace('/', ".").replace(".__init__", ""))
            };
            for file in files.iter().filter(|file| *file != script && !is_excluded(file)) {
                codes.push_back((std::fs::read(file).map_err(Error::io("read", file))?, has_ending(file, "pyc")));
            }
            found.siblings.insert(name);
        }
    }
    Ok(found)
}

fn top_level_imports(source: &[u8]) -> BTreeSet<String> {
    let absolute = imports(source).into_iter().filter(|import| import.level == 0);
    absolute.map(|import| top_level(&import.module).to_owned()).collect()
}

/// The top-level name of what a string names, if that is a module, or something in a module, in a directory.
fn named_module(directory: &Path, name: &str) -> Option<String> {
    // A name such as `data.csv`.
    if directory.join(name).exists() {
        return None;
    }
    let mut module = name;
    loop {
        let path = directory.join(module.replace('.', "/"));
        if code_file(&path).is_some() || code_file(&path.join("__init__")).is_some() {
            return Some(top_level(name).to_owned());
        }
        module = module.rsplit_once('.')?.0;
    }
}

/// The modules in a directory that marshalled code has as strings, which are stored with their lengths before them.
fn mentions(code: &[u8], directory: &Path) -> Result<BTreeSet<String>, Error> {
    let mentions = |name: &String| {
        let stored = [&[name.len() as u8], name.as_bytes()].concat();
        code.windows(stored.len()).any(|window| window == stored) && has_module(directory, name)
    };
    let paths = entries(directory)?;
    let names = paths.iter().filter_map(|path| path.file_stem()?.to_str().map(str::to_owned));
    Ok(names.filter(mentions).collect())
}

/// The files of a top-level module or package in a directory.
fn python_files(directory: &Path, name: &str) -> Result<Vec<PathBuf>, Error> {
    let package = directory.join(name);
    let mut files = Vec::new();
    match code_file(&package.join("__init__")) {
        Some(_) => collect(&package, &mut files)?,
        None => files.extend(code_file(&package)),
    }
    Ok(files)
}

/// The files of a package that is a directory without code of its own.
fn namespace_files(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    if directory.is_dir() && !directory.join("pyvenv.cfg").is_file() {
        collect(directory, &mut files)?;
    }
    Ok(files)
}

/// The source code of a module, or its bytecode if there is none.
fn code_file(module: &Path) -> Option<PathBuf> {
    ["py", "pyc"].map(|ending| module.with_extension(ending)).into_iter().find(|file| file.is_file())
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|extension| extension == ending)
}

/// Whether a directory has an extension module.
fn has_extension_module(directory: &Path, name: &str, suffixes: &[String]) -> bool {
    suffixes.iter().any(|suffix| directory.join(format!("{name}{suffix}")).is_file())
}

/// Whether a directory has a top-level module or package.
pub(crate) fn has_module(directory: &Path, name: &str) -> bool {
    python_files(directory, name).is_ok_and(|files| !files.is_empty())
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    for path in entries(directory)? {
        if path.is_dir() && !path.is_symlink() {
            if !is_of_tools(&path) {
                collect(&path, files)?;
            }
        } else if has_ending(&path, "py") || is_bytecode_only(&path) {
            files.push(path);
        }
    }
    Ok(())
}

/// Whether a file or directory is none of an application's: hidden, of a tool, or a virtualenv.
pub(crate) fn is_of_tools(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    name.starts_with(b".") || name == b"node_modules" || path.join("pyvenv.cfg").is_file()
}

/// Whether it is bytecode in the place of source code that is not there.
fn is_bytecode_only(path: &Path) -> bool {
    has_ending(path, "pyc") && code_file(&path.with_extension("")).as_deref() == Some(path)
}

fn entries(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = std::fs::read_dir(directory).map_err(Error::io("read", directory))?;
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}

/// The script's directory, restricted to its siblings.
pub(crate) fn sibling_directory(script: &Path, siblings: BTreeSet<String>, suffixes: &[String]) -> Directory {
    let directory = script.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (root, endings) = (directory.to_owned(), suffixes.to_vec());
    Directory::new(directory).extension_suffixes(suffixes.iter()).exclude_if(move |path| {
        let top = path.split('/').next().unwrap_or(path);
        let without_source = || top.strip_suffix(".pyc").filter(|_| is_bytecode_only(&root.join(top)));
        // Around a package without code of its own may be a whole project.
        let is_namespace = root.join(top).is_dir() && code_file(&root.join(top).join("__init__")).is_none();
        if is_namespace && is_of_tools(&root.join(path)) {
            return true;
        }
        let native = || endings.iter().find_map(|ending| top.strip_suffix(&**ending));
        !siblings.contains(top.strip_suffix(".py").or_else(without_source).or_else(native).unwrap_or(top))
    })
}

/// What a script says of itself
/// ([PEP 723](https://packaging.python.org/specifications/inline-script-metadata/)).
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct InlineMetadata {
    /// Lines of the script, counted from 1, and the requirements in them.
    pub(crate) dependencies: Vec<(usize, String)>,
    pub(crate) requires_python: Option<String>,
    /// Whether there are dependencies stated, be it none.
    pub(crate) states_dependencies: bool,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Block {
    dependencies: Option<Vec<toml::Spanned<String>>>,
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
    let states_dependencies = read.dependencies.is_some();
    let dependencies = read.dependencies.unwrap_or_default().into_iter().map(located).collect();
    Ok(InlineMetadata { dependencies, requires_python: read.requires_python, states_dependencies })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_beside_a_script_come_along_as_far_as_they_are_imported() -> Result<(), Box<dyn std::error::Error>> {
        let place = tempfile::tempdir()?;
        for (name, text) in [
            ("helper.py", "def f():\n    import late, json\n"),
            ("late.py", ""),
            ("named.py", ""),
            ("unused.py", ""),
            ("native.abi3.so", ""),
            ("pkg/__init__.py", "from . import inner\n"),
            ("pkg/inner.py", "import script\n"),
            ("space/deep/module.py", "import from_space\n"),
            ("from_space.py", ""),
            ("no_modules/text.txt", ""),
            ("settings.py", ""),
            ("shop/wsgi.py", ""),
            ("shop/__init__.py", ""),
            ("words.py", ""),
            ("words.csv", ""),
        ] {
            std::fs::create_dir_all(place.path().join(name).parent().ok_or("a parent")?)?;
            std::fs::write(place.path().join(name), text)?;
        }
        let source = b"import os.path, helper, native\nimport pkg.inner\nimportlib.import_module('named')\n\
            from space.deep import module; import no_modules\n\
            use('X_MODULE', 'settings', 'shop.wsgi:app', 'words.csv')\n";
        let script = place.path().join("script.py");
        let suffixes = [".abi3.so".to_owned(), ".so".to_owned()];
        std::fs::write(&script, source)?;
        let found = companions(&script, source, &suffixes, &Policy::default())?;
        assert_eq!(
            Vec::from_iter(found.siblings),
            ["from_space", "helper", "late", "named", "native", "pkg", "script", "settings", "shop", "space"]
        );
        assert_eq!(Vec::from_iter(found.others), ["json", "no_modules", "os"]);
        let mut policy = Policy::default();
        policy.include("unused")?;
        policy.exclude("helper")?;
        policy.exclude("pkg.inner")?;
        let found = companions(&script, source, &suffixes, &policy)?;
        assert!(found.siblings.contains("unused") && !found.siblings.contains("late"), "{:?}", found.siblings);
        assert_eq!(Vec::from_iter(found.excluded), ["helper"]);
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
