//! The Pythons that a test runs over.

use std::io::Write as _;
use std::sync::{Condvar, Mutex, OnceLock};
use std::thread;
use std::time::Instant;

use pyox_distribution::{Distribution as _, Installed};

/// Restricts the tests to some Pythons while developing: `3.9,3.12.1`.
const FILTER: &str = "PYOX_TEST_PYTHONS";

/// How many Pythons are worked on at once, by all tests of a binary together.
const AT_ONCE: usize = 2;

/// Every CPython 3.9 or later of this machine.
pub fn all() -> &'static [Installed] {
    static FOUND: OnceLock<Vec<Installed>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let found = Installed::discover();
        assert!(!found.is_empty(), "no CPython 3.9 or later on this machine");
        for python in &found {
            say(&format!("Python {} is {}", python.info().version, python.executable().display()));
        }
        found
    })
}

/// Those that the filter leaves.
pub fn chosen() -> Vec<&'static Installed> {
    let filter = std::env::var(FILTER).unwrap_or_default();
    let wanted: Vec<&str> = filter.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    let is_wanted = |version: &str| {
        let fits = |word: &&str| version == *word || version.starts_with(&format!("{word}."));
        wanted.is_empty() || wanted.iter().any(fits)
    };
    let chosen: Vec<_> = all().iter().filter(|python| is_wanted(&python.info().version)).collect();
    assert!(!chosen.is_empty(), "{FILTER}={filter} fits none of the Pythons of this machine");
    chosen
}

/// Of the Pythons that fit, the one of the oldest and the one of the newest minor version.
pub fn oldest_and_newest(fits: impl Fn(&Installed) -> bool) -> Vec<&'static Installed> {
    let mut found = chosen();
    found.retain(|python| fits(python));
    found.sort_by_key(|python| python.minor());
    found.dedup_by_key(|python| python.minor());
    if found.len() > 2 {
        found.drain(1..found.len() - 1);
    }
    found
}

/// Runs a test for every Python, and fails with the failures of all.
pub fn for_each_python(name: &str, test: impl Fn(&'static Installed) -> anyhow::Result<()> + Sync) {
    for_each_of(name, |_| true, test);
}

/// The same for those Pythons that fit.
pub fn for_each_of(
    name: &str,
    fits: impl Fn(&Installed) -> bool,
    test: impl Fn(&'static Installed) -> anyhow::Result<()> + Sync,
) {
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for python in chosen().into_iter().filter(|python| fits(python)) {
            let (test, failures) = (&test, &failures);
            scope.spawn(move || {
                let _permit = Permit::wait();
                let start = Instant::now();
                let outcome = test(python);
                let label = format!("{name}, Python {}", python.info().version);
                let word = if outcome.is_ok() { "passed" } else { "FAILED" };
                say(&format!("{label}: {word} in {:.1} s", start.elapsed().as_secs_f64()));
                if let (Err(error), Ok(mut failures)) = (outcome, failures.lock()) {
                    failures.push(format!("--- {label}: {error:?}"));
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap_or_default();
    failures.sort();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// Writes a line that the test harness does not hold back.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The right to work, of which there are few.
struct Permit;

static WORKING: Mutex<usize> = Mutex::new(0);
static FREED: Condvar = Condvar::new();

impl Permit {
    fn wait() -> Self {
        let mut working = WORKING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        while *working >= AT_ONCE {
            working = FREED.wait(working).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
        *working += 1;
        Self
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        *WORKING.lock().unwrap_or_else(std::sync::PoisonError::into_inner) -= 1;
        FREED.notify_one();
    }
}
