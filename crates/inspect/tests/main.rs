//! Programs and resource files, read back.

mod analyze;
mod compare;
mod resource_file;
mod version_3;
#[path = "../../packed-resources/tests/common/walk.rs"]
#[allow(dead_code, reason = "these tests use some of it")]
mod walk;
