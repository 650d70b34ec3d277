//! Recognising that the program is started by itself as a Python interpreter.
//!
//! `sys.executable` is the program, so `subprocess.run([sys.executable, "-c", code])` and the children of
//! `multiprocessing` start it again. Such a child must behave as `python -c` or `python -m`, and not start the
//! application once more. The command line alone does not tell, for an application may have an option `-c` of its
//! own. It is taken as an interpreter's command line if
//!
//! * it has interpreter options that end in `-c` or `-m`, and the program has started itself ([`crate::lineage`]) or
//!   the code is that of a `multiprocessing` helper; or
//! * its first argument is `--multiprocessing-fork`, as `multiprocessing` does when `sys.frozen` is set.
//!
//! An application that restarts itself runs `[sys.executable, sys.argv[0], ...]` or `[sys.executable, __file__, ...]`.
//! `python` would take the second word for the script, so here it is not an argument of the application either.

use std::ffi::{CString, NulError, OsString, c_char};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use crate::config::executed_path;
use crate::lineage;

/// Options of the `python` command that take no value.
const FLAGS: &[u8] = b"bBdEiIOPqRsSuvx";

/// The only long option of the `python` command that is no command itself; it takes a value.
const LONG_OPTION: &[u8] = b"--check-hash-based-pycs";

/// What `multiprocessing` runs in its helper processes starts like this.
const HELPERS: [&[u8]; 3] = [
    b"from multiprocessing.spawn import ",
    b"from multiprocessing.forkserver import ",
    b"from multiprocessing.resource_tracker import ",
];

/// Code for children of `multiprocessing` when `sys.frozen` is set.
const FROZEN_CHILD: &str = "import sys; from multiprocessing.spawn import spawn_main; \
    spawn_main(**{k: None if v == 'None' else int(v) for k, v in (a.split('=', 1) for a in sys.argv[2:])})";

/// The command line and how to take it.
pub(crate) struct Invocation {
    arguments: Vec<CString>,
    /// Options and arguments are those of the `python` command.
    pub(crate) as_interpreter: bool,
}

impl Invocation {
    pub(crate) fn new(argv: Vec<OsString>, executable: &Path) -> Result<Self, NulError> {
        let mut arguments =
            argv.into_iter().map(|argument| CString::new(argument.into_vec())).collect::<Result<Vec<_>, _>>()?;
        let frozen_child = arguments.get(1).is_some_and(|first| first.as_c_str() == c"--multiprocessing-fork");
        if frozen_child {
            arguments.splice(1..1, [c"-c".to_owned(), CString::new(FROZEN_CHILD)?]);
        }
        if names_itself(&arguments, executable) && lineage::started_by_itself() {
            arguments.remove(1);
        }
        let as_interpreter = frozen_child
            || interpreter_command(&arguments).is_some_and(|code| is_helper(code) || lineage::started_by_itself());
        Ok(Self { arguments, as_interpreter })
    }

    /// The arguments for the C API.
    pub(crate) fn pointers(&self) -> Vec<*mut c_char> {
        self.arguments.iter().map(|argument| argument.as_ptr().cast_mut()).collect()
    }
}

/// Whether the first argument, where `python` expects the script, is the program or a virtual path below it.
fn names_itself(arguments: &[CString], executable: &Path) -> bool {
    let Some(first) = arguments.get(1).map(|argument| argument.as_bytes()) else { return false };
    let path = Path::new(std::ffi::OsStr::from_bytes(first));
    path.starts_with(executable) || (first.contains(&b'/') && path.canonicalize().is_ok_and(|path| path == executable))
}

fn is_helper(code: &[u8]) -> bool {
    HELPERS.iter().any(|helper| code.starts_with(helper))
}

/// The value of `-c` or `-m` behind nothing but interpreter options.
fn interpreter_command(arguments: &[CString]) -> Option<&[u8]> {
    let mut rest = arguments.iter().skip(1).map(|argument| argument.as_bytes());
    loop {
        let option = rest.next()?;
        if option == LONG_OPTION {
            rest.next()?;
            continue;
        }
        let mut letters = option.strip_prefix(b"-")?;
        while let Some((letter, attached)) = letters.split_first() {
            match letter {
                b'c' | b'm' => return if attached.is_empty() { rest.next() } else { Some(attached) },
                b'W' | b'X' => {
                    if attached.is_empty() {
                        rest.next()?;
                    }
                    break;
                }
                letter if FLAGS.contains(letter) => letters = attached,
                _ => return None,
            }
        }
    }
}

/// The command line of the process. A program found through `PATH` is named by its path, as scripts are.
pub(crate) fn process_arguments() -> Vec<OsString> {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
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

    fn command(arguments: &[&str]) -> Option<String> {
        let arguments: Vec<_> = arguments.iter().map(|argument| CString::new(*argument).unwrap()).collect();
        interpreter_command(&arguments).map(|code| String::from_utf8_lossy(code).into_owned())
    }

    #[test]
    fn interpreter_options_are_told_from_others() {
        assert_eq!(command(&["app", "-c", "x"]).as_deref(), Some("x"));
        assert_eq!(command(&["app", "-B", "-Is", "-X", "dev", "-Wignore", "-m", "pip"]).as_deref(), Some("pip"));
        assert_eq!(command(&["app", "-Bc", "x"]).as_deref(), Some("x"));
        assert_eq!(command(&["app", "-cx"]).as_deref(), Some("x"));
        assert_eq!(command(&["app", "-I", "--check-hash-based-pycs", "never", "-c", "x"]).as_deref(), Some("x"));
        for other in
            [&["app"][..], &["app", "run", "-c", "x"], &["app", "--c", "x"], &["app", "-k", "-c", "x"], &["app", "-c"]]
        {
            assert_eq!(command(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_script_argument_is_the_program_or_below_it() {
        let names =
            |first: &str| names_itself(&[c"app".into(), CString::new(first).unwrap()], Path::new("/bin/sh/app"));
        assert!(names("/bin/sh/app") && names("/bin/sh/app/main.py"));
        assert!(!names("/bin/sh/apple") && !names("app") && !names("-c"));
    }
}
