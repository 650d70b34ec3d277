//! What a project packs: `[package.metadata.pyoxidizer]` in its Cargo.toml.

use std::fmt::Display;
use std::path::Path;

use anyhow::Context as _;
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _};
use toml_edit::DocumentMut;

use crate::args::{Args, Command, Pack, package_roots};
use crate::text::Mistake;

/// Arguments of `pyoxidizer pack` that make no sense here: a program of its own would be made, or be no more complete.
const REFUSED: [&str; 6] = ["output", "run", "arguments", "resource_file", "download", "launcher"];

/// How to say what is packed.
const EXAMPLE: &str =
    "[package.metadata.pyoxidizer] needs a line such as pack = [\"app.py\"], with arguments of `pyoxidizer pack`";

/// Whether a manifest has them.
pub fn are_in(manifest: &Path) -> bool {
    let document = std::fs::read_to_string(manifest).ok().and_then(|text| text.parse::<DocumentMut>().ok());
    document.is_some_and(|document| {
        let metadata = document.get("package").and_then(|package| package.get("metadata"));
        metadata.is_some_and(|metadata| metadata.get("pyoxidizer").is_some())
    })
}

/// The arguments of `pyoxidizer pack` in a manifest, for the project or for one of its targets, with the values of each
/// `--package-root`.
pub fn read(manifest: &Path, target: Option<&str>) -> anyhow::Result<(Pack, Vec<Vec<String>>)> {
    let wrong = |error: &dyn Display| {
        let what = format!("cannot read {}: {}", manifest.display(), error.to_string().trim_end());
        Mistake::new(what, "run this in the directory of a Rust project")
    };
    let text = std::fs::read_to_string(manifest).map_err(|error| wrong(&error))?;
    let document: DocumentMut = text.parse().map_err(|error| wrong(&error))?;
    parse(&words(&document, target).with_context(|| format!("{} does not say what to pack", manifest.display()))?)
}

fn words(manifest: &DocumentMut, target: Option<&str>) -> anyhow::Result<Vec<String>> {
    let place = ["package", "metadata", "pyoxidizer"];
    let place = place.into_iter().chain(target.into_iter().flat_map(|target| ["target", target]));
    let mut table = Some(manifest.as_item());
    for key in place {
        table = table.and_then(|table| table.get(key));
    }
    let missing = || {
        Mistake::new(
            match target {
                Some(target) => format!("there is no target {target}"),
                None => "it has no [package.metadata.pyoxidizer] with a list of strings, pack".into(),
            },
            EXAMPLE,
        )
    };
    let words = table.and_then(|table| table.get("pack")?.as_array()).ok_or_else(missing)?;
    words.iter().map(|word| word.as_str().map(str::to_owned).ok_or_else(|| missing().into())).collect()
}

fn parse(words: &[String]) -> anyhow::Result<(Pack, Vec<Vec<String>>)> {
    let wrong = |error: clap::Error| {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        Mistake::new(first, EXAMPLE)
    };
    let line = ["pyoxidizer", "pack"].into_iter().map(str::to_owned).chain(words.iter().cloned());
    let matches = Args::command().try_get_matches_from(line).map_err(wrong)?;
    if let Some(name) = matches.subcommand_matches("pack").and_then(refused) {
        let option = format!("--{}", name.replace('_', "-"));
        return Err(Mistake::new(format!("{option} is not for Rust projects"), "leave it out").into());
    }
    let roots = package_roots(&matches);
    match Args::from_arg_matches(&matches).map_err(wrong)?.command {
        Command::Pack(pack) => Ok((*pack, roots)),
        _ => Err(Mistake::new("it names another command than pack", EXAMPLE).into()),
    }
}

fn refused(pack: &ArgMatches) -> Option<&'static str> {
    REFUSED.into_iter().find(|name| pack.value_source(name) == Some(ValueSource::CommandLine))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(text: &str, target: Option<&str>) -> anyhow::Result<Vec<String>> {
        words(&text.parse()?, target)
    }

    #[test]
    fn a_manifest_has_arguments_of_pack() {
        let text = "[package.metadata.pyoxidizer]\npack = ['app.py', '--pip', 'six']\n\
                    [package.metadata.pyoxidizer.target.small]\npack = ['small.py']\n";
        assert_eq!(words_of(text, None).unwrap(), ["app.py", "--pip", "six"]);
        assert_eq!(words_of(text, Some("small")).unwrap(), ["small.py"]);
        assert_eq!(words_of(text, Some("large")).unwrap_err().to_string(), "there is no target large");
        assert!(words_of("[package]\nname = 'a'", None).is_err());
        assert!(words_of("[package.metadata.pyoxidizer]\npack = [1]", None).is_err());
        let (pack, roots) = parse(&words_of(text, None).unwrap()).unwrap();
        assert_eq!((pack.pip, roots.len()), (vec!["six".to_owned()], 0));
    }

    #[test]
    fn arguments_that_make_a_program_are_refused() {
        let error = |words: &[&str]| {
            let words: Vec<String> = words.iter().copied().map(str::to_owned).collect();
            parse(&words).err().map(|error| error.to_string()).unwrap_or_default()
        };
        assert_eq!(error(&["app.py", "--output", "app"]), "--output is not for Rust projects");
        assert_eq!(error(&["app.py", "--resource-file", "x"]), "--resource-file is not for Rust projects");
        assert!(error(&["app.py", "--no-such"]).contains("--no-such"));
        assert_eq!(error(&["app.py", "--optimize", "2"]), "");
    }
}
