//! `oxidized_importer` as a module of ordinary Pythons. `pyox_test_support::pythons` says which Pythons run.

mod importer;
mod wheel;
