//! ELF files: what they need and offer, and editing them.

mod bind;
mod edit;
mod facts;
pub(crate) mod image;
mod name;
mod search_path;
pub(crate) mod symbols;
mod version;

pub use bind::{bind_own_symbols, weaken_undefined};
pub use edit::{edit_dynamic, is_libpython, prepare, trim};
pub use facts::{ElfFacts, ElfKind, ElfTarget, VersionNeed};
pub use name::with_soname;
pub use search_path::with_search_path;
pub use symbols::imports;
pub use version::SymbolVersion;
