//! What tests of `oxidized_importer` have in common: the Pythons of this machine, and the module built for each.

pub mod extension;
#[path = "../../crates/cli/tests/common/pythons.rs"]
pub mod pythons;
