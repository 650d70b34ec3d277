//! What arguments would mean to the `python` command, and which ones `multiprocessing` gives to its helper processes.

use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Options of the `python` command that take no value.
const FLAGS: &[u8] = b"bBdEiIOPqRsSuvx";

/// The only long option of the `python` command that is no command itself; it takes a value.
const LONG_OPTION: &[u8] = b"--check-hash-based-pycs";

/// Says which Python it is, as `-V` does.
const VERSION: &[u8] = b"--version";

/// The program is what comes from standard input.
const STANDARD_INPUT: &[u8] = b"-";

/// What files with Python code are called.
const SUFFIXES: [&[u8]; 3] = [b".py", b".pyw", b".pyc"];

/// What zip files with Python code are called.
const ARCHIVES: [&[u8]; 2] = [b".pyz", b".zip"];

/// The first argument of a helper process when `sys.frozen` is set, and the last one when it is not.
const FORK: &[u8] = b"--multiprocessing-fork";

/// What a helper process runs when `sys.frozen` is set.
const FROZEN_HELPER: &str = "import sys; from multiprocessing.spawn import spawn_main; \
    spawn_main(**{k: None if v == 'None' else int(v) for k, v in (a.split('=', 1) for a in sys.argv[2:])})";

/// What the `python` command does.
#[derive(Debug, PartialEq, Eq)]
enum Command<'a> {
    /// `-c CODE` and `-m MODULE`, with the arguments after them.
    Code(&'a [u8], &'a [CString]),
    /// `-`
    StandardInput,
    /// A file with Python code that exists, or after options a directory or zip file.
    File,
    /// `-V`
    Version,
}

/// Whether the arguments are options of an interpreter that end in a command, or those of a helper process.
pub(crate) fn is_interpreter(arguments: &[CString]) -> bool {
    command(arguments).is_some() || is_frozen_helper(arguments)
}

/// Whether the application is meant if it starts itself with these arguments and was given them: as all arguments, or
/// at the end of others. Only what can hold code is recognised there: `app run tool.py` may run `tool.py` by Python.
pub(crate) fn may_be_passed_on(arguments: &[CString], are_all: bool) -> bool {
    match command(arguments) {
        Some(Command::Code(..)) => true,
        Some(_) => are_all,
        None => is_frozen_helper(arguments),
    }
}

/// What arguments could be meant as, as far as they say.
pub(crate) trait Words {
    /// Whether they could be those of an interpreter.
    fn are_commands(&self, arguments: &[CString]) -> bool;

    /// As [`may_be_passed_on`].
    fn may_be_passed_on(&self, arguments: &[CString], are_all: bool) -> bool;
}

/// Whether the arguments are exactly those with which `multiprocessing` of CPython 3.9 to 3.13 starts a process.
/// Nothing else has these, so that the application is never meant.
pub(crate) fn is_helper(arguments: &[CString]) -> bool {
    is_frozen_helper(arguments)
        || matches!(command(arguments), Some(Command::Code(code, rest)) if match rest {
            [] => is_fork_server(code) || is_resource_tracker(code),
            [last] => last.as_bytes() == FORK && is_spawn(code),
            _ => false,
        })
}

/// The arguments for `python` that do what the helper process is for, if they are not such already.
pub(crate) fn unfreeze(arguments: &mut Vec<CString>) -> Result<(), std::ffi::NulError> {
    if is_frozen_helper(arguments) {
        arguments.splice(0..0, [c"-c".to_owned(), CString::new(FROZEN_HELPER)?]);
    }
    Ok(())
}

/// `--multiprocessing-fork tracker_fd=5 pipe_handle=7`
fn is_frozen_helper(arguments: &[CString]) -> bool {
    matches!(arguments, [first, settings @ ..] if first.as_bytes() == FORK && !settings.is_empty()
        && settings.iter().all(|setting| is_setting(setting.as_bytes())))
}

/// `from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=5, pipe_handle=7)`
fn is_spawn(code: &[u8]) -> bool {
    between(code, b"from multiprocessing.spawn import spawn_main; spawn_main(", b")")
        .is_some_and(|settings| settings.split(|&byte| byte == b',').all(|one| is_setting(one.trim_ascii_start())))
}

/// `from multiprocessing.resource_tracker import main;main(5)`
fn is_resource_tracker(code: &[u8]) -> bool {
    between(code, b"from multiprocessing.resource_tracker import main;main(", b")").is_some_and(is_number)
}

/// `from multiprocessing.forkserver import main; main(5, 6, ['a'], **{'sys_path': ['/']})`
fn is_fork_server(code: &[u8]) -> bool {
    let Some(values) = between(code, b"from multiprocessing.forkserver import main; main(", b"})") else {
        return false;
    };
    let mut values = values.splitn(3, |&byte| byte == b',');
    let mut is_descriptor = || values.next().is_some_and(|value| is_number(value.trim_ascii_start()));
    is_descriptor() && is_descriptor() && values.next().is_some_and(|rest| rest.starts_with(b" ["))
}

/// `pipe_handle=7` or `tracker_fd=None`
fn is_setting(text: &[u8]) -> bool {
    let Some(equals) = text.iter().position(|&byte| byte == b'=') else { return false };
    let (key, value) = (&text[..equals], &text[equals + 1..]);
    !key.is_empty()
        && key.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_')
        && (value == b"None" || is_number(value))
}

fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

fn between<'a>(text: &'a [u8], start: &[u8], end: &[u8]) -> Option<&'a [u8]> {
    text.strip_prefix(start)?.strip_suffix(end)
}

/// What `python` would do with these arguments, where it cannot be meant otherwise: the prompt and help can.
fn command(arguments: &[CString]) -> Option<Command<'_>> {
    let mut rest = arguments.iter();
    let mut version = false;
    let command = loop {
        let Some(option) = rest.next() else { break None };
        let option = option.as_bytes();
        if option == LONG_OPTION {
            rest.next()?;
            continue;
        }
        if option == VERSION {
            version = true;
            continue;
        }
        if option == STANDARD_INPUT {
            break Some(Command::StandardInput);
        }
        let Some(mut letters) = option.strip_prefix(b"-") else {
            let has_options = rest.len() + 1 < arguments.len();
            break (is_code_file(option) || has_options && is_archive(option)).then_some(Command::File);
        };
        let mut code = None;
        while let Some((letter, attached)) = letters.split_first() {
            match letter {
                b'c' | b'm' => {
                    let value = if attached.is_empty() { rest.next()?.as_bytes() } else { attached };
                    code = Some(Command::Code(value, rest.as_slice()));
                    break;
                }
                b'W' | b'X' => {
                    if attached.is_empty() {
                        rest.next()?;
                    }
                    break;
                }
                b'V' => (version, letters) = (true, attached),
                letter if FLAGS.contains(letter) => letters = attached,
                _ => return None,
            }
        }
        if code.is_some() {
            break code;
        }
    };
    if version { Some(Command::Version) } else { command }
}

fn is_code_file(name: &[u8]) -> bool {
    SUFFIXES.iter().any(|suffix| name.ends_with(suffix)) && Path::new(OsStr::from_bytes(name)).is_file()
}

/// Whether it is a directory or zip file that Python runs. An application may be given one as well, but not after
/// options of Python.
fn is_archive(name: &[u8]) -> bool {
    let path = Path::new(OsStr::from_bytes(name));
    let is_zip = ARCHIVES.iter().any(|suffix| name.ends_with(suffix)) && path.is_file();
    is_zip || path.join("__main__.py").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(arguments: &[&str]) -> Vec<CString> {
        arguments.iter().map(|argument| CString::new(*argument).unwrap()).collect()
    }

    fn code(arguments: &[&str]) -> Option<String> {
        match command(&words(arguments))? {
            Command::Code(code, _) => Some(String::from_utf8_lossy(code).into_owned()),
            _ => None,
        }
    }

    #[test]
    fn interpreter_options_are_told_from_others() {
        assert_eq!(code(&["-c", "x"]).as_deref(), Some("x"));
        assert_eq!(code(&["-B", "-Is", "-X", "dev", "-Wignore", "-m", "pip"]).as_deref(), Some("pip"));
        assert_eq!(code(&["-Bc", "x"]).as_deref(), Some("x"));
        assert_eq!(code(&["-cx"]).as_deref(), Some("x"));
        assert_eq!(code(&["-I", "--check-hash-based-pycs", "never", "-c", "x"]).as_deref(), Some("x"));
        for other in [&[][..], &["run", "-c", "x"], &["--c", "x"], &["-k", "-c", "x"], &["-c"], &["-", "x"], &[""]] {
            assert_eq!(code(other), None, "{other:?}");
        }
    }

    #[test]
    fn other_commands_of_python_are_understood() {
        // The tests run in the directory of the crate.
        let file = std::env::temp_dir().join(format!("pyox-command-{}.py", std::process::id()));
        std::fs::write(&file, "").unwrap();
        let file = file.to_str().unwrap();
        for (arguments, expected) in [
            (&["-"][..], Some(Command::StandardInput)),
            (&["-u", "-X", "dev", "-", "-c"], Some(Command::StandardInput)),
            (&["-V"], Some(Command::Version)),
            (&["--version"], Some(Command::Version)),
            (&["-BVV", "-c", "x"], Some(Command::Version)),
            (&[file], Some(Command::File)),
            (&["-B", "-W", "error", file, "-c", "x"], Some(Command::File)),
            (&["missing.py"], None),
            (&["Cargo.toml"], None),
            (&["src"], None),
            (&[], None),
            (&["-u"], None),
            (&["-i"], None),
            (&["-h"], None),
            (&["--help"], None),
            (&["--", file], None),
        ] {
            let words = words(arguments);
            assert_eq!(command(&words), expected, "{arguments:?}");
            assert_eq!(may_be_passed_on(&words, true), expected.is_some());
            assert!(!may_be_passed_on(&words, false));
        }
        std::fs::remove_file(file).unwrap();
        assert!(may_be_passed_on(&words(&["-c", "x"]), false));
    }

    const SPAWN: &str = "from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=5, pipe_handle=7)";
    const TRACKER: &str = "from multiprocessing.resource_tracker import main;main(5)";
    const SERVER: &str = "from multiprocessing.forkserver import main; main(6, 7, ['__main__'], \
        **{'sys_path': ['/opt/app'], 'init_main_from_path': '/opt/app/a.py'})";

    #[test]
    fn helper_commands_are_matched_as_a_whole() {
        for helper in [
            &["-c", SPAWN, "--multiprocessing-fork"][..],
            &["-I", "-Wignore", "-X", "dev", "-c", SPAWN, "--multiprocessing-fork"],
            &["-c", TRACKER],
            &["-B", "-c", SERVER],
            &["-c", "from multiprocessing.forkserver import main; main(6, 7, [], **{})"],
            &["--multiprocessing-fork", "tracker_fd=5", "pipe_handle=7"],
            &["--multiprocessing-fork", "tracker_fd=None", "pipe_handle=7"],
        ] {
            assert!(is_helper(&words(helper)) && is_interpreter(&words(helper)), "{helper:?}");
        }
        for other in [
            &["-c", SPAWN][..],
            &["-c", SPAWN, "--multiprocessing-fork", "more"],
            &["-c", SPAWN, "--other"],
            &["-c", TRACKER, "more"],
            &["-m", "multiprocessing.spawn"],
            &["-c", "from multiprocessing.spawn import spawn_main; print()", "--multiprocessing-fork"],
            &["-c", "from multiprocessing.spawn import spawn_main; spawn_main(a=1, b=f())", "--multiprocessing-fork"],
            &["-c", "from multiprocessing.resource_tracker import main;main(5);main(6)"],
            &["-c", "from multiprocessing.resource_tracker import main;main()"],
            &["-c", "from multiprocessing.forkserver import main; main(f(), 7, [], **{})"],
            &["-c", "from multiprocessing.forkserver import main; f()"],
        ] {
            assert!(!is_helper(&words(other)) && is_interpreter(&words(other)), "{other:?}");
        }
        for other in [
            &["--multiprocessing-fork"][..],
            &["--multiprocessing-fork", "x"],
            &["--multiprocessing-fork", "x="],
            &["--multiprocessing-fork", "=1"],
            &["--multiprocessing-fork", "pipe_handle=7", "more"],
            &["--multiprocessing-fork", "pipe_handle=-7"],
            &["run", "--multiprocessing-fork", "pipe_handle=7"],
        ] {
            assert!(!is_helper(&words(other)) && !is_interpreter(&words(other)), "{other:?}");
        }
    }

    #[test]
    fn a_frozen_helper_becomes_code() {
        let mut arguments = words(&["--multiprocessing-fork", "pipe_handle=7"]);
        unfreeze(&mut arguments).unwrap();
        assert_eq!(arguments[..2], words(&["-c", FROZEN_HELPER]));
        assert_eq!(arguments[2..], words(&["--multiprocessing-fork", "pipe_handle=7"]));
        let mut other = words(&["--multiprocessing-fork", "x"]);
        unfreeze(&mut other).unwrap();
        assert_eq!(other, words(&["--multiprocessing-fork", "x"]));
    }
}
