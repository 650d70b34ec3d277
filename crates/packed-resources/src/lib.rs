//! What a packaged Python program is made of, and its binary form.
//!
//! The crate has two halves that share one vocabulary:
//!
//! * [`Resource`] and its variants name the things a program consists of: modules, extension modules, data files,
//!   distribution metadata, shared libraries. A [`Collector`] merges them into packed entries.
//! * [`Writer`] lays entries out as *packed resources version 4*, and [`Blob`] reads them back: from a byte slice,
//!   without allocation and without work per entry. The format is specified in `docs/packed-resources.md`.
//!
//! [`Packed::open`] opens any version of the format: those of PyOxidizer are in [`legacy`], and [`convert`] turns one
//! into another. [`Index`] is what all of them, and several at once as [`Layered`], have in common.
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
//! # Features
//!
//! * `zstd` (default): read and write compressed values. It compiles C; without it a compressed value is
//!   [`Error::CompressionDisabled`].
//! * `train`: make dictionaries from samples ([`Dictionary::train`]).
//! * `digest`: write and compute digests over whole blobs ([`Writer::digest`]). Reading one needs no feature.
#![forbid(unsafe_code)]

mod blob;
mod collect;
mod compare;
mod compress;
pub mod convert;
mod decode;
#[cfg(feature = "digest")]
mod digest;
mod entry;
mod error;
mod index;
mod layered;
mod layout;
pub mod legacy;
mod names;
mod path;
mod resource;
mod value;
mod verify;
mod write;

pub use blob::{Blob, Section};
pub use collect::{Collector, Placed};
pub use compare::{Difference, Equality, differences};
pub use compress::{Compressor, Dictionary};
pub use decode::Decoder;
pub use entry::{Entry, Field, Fields};
pub use error::Error;
pub use index::{Entries, Index, Packed};
pub use layered::Layered;
pub use layout::{Encoding, EntryFlags, FieldKind, MAGIC, NATIVE_ALIGNMENT, SectionKind, VALUE_ALIGNMENT, hash_name};
pub use path::is_plain_path;
pub use resource::{
    Data, DistributionResource, ExtensionModule, FileData, ModuleBytecode, ModuleSource, OptimizeLevel,
    PackageResource, ReadData, Resource, SharedLibrary,
};
pub use value::Value;
pub use verify::{Damage, Verified};
pub use write::{EntryWriter, Writer};
