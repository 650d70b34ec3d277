//! Pythons, as they are.

mod bytecode;
mod editable;
mod pip;
mod pythons;
mod tags;
