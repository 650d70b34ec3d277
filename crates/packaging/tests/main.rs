//! Layers: what is decided about resources, and what is kept.

mod caches;
mod parts;
mod plan;
