//! How long steps take.

use std::path::Path;
use std::time::{Duration, Instant};

use super::{Progress, Step};

/// Passes everything on, and measures steps.
pub struct Timed<'p> {
    inner: &'p mut dyn Progress,
    current: Option<(Step, Instant)>,
    spent: Vec<(Step, Duration)>,
}

impl<'p> Timed<'p> {
    /// Nothing is measured yet; `inner` hears everything.
    pub fn new(inner: &'p mut dyn Progress) -> Self {
        Self { inner, current: None, spent: Vec::new() }
    }

    /// What each step has taken so far, in the order in which steps first began.
    #[must_use]
    pub fn spent(&self) -> &[(Step, Duration)] {
        &self.spent
    }

    fn stop_clock(&mut self) {
        let Some((step, start)) = self.current.take() else { return };
        let spent = start.elapsed();
        match self.spent.iter_mut().find(|(known, _)| *known == step) {
            Some((_, total)) => *total += spent,
            None => self.spent.push((step, spent)),
        }
    }
}

impl Progress for Timed<'_> {
    fn begin(&mut self, step: Step, what: &str) {
        self.stop_clock();
        self.current = Some((step, Instant::now()));
        self.inner.begin(step, what);
    }

    fn advance(&mut self, done: usize, total: usize) {
        self.inner.advance(done, total);
    }

    fn line(&mut self, line: &str) {
        self.inner.line(line);
    }

    fn damaged(&mut self, path: &Path, count: usize) {
        self.inner.damaged(path, count);
    }

    fn end(&mut self) {
        self.stop_clock();
        self.inner.end();
    }

    fn is_cancelled(&self) -> bool {
        self.inner.is_cancelled()
    }
}
