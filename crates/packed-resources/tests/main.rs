//! The format, and what is wrong with damaged blobs. What several tests need is in `common`.

mod common;
#[path = "common/describe.rs"]
mod describe;
#[path = "common/python.rs"]
mod python;
#[path = "common/vectors.rs"]
mod vectors;
#[path = "common/watched.rs"]
mod watched;

mod collect;
mod copied;
mod index;
mod malformed;
mod python_reader;
mod round_trip;
mod test_vectors;
