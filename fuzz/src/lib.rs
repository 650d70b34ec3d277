//! What is fuzzed: a module for each target, with a function `run` that takes an input and panics if something does not
//! hold. README.md has the list.

mod memory;
#[path = "../../crates/legacy-resources/tests/common/oracle.rs"]
mod oracle;
#[path = "../../crates/packed-resources/tests/common/walk.rs"]
mod walk;
#[path = "../../crates/legacy-resources/tests/common/walk_index.rs"]
mod walk_index;

pub mod analyze;
pub mod any_version;
pub mod archive;
pub mod decompress;
pub mod direct_url;
pub mod edit_elf;
pub mod marshal;
pub mod open_and_walk;
pub mod payload;
pub mod pth;
pub mod python_json;
pub mod requirements;
pub mod script_metadata;
pub mod version_3;
pub mod wheel;
pub mod write_read_write;

/// Tries an input.
pub type Target = fn(&[u8]);

/// Names and functions of all targets.
pub const TARGETS: [(&str, Target); 16] = [
    ("analyze", analyze::run),
    ("any_version", any_version::run),
    ("archive", archive::run),
    ("decompress", decompress::run),
    ("direct_url", direct_url::run),
    ("edit_elf", edit_elf::run),
    ("marshal", marshal::run),
    ("open_and_walk", open_and_walk::run),
    ("payload", payload::run),
    ("pth", pth::run),
    ("python_json", python_json::run),
    ("requirements", requirements::run),
    ("script_metadata", script_metadata::run),
    ("version_3", version_3::run),
    ("wheel", wheel::run),
    ("write_read_write", write_read_write::run),
];
