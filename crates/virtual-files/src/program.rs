//! Other programs that are started with packed paths: those are replaced by the paths of real files.

use std::ffi::{c_char, c_int};
use std::ptr::null;

use pyox_native_loader::PathBuffer;
use pyox_packed_resources::COMMAND_START;
use rustix::fs::OFlags;
use rustix::io::{Errno, pread};

use crate::index::Node;
use crate::native::{Purpose, with_needed};
use crate::place::{Place, bytes_of};
use crate::store::store;
use crate::tree::Tree;

/// How many arguments a command line with packed paths can have, and how long those with such paths can be in all.
const ARGUMENTS: usize = 2048;
const TEXT: usize = 64 << 10;

/// What ends a path in a command of the shell, or in an option.
const DELIMITERS: &[u8] = b" \t\n'\"`;|&<>()$,:=#*?[]{}";

/// Directories of programs, with data in directories beside them.
const PROGRAM_DIRECTORIES: [&[u8]; 3] = [b"bin", b"sbin", b"libexec"];

/// What an installation has beside its programs, but not for them.
const PYTHON_LIBRARY: &[u8] = b"lib/python3.";

/// How long, in bytes, a command that is run by the Python which it is installed for may be.
const LONGEST_COMMAND: u64 = 1 << 20;

/// Files that read what is beside them.
const SCRIPTS: [&[u8]; 9] = [b".js", b".mjs", b".cjs", b".py", b".sh", b".pl", b".rb", b".jar", b".exe"];

/// A command line in the making; C has the memory for it.
#[repr(C)]
pub(crate) struct CommandLine {
    arguments: [*const c_char; ARGUMENTS],
    length: usize,
    text: [u8; TEXT],
}

impl CommandLine {
    /// Copies the arguments, with real paths for packed ones.
    ///
    /// # Errors
    ///
    /// `E2BIG` if there are too many, and those of making files.
    ///
    /// # Safety
    ///
    /// `arguments` are strings, and a null pointer.
    pub(crate) unsafe fn fill(&mut self, tree: &Tree, arguments: *const *const c_char) -> Result<(), Errno> {
        self.length = 0;
        for i in 0..ARGUMENTS {
            // SAFETY: the null pointer has not come yet.
            let argument = unsafe { *arguments.add(i) };
            if argument.is_null() {
                self.arguments[i] = null();
                return Ok(());
            }
            let start = self.length;
            // SAFETY: as the caller says.
            let is_changed = self.push(tree, unsafe { bytes_of(argument) })?;
            self.arguments[i] = if is_changed { self.text[start..].as_ptr().cast() } else { argument };
            if !is_changed {
                self.length = start;
            }
        }
        Err(Errno::TOOBIG)
    }

    /// A command of the shell, with real paths for packed ones.
    ///
    /// # Errors
    ///
    /// As [`CommandLine::fill`].
    pub(crate) fn command(&mut self, tree: &Tree, command: &[u8]) -> Result<*const c_char, Errno> {
        self.length = 0;
        self.push(tree, command)?;
        Ok(self.text.as_ptr().cast())
    }

    /// Appends an argument and a zero; whether it is another one now.
    fn push(&mut self, tree: &Tree, argument: &[u8]) -> Result<bool, Errno> {
        let (mut rest, mut is_changed) = (argument, false);
        while let Some((before, path)) = first_packed(tree, rest) {
            self.append(&rest[..before])?;
            let root = tree.root.as_bytes();
            match tree.longest(path)? {
                None => {
                    self.append(root)?;
                    rest = &path[root.len()..];
                    continue;
                }
                Some((length, Some(real))) => {
                    self.append(real.as_bytes())?;
                    is_changed = true;
                    rest = &path[length..];
                }
                Some((length, None)) => {
                    // In a command of the shell there is room for two words.
                    if length < argument.len() {
                        let quote = rest[..before].last().filter(|byte| b"'\"".contains(byte));
                        let quote = quote.map(std::slice::from_ref).unwrap_or_default();
                        for part in [root, quote, b" ", quote] {
                            self.append(part)?;
                        }
                        is_changed = true;
                    }
                    self.append(&path[..length])?;
                    rest = &path[length..];
                }
            }
        }
        self.append(rest)?;
        self.append(&[0])?;
        Ok(is_changed)
    }

    fn append(&mut self, text: &[u8]) -> Result<(), Errno> {
        let end = self.length + text.len();
        self.text.get_mut(self.length..end).ok_or(Errno::TOOBIG)?.copy_from_slice(text);
        self.length = end;
        Ok(())
    }
}

/// Where the root is named as the directory of something, and the text from there on.
fn first_packed<'t>(tree: &Tree, text: &'t [u8]) -> Option<(usize, &'t [u8])> {
    let root = tree.root.as_bytes();
    let starts = |at: usize| text[at..].strip_prefix(root).is_some_and(|rest| rest.starts_with(b"/"));
    let is_start = |at: usize| at == 0 || !(text[at - 1].is_ascii_alphanumeric() || b"._-/".contains(&text[at - 1]));
    // `-I/path`
    let is_option = |at: usize| at >= 2 && text[0] == b'-' && at == 2;
    (0..text.len()).find(|at| starts(*at) && (is_start(*at) || is_option(*at))).map(|at| (at, &text[at..]))
}

impl Tree {
    /// The longest path at the start of a text that is packed, and the real one; nothing for a command that the program
    /// has to run itself.
    fn longest(&self, text: &[u8]) -> Result<Option<(usize, Option<PathBuffer>)>, Errno> {
        let ends = (0..text.len()).filter(|at| DELIMITERS.contains(&text[*at])).chain([text.len()]);
        let mut length = text.len() + 1;
        loop {
            let Some(end) = ends.clone().filter(|end| *end < length).max() else { return Ok(None) };
            length = end;
            if let Ok(Place::Packed(path, node)) = self.place(libc::AT_FDCWD, &text[..end])
                && !matches!(node, Node::Missing | Node::NotDirectory)
            {
                let real = match self.is_command(path.as_bytes(), node)? {
                    true => None,
                    false => Some(self.argument(path.as_bytes(), node)?),
                };
                return Ok(Some((end, real)));
            }
        }
    }

    /// The real path of an argument. A script has what is beside it.
    fn argument(&self, path: &[u8], node: Node) -> Result<PathBuffer, Errno> {
        if SCRIPTS.iter().any(|suffix| path.ends_with(suffix)) {
            self.beside(path)?;
        }
        self.real(path, node)
    }

    /// The real path of a program that is executed: it has what is beside it, and the libraries that it needs.
    pub(crate) fn program(&self, path: &[u8], node: Node) -> Result<PathBuffer, Errno> {
        let Node::File(number) = node else { return self.real(path, node) };
        if !store(self)?.is_for_code() {
            return Err(Errno::ACCESS);
        }
        self.beside(path)?;
        with_needed(self, number, Purpose::Execute)
    }

    /// Makes the directory that a file is in, unless it has all that the program has. Programs in `bin` have their data
    /// in directories beside that.
    fn beside(&self, path: &[u8]) -> Result<(), Errno> {
        let above = |path: &[u8]| path.iter().rposition(|byte| *byte == b'/');
        let Some(end) = above(path) else { return Ok(()) };
        let directory = &path[..end];
        let start = above(directory).map_or(0, |slash| slash + 1);
        match PROGRAM_DIRECTORIES.contains(&&directory[start..]) && start > 0 {
            true => self.directory_without(&directory[..start - 1], PYTHON_LIBRARY).map(drop),
            false => self.directory(directory).map(drop),
        }
    }

    /// Whether a file is a command that Python runs: the program does, as the interpreter.
    pub(crate) fn is_command(&self, path: &[u8], node: Node) -> Result<bool, Errno> {
        let Node::File(number) = node else { return Ok(false) };
        if self.index()?.content(number).is_none_or(|content| content.len() > LONGEST_COMMAND) {
            return Ok(false);
        }
        let file = self.open(path, node, OFlags::RDONLY | OFlags::CLOEXEC)?;
        let mut start = [0; COMMAND_START.len()];
        Ok(pread(&file, &mut start, 0)? == COMMAND_START.len() && start == *COMMAND_START.as_bytes())
    }

    /// Whether a path is that of the program itself, which has packed files of its own.
    pub(crate) fn is_program(&self, path: &[u8]) -> bool {
        path == self.root.as_bytes() || path == b"/proc/self/exe"
    }
}

/// The size of a command line, for C.
#[unsafe(no_mangle)]
pub(crate) static pyox_virtual_files_command_line_size: c_int = size_of::<CommandLine>() as c_int;
