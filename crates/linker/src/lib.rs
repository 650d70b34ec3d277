//! Under construction
