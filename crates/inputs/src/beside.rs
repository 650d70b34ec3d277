//! What lies beside a script, or in a directory that is run: what is no part of it, and what may be missed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use glob::Pattern;
use pyox_layers::Finding;
use pyox_scanner::Literals;

use crate::error::Error;

/// How names of files begin that people read, and tools.
const FOR_PEOPLE_AND_TOOLS: [&str; 16] = [
    "readme",
    "license",
    "copying",
    "changelog",
    "notice",
    "requirements",
    "pyproject",
    "setup",
    "makefile",
    "dockerfile",
    "uv.lock",
    "poetry.lock",
    "tox.ini",
    "tests",
    "docs",
    "dist",
];

/// At most so many files are told that the script does not name.
const MOST_UNNAMED: usize = 5;

/// Whether a path is of what is going to be written, or was written by an earlier pack, or of a virtualenv.
pub(crate) fn is_no_part(path: &Path, outputs: &[PathBuf]) -> bool {
    let is_output = outputs.iter().any(|output| output.file_name() == path.file_name() && is_same(output, path));
    is_output || path.join("pyvenv.cfg").is_file() || pyox_output::is_output(path)
}

/// Whether both are one file, which may not be there yet.
fn is_same(one: &Path, other: &Path) -> bool {
    let directory = |path: &Path| pyox_output::parent(path).canonicalize().ok();
    directory(one).is_some() && directory(one) == directory(other)
}

/// What to say of the files beside a script that asks where it is. `packed` are the names of modules that come along.
pub(crate) fn finding(
    script: &Path,
    packed: &BTreeSet<String>,
    literals: &Literals,
    outputs: &[PathBuf],
) -> Result<Option<Finding>, Error> {
    let Some(line) = literals.file_attribute else { return Ok(None) };
    let directory = pyox_output::parent(script);
    let entries = std::fs::read_dir(directory).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut names = Vec::new();
    for entry in entries.map_err(Error::io("read", directory))? {
        let path = entry.path();
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        let is_code = [".py", ".pyc", ".pyw", ".so", ".ipynb"].iter().any(|ending| name.ends_with(ending));
        // A script that this one starts, for example.
        let is_other_script =
            |stem: &str| path != script && !packed.contains(stem) && is_named(&name, &literals.strings);
        let is_code = is_code && !name.strip_suffix(".py").is_some_and(is_other_script);
        let is_packed = is_code || packed.contains(&name) || name == "__pycache__";
        let is_hidden = name.starts_with('.') || name == "node_modules" || pyox_output::is_aside(&name);
        if !(is_packed || is_hidden || is_no_part(&path, outputs)) {
            names.push(name);
        }
    }
    names.sort();
    let mut named: Vec<String> = names.iter().filter(|name| is_named(name, &literals.strings)).cloned().collect();
    let is_said = !named.is_empty();
    if !is_said {
        named = names.into_iter().filter(|name| !is_for_people_or_tools(name)).collect();
    }
    if named.is_empty() || !is_said && named.len() > MOST_UNNAMED {
        return Ok(None);
    }
    let script = script.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Some(Finding::FilesBesideScript { script, line, names: named, named: is_said }))
}

/// Whether one of the strings is the name, begins with it as a path does, or is a pattern of it.
fn is_named(name: &str, strings: &[String]) -> bool {
    strings.iter().any(|text| {
        let text = text.strip_prefix("./").or_else(|| text.strip_prefix('/')).unwrap_or(text);
        let is_path = text.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let is_pattern =
            || text.contains('*') && text.len() > 1 && Pattern::new(text).is_ok_and(|pattern| pattern.matches(name));
        is_path || is_pattern()
    })
}

fn is_for_people_or_tools(name: &str) -> bool {
    let lower = name.to_lowercase();
    FOR_PEOPLE_AND_TOOLS.iter().any(|start| lower.starts_with(start))
        || lower.ends_with(".egg-info")
        || lower == "build"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_a_script_names_are_told() -> Result<(), Box<dyn std::error::Error>> {
        let place = tempfile::tempdir()?;
        for name in ["templates/page.html", "words.txt", "icon.svg", "README.md", "helper.py", "pkg/data", "out.json"] {
            let path = place.path().join(name);
            std::fs::create_dir_all(path.parent().ok_or("a parent")?)?;
            std::fs::write(path, "")?;
        }
        let script = place.path().join("app.py");
        let packed = BTreeSet::from(["pkg".to_owned()]);
        let outputs = [place.path().join("out.json")];
        let names = |source: &str| -> Result<Option<(Vec<String>, bool)>, Error> {
            Ok(match finding(&script, &packed, &Literals::of(source.as_bytes()), &outputs)? {
                Some(Finding::FilesBesideScript { names, named, .. }) => Some((names, named)),
                _ => None,
            })
        };
        assert_eq!(names("open('words.txt')")?, None);
        assert_eq!(names("run(__file__, 'helper.py')")?, Some((vec!["helper.py".to_owned()], true)));
        let both = ["templates", "words.txt"].map(str::to_owned).to_vec();
        assert_eq!(names("__file__, 'words.txt', './templates/page.html', 'pkg/data'")?, Some((both, true)));
        assert_eq!(names("__file__, '*.svg', '*'")?, Some((vec!["icon.svg".to_owned()], true)));
        let all = ["icon.svg", "templates", "words.txt"].map(str::to_owned).to_vec();
        assert_eq!(names("__file__")?, Some((all, false)));
        Ok(())
    }
}
