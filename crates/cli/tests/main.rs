//! The command, and the programs that it makes, from end to end. `pyox_test_support::pythons` says which Pythons run.

mod analyze;
mod applications;
mod beside;
mod bytecode_only;
mod caches;
mod command_line;
mod compatibility;
mod contents;
mod cpython;
mod damage;
mod determinism;
mod errors;
mod house;
mod inputs;
mod launchers;
mod outputs;
mod pipes;
mod profiles;
mod replacing;
mod resources;
mod runtime;
mod said;
mod settings;
mod sources;
