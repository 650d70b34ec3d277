use std::io;
use std::ops::Range;

/// Why a payload could not be attached to a launcher or found in a program, or a launcher marker not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are no executable, or a damaged one, or one of another kind.
    #[error("not a 64-bit little-endian ELF executable: {what} at offset {offset:#x}")]
    NotExecutable {
        /// The structure that is not as it should be.
        what: &'static str,
        /// Where it is, or claims to be, in bytes from the start of the file.
        offset: u64,
    },

    /// A launcher's marker is not lines of `key=value` with different keys.
    #[error("malformed launcher marker, line {line}: {text:?}")]
    Marker {
        /// The line, from 1.
        line: usize,
        /// What it says.
        text: String,
    },

    /// An executable that should be sealed has no place for the seal.
    #[error("the executable has no launcher marker that can be sealed")]
    NoSeal,

    /// The launcher carries a payload already: it is a finished program.
    #[error("the launcher has a payload already")]
    AlreadyAttached,

    /// There is nothing to attach.
    #[error("the payload is empty")]
    Empty,

    /// A size or an address does not fit into 64 bits.
    #[error("a payload of {payload} bytes does not fit after a launcher of {launcher} bytes")]
    TooLarge {
        /// Length of the launcher in bytes.
        launcher: u64,
        /// Length of the payload in bytes.
        payload: u64,
    },

    /// Another launcher was given for writing than for planning.
    #[error("the launcher has changed: {found} bytes instead of {expected}")]
    LauncherChanged {
        /// Length when the attachment was planned, in bytes.
        expected: u64,
        /// Length now, in bytes.
        found: u64,
    },

    /// The payload was not as long as announced.
    #[error("the payload has {written} bytes instead of {expected}")]
    Length {
        /// The announced length in bytes.
        expected: u64,
        /// What was written, in bytes.
        written: u64,
    },

    /// A launcher to which nothing was attached, or whose payload was removed without a trace.
    #[error("the executable is a launcher without a payload")]
    BareLauncher,

    /// An executable that neither ends with a trailer nor has a read-only segment with packed resources.
    #[error("the executable has no payload: no trailer at its end, and no read-only segment with packed resources")]
    Missing,

    /// The program ends before its payload does, as after a broken copy.
    #[error("the payload is cut off: it should end at {expected}, the file ends at {length}")]
    Truncated {
        /// Where the payload should end, in bytes from the start of the file.
        expected: u64,
        /// Length of the file in bytes.
        length: u64,
    },

    /// The program header for the payload is there and empty: `strip` was run on the finished program.
    #[error("the payload was removed from the program, probably by strip")]
    Stripped,

    /// The trailer at the end of the program contradicts itself.
    #[error("damaged payload trailer: {what}")]
    Damaged {
        /// What is wrong.
        what: &'static str,
    },

    /// The segment that the kernel maps and the trailer do not name the same payload.
    #[error("what runs and what the trailer names differ: {segment:?} is mapped, and {} is named", named(trailer))]
    Disagreement {
        /// What is mapped when the program starts, in bytes from the start of the file.
        segment: Range<u64>,
        /// What the trailer names, if there is one.
        trailer: Option<Range<u64>>,
    },

    /// There is something in the program that belongs to none of its parts.
    #[error("{length} bytes at offset {offset} follow {what} and belong to nothing")]
    Outside {
        /// The part of the program that they follow.
        what: &'static str,
        /// Where they start, in bytes from the start of the file.
        offset: u64,
        /// How many they are.
        length: u64,
    },

    /// The output could not be written.
    #[error("cannot write the program")]
    Write(#[from] io::Error),
}

fn named(trailer: &Option<Range<u64>>) -> String {
    trailer.as_ref().map_or("nothing".to_owned(), |range| format!("{range:?}"))
}
