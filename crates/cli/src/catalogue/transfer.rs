//! What a person sees of a download.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};
use pyox_catalogue::{Progress, TransferError};

use crate::speech::tell;
use crate::style::Style;
use crate::text::printable;

/// Shows progress and speed on a terminal; elsewhere what begins and what fails.
pub struct Transfer {
    bar: Option<ProgressBar>,
    quiet: bool,
    style: Style,
}

impl Transfer {
    pub fn new(quiet: bool, style: Style) -> Self {
        Self { bar: None, quiet, style }
    }

    /// Removes the changing line.
    pub fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn say(&mut self, text: &str) {
        self.finish();
        if !self.quiet {
            tell!("{}", self.style.dim(&printable(text)));
        }
    }
}

impl Progress for Transfer {
    fn wait(&mut self, name: &str) {
        self.say(&format!("waiting for {name}, which another process downloads"));
    }

    fn begin(&mut self, name: &str, have: u64, total: Option<u64>) {
        self.finish();
        if self.quiet || !std::io::stderr().is_terminal() {
            let size = total.map(|total| format!(" ({})", crate::summary::size(total))).unwrap_or_default();
            self.say(&format!("{} {name}{size}", if have > 0 { "resuming" } else { "downloading" }));
            return;
        }
        let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
        let template = match total {
            Some(_) => "{msg}\n{wide_bar} {binary_bytes} of {binary_total_bytes}, {binary_bytes_per_sec}, {eta}",
            None => "{msg}\n{spinner} {binary_bytes}, {binary_bytes_per_sec}",
        };
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(format!("downloading {}", printable(name)));
        bar.set_position(have);
        bar.reset_eta();
        self.bar = Some(bar);
    }

    fn advance(&mut self, have: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(have);
        }
    }

    fn retry(&mut self, error: &TransferError) {
        self.say(&format!("{error}; trying again"));
    }
}
