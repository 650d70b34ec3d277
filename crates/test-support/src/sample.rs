//! Tests that take long may take a part of what they have for each change: `PYOX_TEST_SAMPLE` is a text from which it
//! follows, with the name of the thread: that of a test is its own.

use std::thread;

use crate::pythons::is_everything;

/// Has tests take samples.
const VARIABLE: &str = "PYOX_TEST_SAMPLE";

/// A number that follows from a text.
pub(crate) fn sum(text: &str) -> usize {
    text.bytes().fold(0, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add(byte.into()))
}

/// The number that samples follow from, if tests take some.
pub(crate) fn number() -> Option<usize> {
    let text = std::env::var(VARIABLE).ok().filter(|text| !text.is_empty() && !is_everything())?;
    // Tests run in threads of their names.
    Some(sum(&(text + thread::current().name().unwrap_or_default())))
}

/// Every other one, if tests take samples; else all.
pub fn half<T>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let (skipped, step) = number().map_or((0, 1), |number| (number % 2, 2));
    items.into_iter().skip(skipped).step_by(step).collect()
}

/// Half of the lines of a list, without its comments.
pub fn half_of_list(text: &str) -> String {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    half(lines.filter(|line| !line.is_empty())).join("\n") + "\n"
}
