//! Pythons, as they are.

mod pythons;
mod tags;
