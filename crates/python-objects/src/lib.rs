#![cfg_attr(doc, doc = include_str!("../README.md"))]
#![cfg_attr(not(doc), doc = "README.md describes this crate.")]

mod gil;
mod module;
mod object;
mod raised;

pub use gil::{Gil, Held};
pub use module::module_slots;
pub use object::{Object, dictionary, dictionary_item, import, interned, set_item, set_sys, sys, tuple};
pub use raised::{
    Kind, Raised, Result, check, clear, describe, import_error, io_error, os_error, returned, set_exception, status,
    type_error, value_error, warn, with_causes, with_exception_aside,
};
