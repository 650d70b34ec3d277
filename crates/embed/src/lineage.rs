//! Whether this process was started by the program itself, to be an interpreter.
//!
//! There are two proofs. A mark in the environment ([`crate::mark`]) is left to all that the program starts, however
//! it does. Where the environment was cleared or replaced (`subprocess.run(..., env={})`), the kernel still shows
//! that the parent runs the same program, or a farther ancestor in the same session: with `shell=True` a shell is
//! between. Ancestors above a process with fewer privileges do not count in either: who has called `sudo` does not
//! choose what runs below it.
//!
//! An application that starts itself with arguments that it was given means itself, and not an interpreter.

use std::ffi::{CStr, CString};

use crate::command::{self, Words};
use crate::mark::Mark;
use crate::origin::{INIT, Origin};
use crate::privileges::elevated;
use crate::process::{self, Process, Program};

/// How often the application may start itself in a row with arguments that it was given.
const MOST_REPEATS: u32 = 20;

/// What the program means by starting itself with some arguments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// What `python` does with these arguments.
    Interpreter,
    /// The application.
    Application {
        /// How often in a row it has started itself with arguments that it was given.
        repeats: u32,
    },
    /// The application once more, without end.
    Endless,
}

/// Whether the program has started itself with what `python` would take for the script. That names the program if
/// `is_its_path`, or is what the program was called by.
pub(crate) fn restarts(script: &CStr, is_its_path: bool) -> bool {
    if elevated() {
        return false;
    }
    match Mark::of_environment() {
        Some(mark) => (is_its_path || mark.has_name(script)) && mark.counts(),
        None => is_its_path && !arguments_of_ancestors().is_empty(),
    }
}

/// What arguments mean that could be those of an interpreter.
pub(crate) fn meaning(arguments: &[CString], words: &dyn Words) -> Meaning {
    const NOTHING_ELSE: Meaning = Meaning::Application { repeats: 0 };
    if elevated() {
        return NOTHING_ELSE;
    }
    match Mark::of_environment() {
        Some(mark) if !mark.counts() => NOTHING_ELSE,
        Some(mark) if !mark.has_command(arguments) => Meaning::Interpreter,
        Some(mark) if mark.is_of_this_process() => NOTHING_ELSE,
        Some(mark) if mark.repeats >= MOST_REPEATS => Meaning::Endless,
        Some(mark) => Meaning::Application { repeats: mark.repeats + 1 },
        None => {
            let ancestors = arguments_of_ancestors();
            let is_interpreter = !ancestors.is_empty() && interprets(arguments, &ancestors, words);
            if is_interpreter { Meaning::Interpreter } else { NOTHING_ELSE }
        }
    }
}

/// Leaves a mark of this process to its children. Called once, before Python starts threads.
pub(crate) fn leave_mark(name: &CStr, arguments: &[CString], as_interpreter: bool, repeats: u32, words: &dyn Words) {
    if !elevated()
        && let Some(mark) = Mark::own(name, arguments, as_interpreter, repeats, words)
    {
        mark.leave();
    }
}

/// Whether a process with these arguments is an interpreter, given those of its ancestors that run the program, the
/// nearest first. The farthest one is the application, for all that is known, unless it can only be a helper.
fn interprets(arguments: &[CString], ancestors: &[Vec<CString>], words: &dyn Words) -> bool {
    let Some((parent, farther)) = ancestors.split_first() else { return command::is_helper(arguments) };
    let is_all = parent.len() == arguments.len();
    let is_given = parent.ends_with(arguments) && words.may_be_passed_on(arguments, is_all);
    let passed_on = is_given && !interprets(parent, farther, words);
    words.are_commands(arguments) && !passed_on
}

/// The arguments of the ancestors that run this program, the nearest first.
fn arguments_of_ancestors() -> Vec<Vec<CString>> {
    let (Some(program), Some(own)) = (Program::of("self"), Process::read("self")) else { return Vec::new() };
    let ancestors = trusted_ancestors(&own, |number| Process::read(&number.to_string()));
    let mut found = Vec::new();
    for (number, ancestor) in ancestors {
        let name = number.to_string();
        let runs_it = Program::of(&name).is_some_and(|found| found.is(&program));
        if runs_it && Origin::of(number, &ancestor).has_started_this_process() {
            found.push(process::arguments(&name));
        }
    }
    found
}

/// The ancestors whose privileges include those of the process and who could have started it, the nearest first.
fn trusted_ancestors(own: &Process, read: impl Fn(u32) -> Option<Process>) -> Vec<(u32, Process)> {
    let mut found = Vec::new();
    let (mut number, mut child_start) = (own.parent, own.start);
    while number != 0 {
        let Some(process) = read(number) else { break };
        let may_be_of_another_session = found.is_empty() && number != INIT;
        let is_near = process.session == own.session || may_be_of_another_session;
        // A process that is younger than its child has got the number of one that has ended.
        if !is_near || process.start > child_start || !process.privileges.cover(&own.privileges) {
            break;
        }
        let parent = process.parent;
        child_start = process.start;
        found.push((number, process));
        number = parent;
    }
    found
}

#[cfg(test)]
#[path = "lineage_tests.rs"]
mod tests;
