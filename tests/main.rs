//! `oxidized_importer` as a module of ordinary Pythons, and the unit tests of the crates that are compiled for one.
//! `pyox_test_support::pythons` says which Pythons run.

mod embedding;
mod importer;
mod units;
mod wheel;
