//! Whether this process was started by the program itself, to be an interpreter.
//!
//! It was started by itself if its parent runs the same file, or a farther ancestor in the same session: with
//! `shell=True` a shell is between. A new session, such as that of a terminal window, is where a person types commands,
//! so ancestors outside do not count. Nor do those above a process with other privileges, that of another user, say:
//! who has called `sudo` does not choose what runs below it.
//!
//! A process that replaces itself (`os.execv`) leaves no trace in the kernel. For that the program keeps a mark in a
//! variable of the environment, which `os.environ` does not show: process, time of its start, file, user. Only that
//! very process believes it. Forging one takes code that runs in the process before, as the same user; where that user
//! may do less than the program, no mark counts.
//!
//! An application that starts itself with arguments that it was given means itself, and not an interpreter.

use std::ffi::CString;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::command;
use crate::privileges::elevated;
use crate::process::{self, Process};

/// Holds the mark of a process that runs, or has run, this program, and a digest of each command that it was given.
const VARIABLE: &str = "PYOXIDIZER_PROCESS";

/// The process that adopts orphans.
const INIT: u32 = 1;

/// How many arguments are searched for commands, and how many commands are kept in the mark.
const SEARCHED: usize = 256;
const KEPT: usize = 16;

/// Whether an ancestor or an earlier image of this process is this program.
pub(crate) fn started_by_itself() -> bool {
    !elevated() && (commands_of_earlier_image().is_some() || !arguments_of_ancestors().is_empty())
}

/// Whether the program has started itself with these arguments to be an interpreter.
pub(crate) fn is_interpreter(arguments: &[CString]) -> bool {
    if elevated() {
        return false;
    }
    match commands_of_earlier_image() {
        Some(commands) => command::is_interpreter(arguments) && !commands.contains(&digest(arguments)),
        None => {
            let ancestors = arguments_of_ancestors();
            !ancestors.is_empty() && interprets(arguments, &ancestors)
        }
    }
}

/// Remembers that this process runs this program with these arguments. Called once, before Python starts threads.
pub(crate) fn leave_mark(arguments: &[CString], as_interpreter: bool) {
    if elevated() {
        return;
    }
    let Some(mut mark) = mark() else { return };
    if !as_interpreter {
        let ends = (0..arguments.len().min(SEARCHED)).map(|start| &arguments[start..]);
        for command in ends.filter(|end| command::is_interpreter(end)).take(KEPT) {
            mark.push(' ');
            mark.push_str(&digest(command));
        }
    }
    // SAFETY: Python has started, but no code of the program has, so that no other thread reads the environment.
    unsafe { std::env::set_var(VARIABLE, mark) }
}

/// Takes the mark out of the environment, so that Python does not see it.
pub(crate) fn hide_mark() {
    if std::env::var_os(VARIABLE).is_some() {
        // SAFETY: the process has one thread; Python has not started.
        unsafe { std::env::remove_var(VARIABLE) }
    }
}

/// This process, the time of its start, its file, its user and group.
fn mark() -> Option<String> {
    let (device, file) = process::executable("self")?;
    let start = process::own_start()?;
    // SAFETY: have no preconditions and cannot fail.
    let (user, group) = unsafe { (libc::geteuid(), libc::getegid()) };
    Some(format!("{}:{start}:{device}:{file}:{user}:{group}", std::process::id()))
}

/// The digests in the mark, if this process has left it.
fn commands_of_earlier_image() -> Option<Vec<String>> {
    let value = std::env::var(VARIABLE).ok()?;
    let mut words = value.split(' ').map(str::to_owned);
    (words.next() == mark()).then(|| words.collect())
}

fn digest(arguments: &[CString]) -> String {
    let mut hasher = DefaultHasher::new();
    arguments.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Whether a process with these arguments is an interpreter, given those of its ancestors that run the program, the
/// nearest first. The farthest one is the application, for all that is known, unless it can only be a helper.
fn interprets(arguments: &[CString], ancestors: &[Vec<CString>]) -> bool {
    let Some((parent, farther)) = ancestors.split_first() else { return command::is_helper(arguments) };
    let passed_on = parent.ends_with(arguments) && !interprets(parent, farther);
    command::is_interpreter(arguments) && !passed_on
}

/// The arguments of the ancestors that run this program, the nearest first.
fn arguments_of_ancestors() -> Vec<Vec<CString>> {
    let (Some(file), Some(own)) = (process::executable("self"), Process::read("self")) else { return Vec::new() };
    let ancestors = trusted_ancestors(&own, |number| Process::read(&number.to_string()));
    let names = ancestors.into_iter().map(|number| number.to_string());
    names.filter(|name| process::executable(name) == Some(file)).map(|name| process::arguments(&name)).collect()
}

/// The ancestors whose privileges include those of the process and who could have started it, the nearest first.
fn trusted_ancestors(own: &Process, read: impl Fn(u32) -> Option<Process>) -> Vec<u32> {
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
        found.push(number);
        (number, child_start) = (process.parent, process.start);
    }
    found
}

#[cfg(test)]
#[path = "lineage_tests.rs"]
mod tests;
