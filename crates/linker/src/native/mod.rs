//! Native code: what ELF files need, and which libraries travel with a program.
//!
//! Everything here reads files made by others. Damage is an error and never a panic, and nothing is executed.
//!
//! | question | answer |
//! |---|---|
//! | what does this file need and offer? | [`ElfFacts`] |
//! | which bytes can go? | [`trim`], [`edit_dynamic`] |
//! | where would the dynamic loader find a library? | [`SystemLibraries`], [`SearchPath`] |
//! | which libraries travel, and in which order are they loaded? | [`Closure`], [`stays_with_system`] |

mod closure;
mod edit;
mod elf;
mod error;
mod floor;
mod follow;
mod image;
mod ld_cache;
mod lookup;
mod order;
mod search;
mod symbols;
mod system;

pub use closure::{Carried, Closure, Conflict, Library, LibrarySource, Missing, Root};
pub use edit::{edit_dynamic, trim};
pub use elf::{ElfFacts, ElfKind, ElfTarget, VersionNeed};
pub use error::{ElfError, NativeError};
pub use floor::SymbolVersion;
pub(crate) use image::{from, slice, terminated};
pub use lookup::Lookup;
pub use search::{SearchPath, SystemLibraries};
pub(crate) use symbols::{LONGEST_SYMBOL, PREFIXES, PythonSymbols};
pub use system::stays_with_system;
