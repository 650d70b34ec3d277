//! The format, its versions, and what is wrong with damaged blobs. What several tests need is in `common`.

mod common;
#[path = "common/describe.rs"]
mod describe;
#[path = "common/oracle.rs"]
mod oracle;
#[path = "common/python.rs"]
mod python;
#[path = "common/sample.rs"]
mod sample;
#[path = "common/vectors.rs"]
mod vectors;
#[path = "common/walk_index.rs"]
mod walk_index;
#[path = "common/watched.rs"]
mod watched;

mod collect;
mod compare;
mod copied;
mod differential;
mod index;
mod legacy;
mod legacy_malformed;
mod malformed;
mod python_reader;
mod round_trip;
mod test_vectors;
