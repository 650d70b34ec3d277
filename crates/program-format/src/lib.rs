//! How a payload lies in an executable.
//!
//! A program is `launcher | zeros up to a page | payload | trailer`. The launcher says in a section what it was built
//! for ([`LauncherMarker`]). The kernel maps the payload with it, through a program header that nothing else needs
//! ([`payload_segment`]); where there is no such header, the launcher maps its own file and reads the last bytes
//! ([`Trailer`]).
//!
//! There is one rule for which bytes are the payload, for launchers that run it as for tools that look at it:
//! [`payload_range`]. An [`Attachment`] makes a program by that rule. Everything works on slices of bytes, of any
//! content: damage is an error and never a panic, and no file is opened.
//!
//! | who | uses |
//! |---|---|
//! | makes a program | [`LauncherMarker`], [`Attachment`] |
//! | looks at a program | [`payload_range`], [`LauncherMarker`] |
//! | is a program that runs | [`payload_segment`], [`header_segment`], [`Trailer`], [`embed_launcher_marker!`] |
//!
//! In the sources, `program.rs` has the rule, on top of `segment.rs` and `trailer.rs`; `attachment.rs` is its other
//! side.
//!
//! The specification is the chapter "Inside an executable" of `docs/packed-resources.md`.
#![forbid(unsafe_code)]

mod attachment;
mod elf;
mod error;
mod marker;
mod payload;
mod program;
mod segment;
mod trailer;

pub use attachment::Attachment;
pub use error::Error;
pub use marker::{LauncherMarker, MarkerField};
pub use payload::PAYLOAD_MAGIC;
pub use program::payload_range;
pub use segment::{Segment, header_segment, payload_segment};
pub use trailer::Trailer;

#[cfg(all(doctest, feature = "digest"))]
#[doc = include_str!("../README.md")]
struct Readme;
