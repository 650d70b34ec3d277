//! Facts about binaries: ELF, PE and Mach-O files.
//!
//! Everything here reads files made by others. Damage is an error and never a panic, nothing is executed, and a small
//! file never takes much time or memory.
//!
//! | question | answer |
//! |---|---|
//! | what is this file, and what does it need and offer? | [`Binary`], [`Image`]; of ELF files [`ElfFacts`] |
//! | which Linux distributions does it run on? | [`LinuxNeeds`] |
//! | is a static library installed with all that it needs? | [`lacking_symbols`] |
//! | which bytes can go? | [`trim`], [`edit_dynamic`] |
//! | where would the dynamic loader find a library? | [`SystemLibraries`], [`SearchPath`] |
//! | which libraries go into a program, and in which order are they loaded? | [`Closure`], [`stays_with_system`] |
//!
//! In the sources, `binary.rs` comes first, with a file or directory for each format below it; then `libraries`:
//! `search.rs` is one search, `traversal.rs` all searches for a program, `closure.rs` the result, `order.rs` the order.
#![forbid(unsafe_code)]

mod architecture;
mod binary;
mod elf;
mod error;
mod format;
mod image;
mod libraries;
mod linux;
mod mach_o;
mod pe;
mod reader;
mod static_library;

pub use binary::Binary;
pub use elf::*;
pub use error::{BinaryError, ElfError, NativeError};
pub use format::Format;
pub use image::{Image, Kind, Load, Need, Version};
pub use libraries::*;
pub use linux::{CLibrary, Distribution, LinuxNeeds};
pub use static_library::lacking_symbols;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
