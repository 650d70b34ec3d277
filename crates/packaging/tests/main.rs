//! The parts, put together by others.

mod parts;
