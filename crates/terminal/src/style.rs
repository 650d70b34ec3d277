//! Colours, or none.

use std::io::IsTerminal;

use clap::ColorChoice;

/// How messages look.
#[derive(Clone, Copy)]
pub struct Style {
    colored: bool,
}

impl Style {
    /// With colours where they are wanted, and standard error shows them.
    pub fn new(choice: ColorChoice) -> Self {
        let colored = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        };
        Self { colored }
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colored { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// The word that begins an error.
    pub fn error(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    /// The word that begins a note.
    pub fn warning(self, text: &str) -> String {
        self.paint("1;33", text)
    }

    /// The word that begins a hint.
    pub fn hint(self, text: &str) -> String {
        self.paint("1;36", text)
    }

    /// What has been done.
    pub fn good(self, text: &str) -> String {
        self.paint("1;32", text)
    }

    /// What matters less.
    pub fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }
}
