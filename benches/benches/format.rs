//! Packed resources version 4: what each operation costs with 2,500, 25,000 and 250,000 entries.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use pyox_benches::{PACKAGE, module, program};
use pyox_packed_resources::{Blob, Entry, Error, FieldKind};

const SIZES: [usize; 3] = [2_500, 25_000, 250_000];

fn open(bytes: &[u8]) -> Blob<'_> {
    Blob::open(black_box(bytes)).expect("was just written")
}

fn found<'a>(blob: &Blob<'a>, name: &str) -> Option<Entry<'a>> {
    blob.entry(black_box(name)).expect("is not damaged")
}

/// The bytes of all bytecode that entries have.
fn sum<'a>(entries: impl Iterator<Item = Result<Entry<'a>, Error>>) -> u64 {
    entries.flatten().filter_map(|entry| entry.field(FieldKind::Bytecode).ok().flatten()).map(|field| field.len()).sum()
}

fn format(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("format");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    for size in SIZES {
        let writer = program(size);
        let bytes = writer.to_vec().expect("is written");
        let blob = open(&bytes);
        let names: Vec<_> = (0..size).map(|i| module(i * 7919 % size)).collect();
        let present = &*names[size / 3];
        let absent = format!("{present}_absent");
        let package = format!("{}.", present.rsplit_once('.').map_or("", |(package, _)| package));
        assert_eq!(blob.entries_with_prefix(&package).map_or(0, Iterator::count), PACKAGE);

        let mut bench = |name: &str, work: &mut dyn FnMut() -> u64| {
            group.bench_function(BenchmarkId::new(name, size), |bencher| bencher.iter(&mut *work));
        };
        bench("open", &mut || open(&bytes).len() as u64);
        bench("open and find", &mut || found(&open(&bytes), present).map_or(0, |entry| entry.name().len() as u64));
        bench("open and miss", &mut || found(&open(&bytes), &absent).is_some().into());
        bench("open and list a package", &mut || open(&bytes).entries_with_prefix(black_box(&package)).map_or(0, sum));
        bench("find all, in no order", &mut || sum(names.iter().filter_map(|name| blob.entry(name).transpose())));
        bench("iterate over all", &mut || sum(blob.entries()));
        bench("for comparison: index all in a HashMap", &mut || {
            let index: HashMap<_, _> = blob.entries().flatten().map(|entry| (entry.name(), entry)).collect();
            black_box(index).len() as u64
        });
        bench("verify", &mut || blob.verify().is_ok().into());
        bench("write", &mut || writer.to_vec().map_or(0, |bytes| bytes.len() as u64));
    }
    group.finish();
}

criterion_group!(benches, format);
criterion_main!(benches);
