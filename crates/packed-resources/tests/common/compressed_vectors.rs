//! What the test vectors with compressed values are made from.

use std::sync::Arc;

use pyox_packed_resources::{Compressor, Dictionary, EntryFlags, Error, FieldKind, SectionKind, Value, Writer};

use crate::common::{patch, reseal_sections, section};
use crate::vectors::Vector;

/// The vectors with zstd frames, whose bytes depend on the version of the zstd library.
pub fn compressed() -> Result<Vec<Vector>, Error> {
    let text =
        |i: usize| format!("import os\n\n\nclass Shape{i}:\n    def area(self):\n        return {i}\n").into_bytes();
    let samples: Vec<_> = (0..2000).map(text).collect();
    let trained = Arc::new(Dictionary::train(&samples, 512)?);
    let raw = Arc::new(Dictionary::new(&[b"A raw dictionary. ".to_vec(), text(7)].concat())?);
    let content = text(5);
    let with =
        |dictionary: &Arc<Dictionary>| Compressor::with_dictionary(19, Arc::clone(dictionary))?.compress(&content);
    let repeated = b"a line that repeats itself\n".repeat(20);

    let mut zstd = Writer::new();
    zstd.entry("m").flag(EntryFlags::MODULE).field(FieldKind::Source, Value::compressed(&repeated, 19)?);
    let mut dictionaries = Writer::new();
    dictionaries.entry("a").flag(EntryFlags::MODULE).field(FieldKind::Source, with(&trained)?);
    dictionaries.entry("b").flag(EntryFlags::MODULE).field(FieldKind::Source, with(&raw)?.with_mode(0o644));
    dictionaries.entry("c").flag(EntryFlags::MODULE).field(FieldKind::Source, Value::compressed(&repeated, 19)?);
    let (zstd, dictionaries) = (zstd.to_vec()?, dictionaries.digest().to_vec()?);

    let field = section(&zstd, SectionKind::Fields).offset;
    let lying = |name, about, length: u64| {
        let mut bytes = zstd.clone();
        bytes[field + 32..field + 40].copy_from_slice(&length.to_le_bytes());
        reseal_sections(&mut bytes);
        Vector { name, about, bytes }
    };
    let (length, stored) = (repeated.len() as u64, section(&zstd, SectionKind::Source));
    let mut damaged = zstd.clone();
    damaged[stored.offset] ^= 1;
    let mut missing = dictionaries.clone();
    let record = section(&missing, SectionKind::Dictionary(1)).record;
    patch(&mut missing, record, &4096_u32.to_le_bytes());
    Ok(vec![
        lying("decoded-too-long", "A frame that decodes to more than is stated.", length - 1),
        lying("decoded-too-short", "A frame that decodes to less than is stated.", length + 1),
        lying("lying-length", "A length that no frame of this size can have: nothing is allocated for it.", 1 << 40),
        Vector { name: "no-frame", about: "A compressed value that is no zstd frame.", bytes: damaged },
        Vector { name: "missing-dictionary", about: "One of two dictionaries is not there.", bytes: missing },
        Vector { name: "dictionaries", about: "A trained and a raw dictionary, and a digest.", bytes: dictionaries },
        Vector { name: "zstd", about: "A compressed value.", bytes: zstd },
    ])
}
