//! Markers, and payloads in programs.

mod marker;
mod programs;
