//! Configuration files, evaluated and built.

mod building;
mod conformance;
mod documentation;
mod errors;
mod evaluating;
mod installing;
mod resources;
mod support;
mod wild;
