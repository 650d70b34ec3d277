//! What is decided about resources, and what is kept.

mod caches;
mod plan;
