//! Programs and resource files, read back.

mod analyze;
mod resource_file;
mod version_3;
