//! `docs/configuration` is what the tables and functions say of themselves.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use pyox_distribution::Python as _;
use pyox_starlark::{Member, MemberKind, reference_functions, reference_types};
use pyox_test_support::command::workspace;
use pyox_test_support::place::{Place, python};

use crate::support::{built, run};

/// Writes the pages instead of comparing them.
const VARIABLE: &str = "PYOX_WRITE_DOCS";

/// How long lines are.
const WIDTH: usize = 120;

fn pages() -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    let mut functions = "# Global functions\n".to_owned();
    reference_functions().iter().for_each(|member| write_member(&mut functions, member));
    pages.insert("functions.md".to_owned(), functions);
    for found in reference_types() {
        let mut page = format!("# {}\n\n{}\n", found.name, wrapped(found.documentation));
        found.members.iter().for_each(|member| write_member(&mut page, member));
        pages.insert(format!("{}.md", found.name), page);
    }
    pages
}

fn write_member(page: &mut String, member: &Member) {
    let title = match &member.kind {
        MemberKind::Function(parameters) => {
            let parameter = |(name, default): &(String, Option<String>)| match default {
                Some(default) => format!("{name} = {default}"),
                None => name.clone(),
            };
            format!("{}({})", member.name, parameters.iter().map(parameter).collect::<Vec<_>>().join(", "))
        }
        _ => member.name.clone(),
    };
    let _ = write!(page, "\n## `{title}`\n\n{}\n", wrapped(&member.documentation));
    match &member.kind {
        MemberKind::Attribute(Some(accepted)) => {
            let _ = write!(page, "\n{}\n", wrapped(&format!("Takes {accepted}.")));
        }
        MemberKind::Attribute(None) => page.push_str("\nIt cannot be assigned.\n"),
        _ => {}
    }
}

fn wrapped(text: &str) -> String {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines.join("\n")
}

#[test]
fn pages_are_current() -> std::io::Result<()> {
    let directory = workspace().join("docs/configuration");
    let pages = pages();
    for (name, text) in &pages {
        let path = directory.join(name);
        if std::env::var_os(VARIABLE).is_some() {
            std::fs::create_dir_all(&directory)?;
            std::fs::write(&path, text)?;
        }
        assert!(std::fs::read_to_string(&path)? == *text, "{name} is outdated: run the test with {VARIABLE}=1");
    }
    for entry in std::fs::read_dir(&directory)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_written = name == "README.md" || name.starts_with("coming-from-");
        assert!(is_written || pages.contains_key(&name), "{name} is about nothing that there is");
    }
    Ok(())
}

/// The configuration files in a page.
fn examples(page: &str) -> Vec<String> {
    let blocks = page.split("```python\n").skip(1);
    blocks.filter_map(|block| Some(block.split_once("```")?.0.to_owned())).collect()
}

#[test]
fn configuration_files_in_pages_are_built_and_run() {
    let code = "import sys, importlib.util as u\n\
        print(__name__, getattr(sys, 'frozen', False), [n for n in ('hidden', 'unittest') if u.find_spec(n)])\n";
    let version = &python().info().version;
    let mut said = Vec::new();
    for name in ["coming-from-pyoxidizer.md", "coming-from-pyinstaller.md"] {
        let page = std::fs::read_to_string(workspace().join("docs/configuration").join(name)).expect("a page");
        for example in examples(&page) {
            let place = Place::with(&[("app.py", code), ("src/shop/__init__.py", ""), ("src/shop/__main__.py", code)]);
            place.write("hidden.py", "");
            place.write("data/x.txt", "");
            let python = format!("default_python_distribution(python_version = \"{version}\")");
            place.write("pyoxidizer.bzl", example.replace("default_python_distribution()", &python));
            let outcome = run(&place, ["run", "--quiet"]);
            assert_eq!(outcome.status, Some(0), "{name}: {outcome:?}");
            said.push((outcome.stdout, built(&place, "install").join("data/x.txt").is_file()));
        }
    }
    let expected = [("__main__ False ['unittest']\n", false), ("__main__ True ['hidden']\n", true)];
    assert_eq!(said, expected.map(|(text, data)| (text.to_owned(), data)));
}
