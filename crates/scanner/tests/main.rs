//! What is found, and what is passed over. What several tests need is in `common`.

mod common;

mod directory;
mod examples;
mod files_needed;
mod import_graph;
mod imports;
mod sources;
mod stdlib;
mod virtualenv;
mod wheel;
