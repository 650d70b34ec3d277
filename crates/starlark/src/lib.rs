//! Configuration files in Starlark.
#![forbid(unsafe_code)]
