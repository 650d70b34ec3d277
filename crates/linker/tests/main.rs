//! Native code, launchers, layers and what becomes of them.

mod analyze;
mod caches;
mod launchers;
mod native;
mod resource_file;
mod version_3;
