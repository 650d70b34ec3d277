//! Which licences the parts of a Python program have, and its bill of materials.
//!
//! | question | answer |
//! |---|---|
//! | what is a part, and what is known of its licence? | [`Component`], whose [`License`] says where it was found |
//! | what does an installed distribution say? | [`Distribution`]: core metadata, texts, SBOMs (PEP 639, PEP 770) |
//! | what of CPython, and of what is compiled into it? | [`cpython`], [`bundled`] |
//! | what of a shared library? | [`library`]: what is known by its name, or Debian's [`Packages`] |
//! | what of the program that starts Python? | [`launcher_components`] |
//! | what of all of it? | [`Bill`]: in a program, as JSON, as [`spdx_document`], as [`cyclonedx_document`] |
//! | what has to go along with it? | [`Bill::notices`]: the texts |
//! | may it be shipped? | [`Denied`], by [`Bill::denied`] |
//!
//! A licence is an expression of [SPDX](https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/). What nothing
//! says is not known, and never guessed: an ambiguous name (`BSD`) stays one unless the text of the licence settles it.
//!
//! ```
//! use pyox_licenses::{Bill, Deny, Distribution};
//!
//! let metadata = "Name: demo\nVersion: 1.0\nLicense-Expression: MIT OR GPL-3.0-or-later\n";
//! let bill: Bill = Distribution::new(metadata, Vec::new()).components().into_iter().collect();
//! assert_eq!(bill.components()[0].expression(), Some("MIT OR GPL-3.0-or-later"));
//! assert!(bill.denied(&[Deny::parse("GPL-3.0")?]).is_empty());
//! # Ok::<(), pyox_licenses::Error>(())
//! ```
#![forbid(unsafe_code)]

mod bill;
mod component;
mod cpython;
mod cyclonedx;
mod debian;
mod deny;
mod distribution;
mod error;
mod expression;
mod installed;
mod launcher;
mod libraries;
mod names;
mod notices;
mod packed;
mod sbom;
mod spdx_document;
mod texts;

pub use bill::{Bill, Subject};
pub use component::{Component, Kind, License, Source, Text};
pub use cpython::{bundled, cpython};
pub use cyclonedx::cyclonedx_document;
pub use debian::Packages;
pub use deny::{Denied, Deny};
pub use distribution::Distribution;
pub use error::Error;
pub use expression::{all_of, parse as parse_expression};
pub use installed::installed_distributions;
pub use launcher::launcher_components;
pub use libraries::{known_library, known_license, library, link_name};
pub use packed::{SECTION, packed_bill, packed_distributions};
pub use spdx_document::spdx_document;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
