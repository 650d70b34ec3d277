#![cfg_attr(doc, doc = include_str!("../README.md"))]
#![cfg_attr(not(doc), doc = "README.md describes this crate.")]
//!
//! # How it is made
//!
//! One concept per module: `layer` is a blob and its memory, `catalogue` all that a finder has, `state` the finder;
//! `spec` makes specs, `import` loads modules, `native` loads extension modules, `cache` places packages that need
//! files, `paths` maps virtual paths, `tcl` leads Tcl to its scripts, `display` makes tracebacks and `linecache` show
//! source text. The Python face:
//! `class` makes types of Rust values, `finder` is `OxidizedFinder`, `module` is the extension module. `python` has
//! what is written in Python: the classes that derive from abstract base classes of the standard library, namely
//! `OxidizedResourceReader` for `importlib.resources` and `OxidizedDistribution` for `importlib.metadata`, then
//! `OxidizedZipFinder`, and the provider for `pkg_resources`. Nothing of it is compiled, and no module is imported for
//! it, before a program needs it.
//!
//! `importlib.resources.files()` of Python 3.9 asks no loader. In programs it does; in other Pythons code that has to
//! run on 3.9 asks the module's `__loader__` for `get_resource_reader(name).files()`.
//!
//! Python modules get a virtual `__file__` below the path of the executable, as `zipimport` does with an archive.

mod arguments;
mod cache;
mod catalogue;
mod changed_paths;
mod class;
mod collector;
mod display;
mod files;
mod finder;
mod import;
mod install;
mod layer;
mod module;
mod native;
mod paths;
mod property;
mod python;
mod python_resources;
mod resource;
mod roots;
#[cfg(feature = "scan")]
mod scan;
mod spec;
mod state;
mod tcl;

pub use files::{PackedFiles, Visit};
pub use install::{Finder, Loaded, Settings};
pub use layer::Layer;
pub use module::init_module;
pub use roots::Roots;
