//! Which libraries a program takes with it, and where they are found.

mod closure;
mod ld_cache;
mod lookup;
mod order;
mod search;
mod system;
mod traversal;

pub use closure::{Carried, Closure, Conflict, Library, LibrarySource, Missing, Root};
pub use lookup::Lookup;
pub use search::{SearchPath, SystemLibraries};
pub use system::stays_with_system;
