//! What a person sees of an evaluation.

use std::io::Write as _;

use pyox_cli::Talk;
use pyox_linker::Progress;
use pyox_starlark::{Event, Listener};
use pyox_terminal::progress::Terminal;
use pyox_terminal::summary;
use pyox_terminal::text::{printable, printable_lines};

/// Tells on standard error what happens.
pub struct Front {
    talk: Talk,
    /// Only while something is packed: what it shows is in the way of other lines.
    terminal: Option<Terminal>,
}

impl Front {
    pub fn new(talk: Talk) -> Self {
        Self { talk, terminal: None }
    }

    /// Removes what changes.
    pub fn finish(&mut self) {
        self.terminal.take().iter().for_each(Terminal::finish);
    }

    /// Something that a person should know.
    pub fn note(&mut self, text: &str) {
        let label = self.talk.style.warning("note:");
        self.say(&format!("{label} {}", printable_lines(text)));
    }

    fn say(&mut self, line: &str) {
        self.finish();
        if !self.talk.quiet {
            // If that fails, it is lost.
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }
}

impl Listener for Front {
    fn progress(&mut self) -> &mut dyn Progress {
        let Talk { verbose, quiet, style } = self.talk;
        self.terminal.get_or_insert_with(|| Terminal::new(verbose, quiet, style))
    }

    fn event(&mut self, event: &Event<'_>) {
        let style = self.talk.style;
        match event {
            Event::Begins { path, targets } => {
                let noun = if *targets == 1 { "target" } else { "targets" };
                self.say(&style.dim(&format!("using {}: {targets} {noun}", printable(path.display()))));
            }
            Event::Target { name } => self.say(&style.dim(&format!("resolving the target {}", printable(name)))),
            Event::Printed { text } => self.say(&printable_lines(text)),
            Event::Note { text, position } => {
                let place = position.as_ref().map(|position| format!(" ({position})")).unwrap_or_default();
                self.note(&format!("{text}{place}"));
            }
            Event::Packed { report, path } => {
                self.finish();
                if !self.talk.quiet {
                    let mut report = (*report).clone();
                    report.summary.output = path.to_path_buf();
                    summary::print(&report, self.talk.verbose, style);
                }
            }
            Event::Installed { path, files } => {
                let noun = if *files == 1 { "file" } else { "files" };
                let (good, path) = (style.good("installed"), printable(path.display()));
                self.say(&format!("{good} {files} {noun} into {path}"));
            }
            _ => {}
        }
    }
}
