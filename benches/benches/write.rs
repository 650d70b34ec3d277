//! Writing the standard library of the newest CPython found (sources, bytecode, native code, data; nothing compressed)
//! against copying the same values one by one.

use std::collections::BTreeMap;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pyox_benches::{directory_in_memory, pythons, standard_library};
use pyox_packed_resources::{Blob, Decoder, Writer};

fn write(criterion: &mut Criterion) {
    let python = pythons().expect("a CPython").pop().expect("the newest");
    let layer = standard_library(&python).expect("is packed");
    let writer = uncompressed(&layer.blob().expect("was just written"));
    let bytes = writer.to_vec().expect("is written");
    let values = values(&Blob::open(&bytes).expect("was just written"));
    let total: usize = values.iter().map(Vec::len).sum();
    let path = directory_in_memory().join(format!("pyox-write-{}", std::process::id()));
    let file = || BufWriter::new(File::create(&path).expect("is writable"));

    let mut group = criterion.benchmark_group("write the standard library");
    group.sample_size(20).measurement_time(Duration::from_secs(3)).throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("to memory: plain copy", |bencher| {
        bencher.iter(|| {
            let mut out = Vec::with_capacity(bytes.len());
            black_box(&values).iter().for_each(|value| out.extend_from_slice(value));
            out.resize(bytes.len(), 0);
            out
        });
    });
    group.bench_function("to memory: Writer::to_vec", |bencher| {
        bencher.iter(|| black_box(&writer).to_vec().expect("is written"));
    });
    group.bench_function("to a file: plain copy", |bencher| {
        bencher.iter(|| {
            let mut out = file();
            black_box(&values).iter().try_for_each(|value| out.write_all(value)).expect("is written");
            out.write_all(&bytes[total..]).and_then(|()| out.flush()).expect("is written");
        });
    });
    group.bench_function("to a file: Writer::write_to", |bencher| {
        bencher.iter(|| {
            let mut out = file();
            black_box(&writer).write_to(&mut out).expect("is written");
            out.flush().expect("is written");
        });
    });
    group.finish();
    std::fs::remove_file(&path).expect("is there");
}

/// A writer of what a blob holds.
fn uncompressed(blob: &Blob<'_>) -> Writer {
    let mut writer = Writer::new();
    let decoder = Decoder::new();
    for entry in blob.entries() {
        let entry = entry.expect("is not damaged");
        let copy = writer.entry(entry.name()).flag(entry.flags());
        for field in entry.fields() {
            let field = field.expect("is not damaged");
            copy.keyed(field.kind(), field.key(), decoder.read(&field).expect("is not damaged").into_owned());
        }
    }
    writer
}

/// The values of a blob, equal ones once, in the order of their places.
fn values(blob: &Blob<'_>) -> Vec<Vec<u8>> {
    let entries = blob.entries().map(|entry| entry.expect("is not damaged"));
    let fields = entries.flat_map(|entry| entry.fields()).map(|field| field.expect("is not damaged"));
    let values: BTreeMap<_, _> =
        fields.map(|field| (field.offset(), field.stored().expect("is not damaged"))).collect();
    values.into_values().map(<[u8]>::to_vec).collect()
}

criterion_group!(benches, write);
criterion_main!(benches);
