//! Launchers.

mod launchers;
