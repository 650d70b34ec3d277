//! `pyoxidizer init-config-file`

use std::path::PathBuf;

use anyhow::Context;

use super::Talk;
use crate::speech::tell;
use crate::text::{Mistake, printable, quoted};

/// What configuration files are called.
pub(super) const NAME: &str = "pyoxidizer.bzl";

/// The file that is written, with the name of the program, what it runs and what is installed to be put in.
const TEMPLATE: &str = include_str!("pyoxidizer.bzl");

/// Write a new configuration file, pyoxidizer.bzl, with comments that explain it
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pyoxidizer init-config-file app                                  a program that is the interactive interpreter
  pyoxidizer init-config-file app --python-code 'import app'       one that runs code
  pyoxidizer init-config-file app --pip-install flask==3.0.0       with packages from PyPI")]
pub struct InitConfigFile {
    /// The directory of the file, which is made if it is not there; the program is named after it
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// Statements that the program runs, instead of the interactive interpreter
    #[arg(long, value_name = "CODE")]
    pub python_code: Option<String>,
    /// Install this requirement with pip; may be repeated
    #[arg(long, value_name = "REQ")]
    pub pip_install: Vec<String>,
}

/// Writes the file, and says what comes next.
pub fn init(args: &InitConfigFile, talk: Talk) -> anyhow::Result<u8> {
    let file = args.path.join(NAME);
    std::fs::create_dir_all(&args.path).with_context(|| format!("cannot create {}", args.path.display()))?;
    if file.symlink_metadata().is_ok() {
        let what = format!("{} exists already", file.display());
        return Err(Mistake::new(what, "name another directory, or remove the file").into());
    }
    let absolute = args.path.canonicalize().with_context(|| format!("cannot find {}", args.path.display()))?;
    let name = absolute.file_name().map_or("app".into(), |name| name.to_string_lossy().into_owned());
    std::fs::write(&file, text(&name, args)).with_context(|| format!("cannot write {}", file.display()))?;
    if !talk.quiet {
        let directory = printable(quoted(&args.path.to_string_lossy()));
        tell!("{} {}", talk.style.good("wrote"), printable(file.display()));
        tell!("  build and run the program with: pyoxidizer run --path {directory}");
        tell!("  build it alone with: pyoxidizer build --path {directory}");
    }
    Ok(0)
}

fn text(name: &str, args: &InitConfigFile) -> String {
    let code = args.python_code.as_deref();
    let run_mode = match code {
        Some(code) => format!("python_config.run_mode = {}", literal(&format!("eval:{code}"))),
        None => r#"# python_config.run_mode = "eval:import app; app.main()""#.to_owned(),
    };
    let install = match args.pip_install.as_slice() {
        [] => r#"# exe.add_python_resources(exe.pip_install(["-r", "requirements.txt"]))"#.to_owned(),
        requirements => {
            let list: Vec<String> = requirements.iter().map(|text| literal(text)).collect();
            format!("exe.add_python_resources(exe.pip_install([{}]))", list.join(", "))
        }
    };
    TEMPLATE.replace("@NAME@", &literal(name)).replace("@RUN_MODE@", &run_mode).replace("@PIP_INSTALL@", &install)
}

/// A text as Starlark writes it.
fn literal(text: &str) -> String {
    let mut literal = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => literal.extend(['\\', character]),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            other => literal.push(other),
        }
    }
    literal + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted() {
        assert_eq!(literal("print(\"a\\n\")\n"), r#""print(\"a\\n\")\n""#);
    }

    #[test]
    fn what_is_given_is_in_the_file() {
        let args = InitConfigFile {
            path: "x".into(),
            python_code: Some("print('hi')".into()),
            pip_install: vec!["a==1".into(), "b".into()],
        };
        let text = text("x", &args);
        assert!(text.contains("\n    python_config.run_mode = \"eval:print('hi')\"\n"), "{text}");
        assert!(text.contains("\n    exe.add_python_resources(exe.pip_install([\"a==1\", \"b\"]))\n"), "{text}");
        assert!(!text.contains('@'), "{text}");
    }
}
