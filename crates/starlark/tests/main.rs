//! Configuration files, evaluated and built.

mod additions;
mod archives;
mod behaviours;
mod building;
mod conformance;
mod documentation;
mod errors;
mod evaluating;
mod installing;
mod manifests;
mod resources;
mod scripts;
mod settings;
mod support;
mod targets;
mod texts;
mod upgrading;
mod wild;
