//! The meta path finder that imports Python modules, extension modules and data from packed resources in memory.
//!
//! [`install`] makes an `OxidizedFinder` over a blob and puts it into `sys.meta_path`; the crate `pyembed` calls it
//! while an interpreter starts, before the first module of the standard library is imported.
//!
//! One concept per module: `state` looks things up, `import` loads modules, `native` loads dynamic libraries
//! from memory, `cache` places packages that need files, `paths` maps virtual paths, `display` makes tracebacks and
//! `linecache` show source text, `types` is the Python face, and `support.py` holds the classes that derive from
//! abstract base classes of the standard library.
//!
//! Python modules get a virtual `__file__` below the path of the executable, as `zipimport` does with an archive.

mod cache;
mod display;
mod import;
mod native;
pub mod object;
mod paths;
mod state;
mod types;

pub use state::{Settings, State};
pub use types::{install, main_code, patch_module};
