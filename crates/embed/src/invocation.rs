//! Recognising that the program is started by itself as a Python interpreter.
//!
//! `sys.executable` is the program, so `subprocess.run([sys.executable, "-c", code])` and the helper processes of
//! `multiprocessing` start it again. Such a child must behave as `python -c` or `python -m`, and not start the
//! application once more. The command line alone does not tell, for an application may have an option `-c` of its
//! own, and who may choose the arguments of a program may not for that reason choose what it does. It is an interpreter
//! if it has the arguments of one ([`crate::command`]) and the program has started itself ([`crate::lineage`]).
//!
//! What can only be a helper process of `multiprocessing`, but was not started by the program, does not start: the
//! application would start its helper processes again, without end.
//!
//! An application that restarts itself runs `[sys.executable, sys.argv[0], ...]` or `[sys.executable, __file__, ...]`.
//! `python` would take the second word for the script, so here it is not an argument of the application either.

use std::ffi::{CStr, CString, OsStr, OsString, c_char};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use pyox_finder::Roots;
use pyox_interpreter_config::Run;
use pyox_packed_resources::Place;

use crate::arguments::arguments;
use crate::command::{self, Words};
use crate::error::NewInterpreterError;
use crate::executable::executed_path;
use crate::lineage::{self, Meaning};

/// The command line and how to take it.
pub(crate) struct Invocation {
    /// Begins with the name of the program.
    words: Vec<CString>,
    /// The arguments that the process was given.
    given: Vec<CString>,
    /// Options and arguments are those of the `python` command.
    pub(crate) as_interpreter: bool,
    /// How often in a row the application has started itself with arguments that it was given.
    repeats: u32,
}

impl Invocation {
    /// `run` is what the program runs.
    pub(crate) fn new(argv: Vec<OsString>, roots: &Roots, run: &Run) -> Result<Self, NewInterpreterError> {
        let mut words = argv.into_iter().map(|word| CString::new(word.into_vec())).collect::<Result<Vec<_>, _>>()?;
        if words.is_empty() {
            words.push(CString::default());
        }
        let given = words.split_off(1);
        let mut arguments = given.clone();
        let (mut as_interpreter, mut repeats) = (false, 0);
        let first = given.first();
        let recognised = Recognised { roots, run };
        if first.is_some_and(|first| lineage::restarts(first, names(first, roots, run))) {
            arguments.remove(0);
        } else if recognised.are_commands(&given) {
            match lineage::meaning(&given, &recognised) {
                Meaning::Interpreter => as_interpreter = true,
                Meaning::Application { .. } if command::is_helper(&given) => return Err(NewInterpreterError::Helper),
                Meaning::Application { repeats: found } => repeats = found,
                Meaning::Endless => return Err(NewInterpreterError::Endless),
            }
        }
        if as_interpreter {
            command::unfreeze(&mut arguments)?;
        }
        words.extend(arguments);
        Ok(Self { words, given, as_interpreter, repeats })
    }

    /// The arguments that the process was given.
    pub(crate) fn given(&self) -> &[CString] {
        &self.given
    }

    /// The words for the C API.
    pub(crate) fn pointers(&self) -> Vec<*mut c_char> {
        self.words.iter().map(|word| word.as_ptr().cast_mut()).collect()
    }

    /// Remembers that this process runs this program. Called once, before Python starts threads.
    pub(crate) fn leave_mark(&self, roots: &Roots, run: &Run) {
        let recognised = Recognised { roots, run };
        lineage::leave_mark(&self.words[0], &self.given, self.as_interpreter, self.repeats, &recognised);
    }
}

/// Arguments that are those of `python`, or begin with a path inside the program.
pub(crate) struct Recognised<'r> {
    pub(crate) roots: &'r Roots,
    /// What the program runs.
    pub(crate) run: &'r Run,
}

impl Words for Recognised<'_> {
    fn are_commands(&self, arguments: &[CString]) -> bool {
        self.begin_inside(arguments) || command::is_interpreter(arguments)
    }

    fn may_be_passed_on(&self, arguments: &[CString], are_all: bool) -> bool {
        self.begin_inside(arguments) || command::may_be_passed_on(arguments, are_all)
    }
}

impl Recognised<'_> {
    /// Whether the first one is a path inside the program, and not what that runs.
    fn begin_inside(&self, arguments: &[CString]) -> bool {
        arguments.first().is_some_and(|first| is_inside(first, self.roots, self.run))
    }
}

/// Whether an argument is the path of the program, or that of what it runs.
fn names(argument: &CStr, roots: &Roots, run: &Run) -> bool {
    let bytes = argument.to_bytes();
    let path = Path::new(OsStr::from_bytes(bytes));
    if let Ok(file) = path.strip_prefix(roots.program()) {
        return file.as_os_str().is_empty() || is_run(path, roots, run);
    }
    bytes.contains(&b'/') && path.canonicalize().is_ok_and(|path| path == roots.program())
}

/// Whether an argument is a path inside the program that Python is to run, and that is not what the program runs.
/// Whether something is there is for Python to say: the application in its place might start it again, without end.
fn is_inside(argument: &CStr, roots: &Roots, run: &Run) -> bool {
    let path = Path::new(OsStr::from_bytes(argument.to_bytes()));
    path.strip_prefix(roots.program()).is_ok_and(|file| !file.as_os_str().is_empty() && !is_run(path, roots, run))
}

/// Whether a path is that of the file which the program runs.
fn is_run(path: &Path, roots: &Roots, run: &Run) -> bool {
    let is_script = |file: &str| path == roots.of(Place::Application).join(file);
    match run {
        Run::Script { file } => is_script(file),
        Run::Module(name) => roots.search_path().iter().any(|root| {
            let module = root.join(name.replace('.', "/"));
            path == module.join("__main__.py") || path == root.join(format!("{}.py", name.replace('.', "/")))
        }),
        _ => is_script("__main__.py"),
    }
}

/// The command line of the process. A program found through `PATH` is named by its path, as scripts are.
pub(crate) fn process_arguments() -> Vec<OsString> {
    let mut arguments = arguments();
    if let Some(name) = arguments.first_mut()
        && !name.as_bytes().contains(&b'/')
        && let Some(path) = executed_path()
    {
        *name = path.into();
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_argument_is_the_program_or_below_it() {
        let run = Run::Script { file: "main.py".into() };
        let roots = crate::interpreter::roots("/bin/sh/app".into(), 13);
        let names = |first: &str| names(&CString::new(first).unwrap(), &roots, &run);
        assert!(names("/bin/sh/app") && names("/bin/sh/app/app/main.py"));
        assert!(!names("/bin/sh/apple") && !names("app") && !names("-c"));
    }

    #[test]
    fn arguments_are_bytes() {
        let argv = vec![OsString::from_vec(vec![0xff]), OsString::from_vec(vec![0xfe, b'/'])];
        let roots = crate::interpreter::roots("/bin/app".into(), 13);
        let invocation = Invocation::new(argv, &roots, &Run::Repl).unwrap();
        assert_eq!(invocation.words, [c"\xff".to_owned(), c"\xfe/".to_owned()]);
        assert_eq!(Invocation::new(Vec::new(), &roots, &Run::Repl).unwrap().pointers().len(), 1);
    }
}
