//! Versions 1 to 3, and what is wrong with damaged blobs of them. What several tests need is in `common`.

#[path = "common/oracle.rs"]
mod oracle;
#[path = "common/sample.rs"]
mod sample;
#[path = "common/walk_index.rs"]
mod walk_index;
#[path = "../../packed-resources/tests/common/watched.rs"]
mod watched;

/// Whatever goes wrong in a test.
type TestResult = Result<(), Box<dyn std::error::Error>>;

mod damaged_values;
mod differential;
mod malformed;
mod packed;
mod versions;
