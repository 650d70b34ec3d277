//! Under construction
fn main(){}
