//! Packed sources and bytecode of the standard library, of every CPython found or of those named: their size against a
//! tar archive in one zstd frame of the same level, and how fast they are read one by one.
//!
//! ```text
//! cargo run --release -p pyox-benches --bin size -- [VERSION...]
//! ```
//!
//! *Packed* is a blob with nothing else in it: names, tables, dictionaries and values. *Archive* holds the same files,
//! with the header and padding that tar gives each, sources first, then bytecode.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::hint::black_box;
use std::time::Instant;

use pyox_benches::{Outcome, pythons, standard_library};
use pyox_distribution::{Installed, Python as _};
use pyox_packed_resources::{Blob, Decoder, Dictionary, Encoding, Entry, Error, Field, FieldKind, Value, Writer};

const LEVEL: i32 = 19;
const TAR_BLOCK: usize = 512;

fn main() -> Outcome<()> {
    let versions: Vec<String> = std::env::args().skip(1).collect();
    let pythons = match versions.as_slice() {
        [] => pythons()?,
        some => some.iter().map(|version| Installed::locate(Some(version))).collect::<Result<_, _>>()?,
    };
    println!(
        "| Python | of | raw, bytes | packed | archive | packed / archive | read, MB/s | copy, MB/s | first value, µs |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|--:|--:|");
    for python in &pythons {
        let layer = standard_library(python)?;
        let layer = layer.blob()?;
        let all: [(&str, &[FieldKind]); 3] = [
            ("source", &[FieldKind::Source]),
            ("bytecode", &[FieldKind::Bytecode]),
            ("both", &[FieldKind::Source, FieldKind::Bytecode]),
        ];
        for (label, kinds) in all {
            let packed = part(&layer, kinds)?;
            let packed = Blob::open(&packed)?;
            let archive = zstd::bulk::compress(&tar(&packed, kinds)?, LEVEL)?.len();
            let (ratio, speed) = (packed.len() as f64 / archive as f64, Speed::of(&packed)?);
            println!(
                "| {} | {label} | {} | {} | {archive} | {ratio:.3} | {:.0} | {:.0} | {:.0} |",
                python.info().version,
                speed.bytes,
                packed.len(),
                speed.read,
                speed.copy,
                speed.first
            );
        }
    }
    Ok(())
}

/// The fields of some kinds, kind after kind, with the names of their entries.
fn fields<'a>(blob: &Blob<'a>, kinds: &[FieldKind]) -> Result<Vec<(Entry<'a>, Field<'a>)>, Error> {
    let mut fields = Vec::new();
    for kind in kinds {
        for entry in blob.entries() {
            let entry = entry?;
            if let Some(field) = entry.field(*kind)? {
                fields.push((entry, field));
            }
        }
    }
    Ok(fields)
}

/// A blob with the fields of some kinds, as another blob stores them.
fn part(blob: &Blob<'_>, kinds: &[FieldKind]) -> Result<Vec<u8>, Error> {
    let dictionaries = Dictionary::all_of(blob)?;
    let mut writer = Writer::new();
    for (entry, field) in fields(blob, kinds)? {
        let value = Value::from_field(&field, field.stored()?, &dictionaries)?;
        writer.entry(entry.name()).flag(entry.flags()).field(field.kind(), value);
    }
    writer.to_vec()
}

/// The values as members of a tar archive. Of its header there is what differs from member to member: name and size.
fn tar(blob: &Blob<'_>, kinds: &[FieldKind]) -> Result<Vec<u8>, Error> {
    let decoder = Decoder::new();
    let mut archive = Vec::new();
    for (entry, field) in fields(blob, kinds)? {
        let value = decoder.read(&field)?;
        let mut header = [0; TAR_BLOCK];
        let name = entry.name().bytes().take(100);
        header.iter_mut().zip(name).for_each(|(to, from)| *to = from);
        header[124..136].copy_from_slice(format!("{:011o} ", value.len()).as_bytes());
        archive.extend_from_slice(&header);
        archive.extend_from_slice(&value);
        archive.resize(archive.len().next_multiple_of(TAR_BLOCK), 0);
    }
    Ok(archive)
}

/// How fast all values of a blob are read.
struct Speed {
    /// Their length once decoded.
    bytes: usize,
    /// MB each second, decompressed one by one.
    read: f64,
    /// MB each second, copied one by one.
    copy: f64,
    /// Microseconds until the first value is there, which is when the dictionary is loaded.
    first: f64,
}

impl Speed {
    const RUNS: usize = 5;

    /// The best of some runs.
    fn of(blob: &Blob<'_>) -> Outcome<Self> {
        let kinds = [FieldKind::Source, FieldKind::Bytecode];
        let fields = fields(blob, &kinds)?;
        let smallest = fields.iter().map(|(_, field)| field).filter(|field| field.encoding().is_ok_and(has_dictionary));
        let smallest = smallest.min_by_key(|field| field.len()).ok_or("nothing is compressed")?;
        let decoder = Decoder::new();
        let values = fields.iter().map(|(_, field)| decoder.read(field)).collect::<Result<Vec<_>, _>>()?;
        let bytes = values.iter().map(|value| value.len()).sum();
        let best = |work: &mut dyn FnMut() -> Result<(), Error>| -> Result<f64, Error> {
            let mut best = f64::INFINITY;
            for _ in 0..Self::RUNS {
                let start = Instant::now();
                work()?;
                best = best.min(start.elapsed().as_secs_f64());
            }
            Ok(best)
        };
        let megabytes = bytes as f64 / 1e6;
        let read = megabytes / best(&mut || fields.iter().try_for_each(|(_, field)| decoder.read(field).map(drop)))?;
        let copy = megabytes
            / best(&mut || {
                values.iter().for_each(|value| drop(black_box(value.to_vec())));
                Ok(())
            })?;
        let first = best(&mut || Decoder::new().read(smallest).map(drop))? * 1e6;
        Ok(Self { bytes, read, copy, first })
    }
}

fn has_dictionary(encoding: Encoding) -> bool {
    matches!(encoding, Encoding::Dictionary(_))
}
