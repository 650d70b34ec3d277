//! What tests say, which the test harness does not hold back.

use std::io::Write as _;

/// Writes a line.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Says that a test, or a part of it, cannot run here.
///
/// # Panics
///
/// Where it has to: `.ci/run` sets `CI`.
pub fn skip(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "nothing may be skipped in CI: {why}");
    say(&format!("skipped: {why}"));
}
