//! The Pythons that a test runs over.
//!
//! `PYOX_TEST_PYTHONS` is a list of versions (`3.9,3.12.1`) and of the words `oldest`, `newest`, `earlier=TEXT` (one of
//! those before the newest, which follows from the text) and `all`. Without it, tests run over the oldest and the
//! newest. Of each minor version there is one, the newest that programs can be packed with; `all`, and whole versions,
//! lead to the others too. Where tests take samples ([`sample`]), each takes one of them.

use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Instant;

use pyox_distribution::{Host as _, Installed, Python as _, Target as _};

use crate::report::say;
use crate::sample::{self, sum};

/// Chooses the Pythons.
const VARIABLE: &str = "PYOX_TEST_PYTHONS";

/// What [`VARIABLE`] is if it is not set.
const DEFAULT: &str = "oldest,newest";

/// How many Pythons are worked on at once, by all tests of a binary together.
const AT_ONCE: usize = 2;

/// Every CPython 3.9 or later of this machine, whatever is chosen: for hiding them.
///
/// # Panics
///
/// If there is none.
pub fn all() -> &'static [Installed] {
    static FOUND: OnceLock<Vec<Installed>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let found = Installed::discover();
        assert!(!found.is_empty(), "no CPython 3.9 or later on this machine");
        found
    })
}

/// Those that are chosen, the oldest first.
///
/// # Panics
///
/// If something is chosen that is not there.
pub fn chosen() -> &'static [&'static Installed] {
    static CHOSEN: OnceLock<Vec<&'static Installed>> = OnceLock::new();
    CHOSEN.get_or_init(|| {
        let versions: Vec<_> =
            all().iter().map(|python| (python.info().version.as_str(), is_linkable(python))).collect();
        let chosen: Vec<_> = choose(&wanted(), &versions).into_iter().map(|at| &all()[at]).collect();
        for python in &chosen {
            say(&format!("Python {} is {}", python.info().version, python.executable().display()));
        }
        chosen
    })
}

/// Those that are chosen, to be given away.
pub fn owned() -> Vec<Installed> {
    chosen().iter().map(|python| (*python).clone()).collect()
}

/// Those that programs can be packed with.
///
/// # Panics
///
/// If there is none.
pub fn linkable() -> Vec<&'static Installed> {
    let found: Vec<_> = chosen().iter().copied().filter(|python| is_linkable(python)).collect();
    assert!(!found.is_empty(), "no chosen CPython has a static library");
    found
}

/// The newest that programs can be packed with.
pub fn newest() -> &'static Installed {
    linkable().pop().expect("there is one")
}

/// The oldest and the newest that programs can be packed with; all if all are chosen.
pub fn oldest_and_newest() -> Vec<&'static Installed> {
    ends(linkable())
}

/// The oldest and the newest that programs can be packed with, or one of them all if tests take samples: for tests that
/// need not see every Python.
pub fn two() -> Vec<&'static Installed> {
    sampled(linkable()).unwrap_or_else(oldest_and_newest)
}

/// All that programs can be packed with, or one of them if tests take samples.
pub fn each() -> Vec<&'static Installed> {
    sampled(linkable()).unwrap_or_else(linkable)
}

/// One of these, if tests take samples.
fn sampled(pythons: Vec<&'static Installed>) -> Option<Vec<&'static Installed>> {
    Some(vec![*pythons.get(sample::number()? % pythons.len())?])
}

/// The first and the last, or all if all are chosen.
fn ends(mut pythons: Vec<&'static Installed>) -> Vec<&'static Installed> {
    if !is_everything() {
        pythons.drain(1..pythons.len().saturating_sub(1).max(1));
    }
    pythons
}

/// The newest that programs can be packed with and that fits; all that fit if all are chosen: for tests that take long.
///
/// # Panics
///
/// If none fits.
pub fn newest_that(fits: impl Fn(&Installed) -> bool) -> Vec<&'static Installed> {
    let mut found = linkable();
    found.retain(|python| fits(python));
    assert!(!found.is_empty(), "none of the chosen Pythons fits");
    if !is_everything() {
        found.drain(..found.len() - 1);
    }
    found
}

fn is_linkable(python: &Installed) -> bool {
    python.link().is_ok()
}

fn wanted() -> String {
    std::env::var(VARIABLE).ok().filter(|value| !value.trim().is_empty()).unwrap_or_else(|| DEFAULT.into())
}

/// Whether all Pythons are chosen: then everything is tested.
pub fn is_everything() -> bool {
    wanted().split(',').any(|word| word.trim() == "all")
}

/// Chooses among versions, of which each is known to be linkable or not, sorted by version.
fn choose(wanted: &str, versions: &[(&str, bool)]) -> Vec<usize> {
    let minor = |at: usize| versions[at].0.split('.').take(2).collect::<Vec<_>>();
    let mut minors: Vec<usize> = Vec::new();
    for at in 0..versions.len() {
        match minors.last_mut() {
            Some(last) if minor(*last) == minor(at) => {
                if versions[at].1 || !versions[*last].1 {
                    *last = at;
                }
            }
            _ => minors.push(at),
        }
    }
    let mut packable = minors.clone();
    packable.retain(|&at| versions[at].1);
    if packable.is_empty() {
        packable = minors.clone();
    }
    let ends = [packable.first(), packable.last()];
    let earlier = &packable[..packable.len().saturating_sub(1)];
    let mut found = Vec::new();
    for word in wanted.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        let before = found.len();
        match word.split_once('=').unwrap_or((word, "")) {
            ("all", _) => found.extend(0..versions.len()),
            ("oldest", _) => found.extend(ends[0]),
            ("newest", _) => found.extend(ends[1]),
            ("earlier", text) => {
                found.extend(earlier.get(sum(text) % earlier.len().max(1)));
                // There may be one alone.
                continue;
            }
            _ => {
                let is_whole = word.split('.').count() > 2;
                let fits = |at: &usize| versions[*at].0 == word || versions[*at].0.starts_with(&format!("{word}."));
                found.extend(
                    if is_whole { (0..versions.len()).collect() } else { minors.clone() }.into_iter().filter(fits),
                );
            }
        }
        assert!(
            found.len() > before,
            "{VARIABLE}={wanted}: this machine has no Python for {word:?}, only {versions:?}"
        );
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Runs a test for every Python that is chosen, or for one if tests take samples, and fails with the failures of all.
pub fn for_each_python(name: &str, test: impl Fn(&'static Installed) -> anyhow::Result<()> + Sync) {
    for_each_of(name, &sampled(chosen().to_vec()).unwrap_or_else(|| chosen().to_vec()), test);
}

/// Runs a test for the oldest and the newest Python, whether or not programs can be packed with them, or for one.
pub fn for_two_ordinary_pythons(name: &str, test: impl Fn(&'static Installed) -> anyhow::Result<()> + Sync) {
    for_each_of(name, &sampled(chosen().to_vec()).unwrap_or_else(|| ends(chosen().to_vec())), test);
}

/// Runs a test for [`two`] Pythons.
pub fn for_two_pythons(name: &str, test: impl Fn(&'static Installed) -> anyhow::Result<()> + Sync) {
    for_each_of(name, &two(), test);
}

/// Runs a test for some Pythons.
///
/// # Panics
///
/// If it fails for one of them.
pub fn for_each_of(
    name: &str,
    pythons: &[&'static Installed],
    test: impl Fn(&'static Installed) -> anyhow::Result<()> + Sync,
) {
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for python in pythons {
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

/// The right to work, of which there are few.
struct Permit;

static WORKING: Mutex<usize> = Mutex::new(0);
static FREED: Condvar = Condvar::new();

impl Permit {
    fn wait() -> Self {
        let mut working = WORKING.lock().unwrap_or_else(PoisonError::into_inner);
        while *working >= AT_ONCE {
            working = FREED.wait(working).unwrap_or_else(PoisonError::into_inner);
        }
        *working += 1;
        Self
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        *WORKING.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        FREED.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::choose;

    #[test]
    fn what_else_is_installed_changes_no_choice() {
        let versions = [("3.9.18", true), ("3.11.2", false), ("3.11.7", true), ("3.12.1", true), ("3.13.0", true)];
        let chosen = |wanted| choose(wanted, &versions).into_iter().map(|at| versions[at].0).collect::<Vec<_>>();
        assert_eq!(chosen("oldest,newest"), ["3.9.18", "3.13.0"]);
        assert_eq!(chosen("all").len(), 5);
        assert_eq!(chosen("3.11"), ["3.11.7"]);
        assert_eq!(chosen("3.11.2"), ["3.11.2"]);
        assert_eq!(chosen(" 3.12.1 , 3.9"), ["3.9.18", "3.12.1"]);
        let earlier = ["earlier=a", "earlier=b", "earlier=c"].map(chosen);
        assert_eq!(earlier, [["3.11.7"], ["3.12.1"], ["3.9.18"]]);
        assert_eq!(choose("earlier=a,newest", &[("3.12.1", true), ("3.12.2", false)]), [0]);
        assert_eq!(choose("newest", &[("3.12.1", true), ("3.13.0", false)]), [0], "programs can be packed with it");
        assert_eq!(choose("newest", &[("3.12.1", false), ("3.12.2", false)]), [1], "the best there is");
    }

    #[test]
    #[should_panic(expected = "no Python for \"3.8\"")]
    fn a_python_that_is_not_there_is_not_passed_over() {
        choose("newest,3.8", &[("3.9.18", true)]);
    }
}
