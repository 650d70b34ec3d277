//! What pip installs.

mod editable;
mod pip;
