//! A display for programs with windows.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, ensure};

/// A display that no one sees, until it is dropped.
pub struct Display {
    server: Child,
    number: String,
}

impl Display {
    /// Starts Xvfb, which chooses a number that is free.
    pub fn start() -> anyhow::Result<Self> {
        let arguments = ["-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp"];
        let mut command = Command::new("Xvfb");
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let server = command.spawn().context("these tests need Xvfb (on Debian: apt-get install xvfb)")?;
        let mut display = Self { server, number: String::new() };
        let output = display.server.stdout.as_mut().context("standard output")?;
        // It writes the number once it can be connected to.
        BufReader::new(output).read_line(&mut display.number)?;
        ensure!(!display.number.trim().is_empty(), "Xvfb did not start");
        Ok(display)
    }

    /// For the variable `DISPLAY`.
    #[must_use]
    pub fn name(&self) -> String {
        format!(":{}", self.number.trim())
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // Nothing is to be done where it has ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
