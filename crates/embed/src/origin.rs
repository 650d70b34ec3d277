//! A process that runs a program, and which others count as started by it.
//!
//! Who types commands into a shell that the program has started is a person, and not the program. A shell in which a
//! person types puts each command into a process group of its own (job control), and can do so only in a terminal. So
//! a process counts if it is in the group of the origin, or in that of its session if that is a new one, or has no
//! terminal. In another group of the same session it counts if what has made the group was in that of the origin:
//! `timeout` and `ninja` do so, while a shell with job control is in a group of its own.

use crate::privileges::Privileges;
use crate::process::{Process, Program, own_start};

/// The process that adopts orphans.
pub(crate) const INIT: u32 = 1;

/// The origin of processes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    process: u32,
    /// As [`Process::start`]; 0 where that is not known.
    start: u64,
    session: u32,
    group: u32,
    privileges: Privileges,
}

impl Origin {
    /// This process.
    pub(crate) fn own() -> Option<Self> {
        let start = own_start().unwrap_or(0);
        let (session, group) = own_place();
        Some(Self { process: std::process::id(), start, session, group, privileges: Privileges::own()? })
    }

    /// A process by its number.
    pub(crate) fn of(process: u32, found: &Process) -> Self {
        let Process { start, session, group, privileges, .. } = found.clone();
        Self { process, start, session, group, privileges }
    }

    /// Words without white space, separated by colons.
    pub(crate) fn encode(&self) -> String {
        let Self { process, start, session, group, privileges } = self;
        format!("{process}:{start}:{session}:{group}:{}", privileges.encode())
    }

    pub(crate) fn decode<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<Self> {
        Some(Self {
            process: words.next()?.parse().ok()?,
            start: words.next()?.parse().ok()?,
            session: words.next()?.parse().ok()?,
            group: words.next()?.parse().ok()?,
            privileges: Privileges::decode(words.next()?)?,
        })
    }

    pub(crate) fn is(&self, process: u32, start: u64) -> bool {
        (self.process, self.start) == (process, start)
    }

    /// Whether this process is it, or was started by it or by what it has started.
    pub(crate) fn has_started_this_process(&self) -> bool {
        let (Some(privileges), own) = (Privileges::own(), Process::read("self")) else { return false };
        let program = Program::of("self");
        let read = |number: u32| {
            let name = number.to_string();
            // What another user runs is not shown.
            let runs_other = Program::of(&name).zip(program.as_ref()).is_some_and(|(found, own)| !found.is(own));
            Process::read(&name).map(|process| (process, runs_other))
        };
        self.privileges.cover(&privileges)
            && match own {
                Some(own) if self.is(std::process::id(), own.start) => true,
                Some(own) => self.has_started(&own, read),
                None => {
                    let (session, group) = own_place();
                    group == self.group_in(session)
                }
            }
    }

    /// The group of processes in a session that no one but the origin can have started.
    fn group_in(&self, session: u32) -> u32 {
        if session == self.session { self.group } else { session }
    }

    /// `read` says what a process is, and whether it runs another program.
    fn has_started(&self, own: &Process, read: impl Fn(u32) -> Option<(Process, bool)>) -> bool {
        let base = self.group_in(own.session);
        let mut counts = own.group == base || !own.has_terminal;
        // The first ancestor of another group has made that of the process.
        let mut made_group = counts || own.session != self.session;
        let mut number = own.parent;
        while number > INIT
            && let Some((process, runs_other)) = read(number)
            && process.session == own.session
        {
            if self.is(number, process.start) {
                return counts || !made_group && (process.group == own.group || !runs_other);
            }
            if !process.privileges.cover(&own.privileges) {
                return false;
            }
            if !made_group && process.group != own.group {
                made_group = true;
                counts = process.group == base;
            }
            number = process.parent;
        }
        counts
    }
}

/// Session and process group of this process.
fn own_place() -> (u32, u32) {
    // SAFETY: have no preconditions and cannot fail; numbers of processes are positive.
    unsafe { (libc::getsid(0) as u32, libc::getpgrp() as u32) }
}

#[cfg(test)]
#[path = "origin_tests.rs"]
mod tests;
