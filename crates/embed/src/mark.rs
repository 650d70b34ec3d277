//! What a program leaves in the environment of its children, by which they know that it has started them.
//!
//! The kernel forgets who has started a process when the parent ends, executes something else or becomes another user.
//! A variable of the environment stays. It names the program and the process that has left it ([`crate::origin`]).

use std::ffi::{CStr, CString};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::command::Words;
use crate::executable;
use crate::origin::Origin;
use crate::process::{Program, own_start};

/// The name of the variable. `os.environ` does not show it.
const VARIABLE: &str = "PYOXIDIZER_PROCESS";

/// How many arguments are searched for commands, and how many commands are kept.
const SEARCHED: usize = 256;
const KEPT: usize = 16;

/// What a program leaves to its children.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    origin: Origin,
    /// Device and number of the program's file.
    file: (u64, u64),
    /// Digest of its path.
    path: String,
    /// Digest of the name that it was called by (`sys.argv[0]`).
    name: String,
    /// How often the application has started itself in a row with arguments that it was given, in new processes.
    pub(crate) repeats: u32,
    /// Digests of what would be commands of an interpreter among the arguments that it was given.
    commands: Vec<String>,
}

impl Mark {
    /// This process and its arguments; those of an interpreter are not those of the application.
    pub(crate) fn own(
        name: &CStr,
        arguments: &[CString],
        as_interpreter: bool,
        repeats: u32,
        words: &dyn Words,
    ) -> Option<Self> {
        let searched = if as_interpreter { 0 } else { arguments.len().min(SEARCHED) };
        let ends = (0..searched).map(|start| (&arguments[start..], start == 0));
        let commands = ends.filter(|(end, is_all)| words.may_be_passed_on(end, *is_all));
        let commands = commands.map(|(end, _)| digest(end)).take(KEPT).collect();
        let program = running()?;
        let (origin, path, name) = (Origin::own()?, digest(&program.path), digest(name));
        Some(Self { origin, file: program.file, path, name, repeats, commands })
    }

    /// The one in the environment, if it is of this program.
    pub(crate) fn of_environment() -> Option<Self> {
        let (mark, program) = (Self::decode(&std::env::var(VARIABLE).ok()?)?, running()?);
        (mark.file == program.file || mark.path == digest(&program.path)).then_some(mark)
    }

    /// Leaves it to the children of this process. No other thread reads the environment.
    pub(crate) fn leave(&self) {
        // SAFETY: the callers have looked that the process has one thread.
        unsafe { std::env::set_var(VARIABLE, self.encode()) }
    }

    /// Takes it out of the environment, so that Python does not see it.
    pub(crate) fn hide() {
        if std::env::var_os(VARIABLE).is_some() {
            // SAFETY: the process has one thread; Python has not started.
            unsafe { std::env::remove_var(VARIABLE) }
        }
    }

    fn encode(&self) -> String {
        let Self { origin, file: (device, file), path, name, repeats, commands } = self;
        let mut text = format!("{}:{device}:{file}:{path}:{name}:{repeats}", origin.encode());
        for command in commands {
            text.push(' ');
            text.push_str(command);
        }
        text
    }

    fn decode(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let mut fields = words.next()?.split(':');
        let mark = Self {
            origin: Origin::decode(&mut fields)?,
            file: (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?),
            path: fields.next()?.to_owned(),
            name: fields.next()?.to_owned(),
            repeats: fields.next()?.parse().ok()?,
            commands: words.map(str::to_owned).collect(),
        };
        fields.next().is_none().then_some(mark)
    }

    /// Whether the program was given these arguments, or they are the end of those.
    pub(crate) fn has_command(&self, arguments: &[CString]) -> bool {
        self.commands.contains(&digest(arguments))
    }

    /// Whether the program was called by this name.
    pub(crate) fn has_name(&self, name: &CStr) -> bool {
        self.name == digest(name)
    }

    /// Whether the process that has left it, or one that it has started, has started this one.
    pub(crate) fn counts(&self) -> bool {
        self.origin.has_started_this_process()
    }

    /// Whether this very process has left it, and has executed the program again.
    pub(crate) fn is_of_this_process(&self) -> bool {
        own_start().is_some_and(|start| self.origin.is(std::process::id(), start))
    }
}

/// The running program.
fn running() -> Option<Program> {
    let loaded = executable::given_to_loader().is_some();
    let shown = if loaded { None } else { Program::of("self") };
    shown.or_else(|| Program::at(&executable::current().ok()?))
}

fn digest<T: Hash + ?Sized>(value: &T) -> String {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        let arguments = [c"run".to_owned(), c"-c".to_owned(), c"x".to_owned()];
        let roots = crate::interpreter::roots("/opt/app".into(), 13);
        let words = crate::invocation::Recognised { roots: &roots, run: &pyox_interpreter_config::Run::Repl };
        let own = Mark::own(c"./app", &arguments, false, 3, &words).unwrap();
        assert_eq!(Mark::decode(&own.encode()).as_ref(), Some(&own));
        assert!(own.counts() && own.is_of_this_process());
        assert!(own.has_command(&arguments[1..]) && !own.has_command(&arguments[2..]));
        assert!(!own.has_command(&[c"-cx".to_owned()]) && own.has_name(c"./app") && !own.has_name(c"app"));
        assert!(!Mark::own(c"./app", &arguments, true, 0, &words).unwrap().has_command(&arguments[1..]));
        for wrong in
            ["", "1", &own.encode().replace(':', "::"), &format!("{}:1", Mark { commands: vec![], ..own }.encode())]
        {
            assert_eq!(Mark::decode(wrong), None, "{wrong}");
        }
    }
}
