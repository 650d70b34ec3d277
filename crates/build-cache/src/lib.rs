//! What a build keeps for the next one.
//!
//! * [`Cache`] is the directory for everything that can be made again.
//! * [`read`], [`write()`] and [`write_in`] are for files that carry a digest: damage is noticed, and nothing damaged
//!   is used.
//! * [`Scratch`] is an unfinished directory; [`sweep`] removes those that killed processes left behind.
//! * [`digest`] makes keys of what an entry depends on.
//!
//! Begin with a [`Cache`] and a [`digest`]; then [`read`] what is there, or make it and [`write()`] it. In the sources,
//! `cache.rs` is the directory and the keys, `kept.rs` what is in it.
#![forbid(unsafe_code)]

mod cache;
mod kept;

pub use cache::{CACHE_VARIABLE, Cache, CacheError, digest, file_digest, push_file};
pub use kept::{Kept, Scratch, is_same, open, read, remove_unused, sweep, write, write_in, write_with};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
