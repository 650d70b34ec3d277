//! Indexes of modules by name: what each operation costs with 2,500, 25,000 and 250,000 entries, for packed resources
//! version 4, version 3 (ours and that of `python-packed-resources`), and the central directory of a zip file.
//!
//! Benchmarks are called `OPERATION/FORMAT/ENTRIES`. Where something is done with all entries, criterion's `thrpt` is
//! entries per second.

use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use pyox_benches::formats::{Format, PythonPackedResources, Version3, Version4, Zip};
use pyox_benches::{PACKAGE, Queries, SIZES, module, program};
use pyox_packed_resources::Blob;

/// Each operation with one format after the other, so that neighbours in time are what is compared.
macro_rules! operation {
    ($criterion:ident, $name:literal, $measure:ident, $data:ident) => {{
        let mut group = $criterion.benchmark_group($name);
        group.sample_size(10).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
        $measure::<Version4>(&mut group, &$data);
        $measure::<Version3>(&mut group, &$data);
        $measure::<PythonPackedResources>(&mut group, &$data);
        $measure::<Zip>(&mut group, &$data);
        group.finish();
    }};
}

type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// A program of one size.
struct Data<'a> {
    size: usize,
    blob: Blob<'a>,
    one_program: Queries,
    import_order: Queries,
    no_order: Queries,
    /// One that is there, and the prefix of its package.
    present: String,
    package: String,
}

fn all(criterion: &mut Criterion) {
    for size in SIZES {
        let bytes = program(size).to_vec().expect("is written");
        let present = module(size / 3);
        let package = present.rsplit_once('.').map(|(package, _)| format!("{package}.")).unwrap_or_default();
        let data = Data {
            size,
            blob: Blob::open(&bytes).expect("was just written"),
            one_program: Queries::of_one_program(size),
            import_order: Queries::in_import_order(size),
            no_order: Queries::in_no_order(size),
            present,
            package,
        };
        operation!(criterion, "open", open, data);
        operation!(criterion, "open and find one", first, data);
        operation!(criterion, "find what a program imports", find_one_program, data);
        operation!(criterion, "find all in import order", find_in_import_order, data);
        operation!(criterion, "find all in no order", find_in_no_order, data);
        operation!(criterion, "iterate", iterate, data);
        operation!(criterion, "list a package", list, data);
        operation!(criterion, "write", write, data);
    }
}

fn file<F: Format>(data: &Data<'_>) -> Vec<u8> {
    F::write(&F::prepare(&data.blob))
}

fn run<F: Format, T>(group: &mut Group<'_>, data: &Data<'_>, work: impl FnMut() -> T) {
    let mut work = work;
    group.bench_function(BenchmarkId::new(F::NAME, data.size), |bencher| bencher.iter(&mut work));
}

fn open<F: Format>(group: &mut Group<'_>, data: &Data<'_>) {
    let bytes = file::<F>(data);
    group.bench_function(BenchmarkId::new(F::NAME, data.size), |bencher| {
        // Dropped outside of what is measured.
        bencher.iter_with_large_drop(|| F::open(black_box(&bytes)));
    });
}

fn first<F: Format>(group: &mut Group<'_>, data: &Data<'_>) {
    let bytes = file::<F>(data);
    group.bench_function(BenchmarkId::new(F::NAME, data.size), |bencher| {
        bencher.iter_with_large_drop(|| {
            let opened = F::open(black_box(&bytes));
            assert!(F::find(&opened, black_box(&data.present)));
            opened
        });
    });
}

fn find_one_program<F: Format>(group: &mut Group<'_>, data: &Data<'_>) {
    find::<F>(group, data, &data.one_program);
}

fn find_in_import_order<F: Format>(group: &mut Group<'_>, data: &Data<'_>) {
    find::<F>(group, data, &data.import_order);
}

fn find_in_no_order<F: Format>(group: &mut Group<'_>, data: &Data<'_>) {
    find::<F>(group, data, &data.no_order);
}

fn find<F: Format>(group: &mut Group<'_>, data: &Data<'_>, queries: &Queries) {
    let bytes = file::<F>(data);
    let opened = F::open(&bytes);
    let found = || queries.iter().filter(|name| F::find(&opened, black_box(name))).count();
    assert_eq!(found(), queries.len());
    group.throughput(Throughput::Elements(queries.len() as u64));
    run::<F, _>(group, data, found);
}

fn iterate<F: Format>(group: &mut Group<'_>, data: &Data<'_>) {
    let bytes = file::<F>(data);
    let opened = F::open(&bytes);
    group.throughput(Throughput::Elements(data.size as u64));
    run::<F, _>(group, data, || F::iterate(black_box(&opened)));
}

fn list<F: Format>(group: &mut Group<'_>, data: &Data<'_>) {
    let bytes = file::<F>(data);
    let opened = F::open(&bytes);
    let listed = || F::list(black_box(&opened), black_box(&data.package));
    assert_eq!(listed(), PACKAGE);
    run::<F, _>(group, data, listed);
}

fn write<F: Format>(group: &mut Group<'_>, data: &Data<'_>) {
    let prepared = F::prepare(&data.blob);
    group.throughput(Throughput::Elements(data.size as u64));
    run::<F, _>(group, data, || F::write(black_box(&prepared)));
}

criterion_group!(benches, all);
criterion_main!(benches);
