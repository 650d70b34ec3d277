//! What a program runs.

use pyox_interpreter_config::Run;
use pyox_packed_resources::{normalize_project_name, top_level};
use pyox_scanner::entry_points;

use crate::error::Error;

/// What a person asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum EntryRequest {
    /// Whatever the source suggests.
    #[default]
    Default,
    /// A module, as with `python -m`.
    Module(String),
    /// `MODULE:FUNCTION`, or the name of a console script.
    Entry(String),
    /// Statements, as with `python -c`.
    Code(String),
    /// Nothing that is packed: the interactive interpreter, a file that is there when the program runs, or what the
    /// settings of its interpreter say.
    Interpreter(Run),
}

impl From<Run> for EntryRequest {
    /// What `run_mode` of a configuration asks for.
    fn from(run: Run) -> Self {
        match run {
            Run::Module(name) => Self::Module(name),
            Run::Code(code) => Self::Code(code),
            other => Self::Interpreter(other),
        }
    }
}

/// What a program runs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entry {
    /// A script.
    Script {
        /// Its file name.
        file: String,
        /// Its text.
        source: Vec<u8>,
    },
    /// A module or package, as with `python -m`.
    Module(String),
    /// A function that is called without arguments; what it returns is the exit status.
    Function {
        /// Dotted name of the module.
        module: String,
        /// Dotted path of the function in it.
        attribute: String,
    },
    /// Statements, as with `python -c`.
    Code(String),
    /// Nothing that is packed.
    Interpreter(Run),
}

impl Entry {
    /// The entry in words.
    pub fn describe(&self) -> String {
        match self {
            Self::Script { file, .. } => format!("script {file}"),
            Self::Module(name) => format!("module {name}"),
            Self::Function { module, attribute } => format!("function {module}:{attribute}"),
            Self::Code(_) => "code given on the command line".into(),
            Self::Interpreter(Run::Repl) => "the interactive interpreter".into(),
            Self::Interpreter(Run::File(path)) => format!("the file {path} that is there when it runs"),
            Self::Interpreter(_) => "what the settings of its interpreter say".into(),
        }
    }

    /// The module `__main__` to pack, as file name and text, if the entry needs one.
    pub fn main_source(&self) -> Option<(String, Vec<u8>)> {
        match self {
            Self::Script { file, source } => Some((file.clone(), source.clone())),
            Self::Function { module, attribute } => {
                let first = top_level(attribute);
                let text = format!(
                    "import sys\nfrom {module} import {first}\n\
                    if __name__ == \"__main__\":\n    sys.exit({attribute}())\n"
                );
                Some(("__main__.py".into(), text.into_bytes()))
            }
            Self::Module(_) | Self::Code(_) | Self::Interpreter(_) => None,
        }
    }

    /// The text that is run, empty if it is that of a module.
    pub fn main_text(&self) -> Vec<u8> {
        match self {
            Self::Code(code) => code.clone().into_bytes(),
            other => other.main_source().map(|(_, text)| text).unwrap_or_default(),
        }
    }

    /// The module that is run, if it is one.
    pub fn module(&self) -> Option<&str> {
        if let Self::Module(name) = self { Some(name) } else { None }
    }

    /// What the interpreter runs.
    pub fn run(&self) -> Run {
        match self {
            Self::Script { .. } | Self::Function { .. } => {
                Run::Script { file: self.main_source().map(|(file, _)| file).unwrap_or_default() }
            }
            Self::Module(name) => Run::Module(name.clone()),
            Self::Code(code) => Run::Code(code.clone()),
            Self::Interpreter(run) => run.clone(),
        }
    }

    /// `MODULE:FUNCTION`
    pub(crate) fn function(text: &str) -> Result<Self, Error> {
        let syntax = || Error::EntrySyntax { text: text.to_owned() };
        let (module, attribute) = text.split_once(':').ok_or_else(syntax)?;
        let (module, attribute) = (module.trim(), attribute.trim());
        let dotted = |name: &str| {
            let identifier = |part: &str| {
                part.chars().all(|c| c.is_alphanumeric() || c == '_')
                    && part.chars().next().is_some_and(|c| !c.is_numeric())
            };
            name.split('.').all(identifier)
        };
        if dotted(module) && dotted(attribute) {
            Ok(Self::Function { module: module.into(), attribute: attribute.into() })
        } else {
            Err(syntax())
        }
    }
}

/// A console script of a distribution.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ConsoleScript {
    pub(crate) name: String,
    pub(crate) value: String,
    /// Normalised name of the project that has it.
    pub(crate) project: String,
}

impl ConsoleScript {
    /// The console scripts in an `entry_points.txt`.
    pub(crate) fn parse(project: &str, text: &str) -> Vec<Self> {
        let project = normalize_project_name(project);
        let scripts = entry_points(text).into_iter().filter(|point| point.group == "console_scripts");
        scripts.map(|point| Self { name: point.name, value: point.value, project: project.clone() }).collect()
    }

    pub(crate) fn describe(&self) -> String {
        format!("{} ({})", self.name, self.value)
    }
}

/// The one console script among those of the wanted projects.
pub(crate) fn only_script(scripts: &[ConsoleScript], wanted: &[String]) -> Result<Option<Entry>, Error> {
    let mine: Vec<_> = scripts.iter().filter(|script| wanted.contains(&script.project)).collect();
    let mut targets: Vec<&str> = mine.iter().map(|script| script.value.as_str()).collect();
    targets.sort_unstable();
    targets.dedup();
    match targets.as_slice() {
        [] => Ok(None),
        [target] => Entry::function(target).map(Some),
        _ => Err(Error::AmbiguousEntry { candidates: mine.iter().map(|script| script.describe()).collect() }),
    }
}
