//! Progress on a terminal: one changing line. Elsewhere: one line for each step that takes long.

use std::io::IsTerminal;
use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use pyox_linker::{Progress, Step, Timing};

use crate::speech::tell;
use crate::style::Style;
use crate::text::printable;

/// Shows progress on standard error and measures steps.
pub struct Terminal {
    bar: Option<ProgressBar>,
    style: Style,
    verbose: bool,
    quiet: bool,
    current: Option<(Step, Instant)>,
    timings: Vec<(Step, Duration)>,
}

impl Terminal {
    pub fn new(verbose: bool, quiet: bool, style: Style) -> Self {
        let bar = (!quiet && !verbose && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new_spinner();
            let template = ProgressStyle::with_template("{spinner} {msg}");
            bar.set_style(template.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.set_message("looking");
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Self { bar, style, verbose, quiet, current: None, timings: Vec::new() }
    }

    /// Seconds per step so far, in the order in which steps first began.
    pub fn timings(&self) -> Vec<Timing> {
        let timing = |(step, spent): &(Step, Duration)| Timing { step: step.to_string(), seconds: spent.as_secs_f64() };
        self.timings.iter().map(timing).collect()
    }

    /// Removes the changing line.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn stop_clock(&mut self) {
        let Some((step, start)) = self.current.take() else { return };
        let spent = start.elapsed();
        match self.timings.iter_mut().find(|(known, _)| *known == step) {
            Some((_, total)) => *total += spent,
            None => self.timings.push((step, spent)),
        }
    }
}

impl Progress for Terminal {
    fn begin(&mut self, step: Step, what: &str) {
        self.stop_clock();
        self.current = Some((step, Instant::now()));
        let message = format!("{step} {}", printable(what));
        match &self.bar {
            Some(bar) => bar.set_message(message),
            None if self.verbose || (!self.quiet && matches!(step, Step::Install | Step::Launcher)) => {
                tell!("{}", self.style.dim(&message));
            }
            None => {}
        }
    }

    fn advance(&mut self, done: usize, total: usize) {
        if let (Some(bar), Some((step, _))) = (&self.bar, &self.current) {
            bar.set_message(format!("{step} {done} of {total}"));
        }
    }

    fn line(&mut self, line: &str) {
        if self.verbose {
            tell!("{}", self.style.dim(&printable(line)));
        } else if let (Some(bar), Some((step, _))) = (&self.bar, &self.current) {
            let line: String = printable(line.trim()).chars().take(80).collect();
            bar.set_message(format!("{step}: {line}"));
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
        self.stop_clock();
    }
}
