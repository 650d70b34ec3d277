//! Progress on a terminal: one changing line. Elsewhere: one line for each step that takes long.

use std::io::IsTerminal;
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use pyox_packaging::{Progress, Step};

use crate::speech::tell;
use crate::style::Style;
use crate::text::printable;

/// Shows progress on standard error.
pub struct Terminal {
    bar: Option<ProgressBar>,
    style: Style,
    verbose: bool,
    quiet: bool,
    current: Option<Step>,
}

impl Terminal {
    /// As much as is asked for.
    pub fn new(verbose: bool, quiet: bool, style: Style) -> Self {
        let bar = (!quiet && !verbose && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new_spinner();
            let template = ProgressStyle::with_template("{spinner} {msg}");
            bar.set_style(template.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.set_message("looking");
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Self { bar, style, verbose, quiet, current: None }
    }

    /// Removes the changing line.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A step in words.
pub fn words(step: Step) -> &'static str {
    match step {
        Step::Install => "installing",
        Step::Scan => "scanning",
        Step::Compile => "compiling",
        Step::Compress => "compressing",
        Step::Link => "linking",
        Step::Wait => "waiting for the launcher",
        Step::Launcher => "building the launcher",
        Step::Write => "writing",
        _ => "working on",
    }
}

impl Progress for Terminal {
    fn begin(&mut self, step: Step, what: &str) {
        self.current = Some(step);
        let what = printable(what);
        let message = match step {
            Step::Install => format!("{} requirements with pip", words(step)),
            Step::Compile => format!("{} modules", words(step)),
            Step::Wait => format!("{} for Python {what}, which another pack makes", words(step)),
            Step::Launcher => format!("{} for Python {what}, once for all packs", words(step)),
            _ => format!("{} {what}", words(step)),
        };
        match &self.bar {
            Some(bar) => bar.set_message(message),
            None if self.verbose || (!self.quiet && matches!(step, Step::Install | Step::Wait | Step::Launcher)) => {
                tell!("{}", self.style.dim(&message));
            }
            None => {}
        }
    }

    fn advance(&mut self, done: usize, total: usize) {
        if let (Some(bar), Some(step)) = (&self.bar, self.current) {
            bar.set_message(format!("{} {done} of {total}", words(step)));
        }
    }

    fn line(&mut self, line: &str) {
        if self.verbose {
            tell!("{}", self.style.dim(&printable(line)));
        } else if let (Some(bar), Some(step)) = (&self.bar, self.current) {
            let line: String = printable(line.trim()).chars().take(80).collect();
            bar.set_message(format!("{}: {line}", words(step)));
        }
    }

    fn damaged(&mut self, path: &Path, count: usize) {
        if self.quiet {
            return;
        }
        let what = match count {
            1 => format!("{} was damaged", path.display()),
            count => format!("{count} files in {} were damaged", path.display()),
        };
        let say = || tell!("{} {what}, and made again", self.style.warning("note:"));
        match &self.bar {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }

    fn end(&mut self) {
        self.current = None;
    }
}
