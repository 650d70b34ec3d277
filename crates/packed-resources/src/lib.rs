//! What a packaged Python program is made of, and its binary form.
//!
//! The crate has two halves that share one vocabulary:
//!
//! * [`Resource`] and its variants name the things a program consists of: modules, extension modules, data files,
//!   distribution metadata, shared libraries. A [`Collector`] merges them into packed entries.
//! * [`Writer`] lays entries out as *packed resources version 4*, and [`Blob`] reads them back: from a byte slice,
//!   without allocation and without work per entry. The format is specified in `docs/packed-resources.md`.
//!
//! [`Index`] is what looks entries up: a blob, several of them as [`Layered`], or an index of your own. The older
//! versions of the format, and any version as one, are in the crate `pyox-legacy-resources`.
//!
//! | to | use |
//! |---|---|
//! | look modules and files up | [`Blob`], [`Entry`], [`Field`]; [`Decoder`] for many values |
//! | look up in several blobs, or in anything else | [`Layered`], [`Index`] |
//! | write a blob | [`Writer`], [`Value`]; [`Compressor`] and [`Dictionary`] |
//! | make entries of resources, merge blobs | [`Collector`] |
//! | check a blob | [`Blob::verify`], `Blob::compute_digest` |
//! | say where something is when a program runs | [`Location`] |
//!
//! ```
//! use pyox_packed_resources::{Blob, EntryFlags, FieldKind, Writer};
//!
//! let mut writer = Writer::new();
//! writer.entry("hello").flag(EntryFlags::MODULE).field(FieldKind::Source, b"print('hi')\n".to_vec());
//! let bytes = writer.to_vec()?;
//!
//! let blob = Blob::open(&bytes)?;
//! let hello = blob.entry("hello")?.expect("was just written");
//! let source = hello.field(FieldKind::Source)?.expect("has a source").read()?;
//! assert_eq!(&*source, b"print('hi')\n");
//! # Ok::<(), pyox_packed_resources::Error>(())
//! ```
//!
//! # What a value can be
//!
//! A [`Value`] is stored as it is, compressed, or in a file outside of the blob ([`Value::file`]; reading it is
//! [`Error::InFile`], which tells the path). Many small values compress best with a [`Dictionary`] and one
//! [`Compressor`] for all of them, and are read fastest with one [`Decoder`]; each can still be read alone. A value may
//! have the permission bits of its file ([`Value::with_mode`]).
//!
//! # Damage
//!
//! [`Blob::open`] checks the header and where sections lie. What comes after that is checked when it is accessed:
//! damage is an [`Error`] there and leaves the rest readable. Checksums of values and sections, and the digest, are
//! looked at by [`Blob::verify`] only.
//!
//! # A reader
//!
//! A packager is in the examples of `pyox-scanner`, which finds modules in directories and wheels.
//!
//! ```no_run
#![cfg_attr(doc, doc = include_str!("../examples/read_module.rs"))]
//! ```
//!
//! # The sources
//!
//! `layout.rs` has the numbers of the format. Reading is `blob.rs`, `entry.rs`, `field.rs`, `decode.rs`, in this order;
//! writing is `value.rs`, `write.rs`, `write/place.rs`. `resource.rs` is the vocabulary, and `collect.rs` makes entries
//! of it.
//!
//! # Features
//!
//! * `zstd` (default): read and write compressed values. It compiles C; without it a compressed value is
//!   [`Error::CompressionDisabled`].
//! * `train`: make dictionaries from samples (`Dictionary::train`).
//! * `digest`: write and compute digests over whole blobs (`Writer::digest`, `Blob::compute_digest`). Reading one needs
//!   no feature; [`Blob::verify`] passes over it without this one.
//!
//! # Stability
//!
//! * The format: every blob that a released version of this crate has written is read by all later ones. What may be
//!   added to version 4, and what would be a version 5, is in the specification. The bytes written for the same input
//!   may differ between versions of this crate or of zstd.
//! * The interface follows Semantic Versioning; before 1.0 a breaking change raises the minor number. Enums of what the
//!   format may grow by ([`Error`], [`Damage`], [`Encoding`], [`FieldKind`], [`SectionKind`]) are non-exhaustive.
//!   Features only add.
//! * The minimum Rust version is that in `Cargo.toml`, and tested. Raising it is a minor change, and goes to a version
//!   that has been stable for half a year at least.
#![forbid(unsafe_code)]

mod blob;
mod collect;
mod compress;
mod decode;
#[cfg(feature = "digest")]
mod digest;
mod entry;
mod error;
mod field;
#[cfg(feature = "digest")]
mod hash;
mod index;
mod layered;
mod layout;
mod location;
mod names;
mod native_paths;
mod parts;
mod path;
mod place;
pub mod pyc;
mod resource;
mod value;
mod verify;
mod write;

pub use blob::{Blob, Section};
pub use collect::{Collector, Placed};
pub use compress::{Compressor, Dictionary};
pub use decode::Decoder;
pub use entry::{Entry, Fields};
pub use error::Error;
pub use field::Field;
#[cfg(feature = "digest")]
pub use hash::PartsDigest;
pub use index::{Entries, Index};
pub use layered::Layered;
pub use layout::{Encoding, EntryFlags, FieldKind, MAGIC, NATIVE_ALIGNMENT, SectionKind, VALUE_ALIGNMENT, hash_name};
pub use location::{Location, LocationError};
pub use names::{hex, normalize_project_name, top_level};
pub use native_paths::NativePaths;
pub use path::is_plain_path;
pub use place::{COMMAND_START, Place};
pub use resource::{
    BuiltinModule, Content, Data, DistributionResource, ExtensionModule, FileData, ModuleBytecode, ModuleSource,
    OptimizeLevel, PackageResource, ReadData, Resource, ResourceKind, SharedLibrary,
};
pub use value::Value;
pub use verify::{Damage, Verified};
pub use write::{EntryWriter, Layout, Writer};

/// The example in there compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
