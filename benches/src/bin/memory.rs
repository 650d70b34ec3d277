//! What an index costs in memory: the most bytes that were allocated at once while opening it, so that names can be
//! looked up, and the number of allocations, counted by the allocator of this program.
//!
//! ```text
//! cargo run --release -p pyox-benches --bin memory
//! ```
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyox_benches::formats::{Format, PythonPackedResources, Version3, Version4, Zip};
use pyox_benches::{Outcome, SIZES, module, program};
use pyox_packed_resources::Blob;

/// Counts what is passed on to the system's allocator. One thread uses it.
struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
static CURRENT: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        let current = CURRENT.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(current, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        CURRENT.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `dealloc`, and the block comes from `System`.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> Outcome<()> {
    println!("| entries | format | file, bytes | peak, bytes | allocations | peak for each entry |");
    println!("|--:|---|--:|--:|--:|--:|");
    for size in SIZES {
        let bytes = program(size).to_vec()?;
        let blob = Blob::open(&bytes)?;
        row::<Version4>(size, &blob);
        row::<Version3>(size, &blob);
        row::<PythonPackedResources>(size, &blob);
        row::<Zip>(size, &blob);
    }
    Ok(())
}

fn row<F: Format>(size: usize, program: &Blob<'_>) {
    let bytes = F::write(&F::prepare(program));
    let (before, allocations) = (CURRENT.load(Ordering::Relaxed), ALLOCATIONS.load(Ordering::Relaxed));
    PEAK.store(before, Ordering::Relaxed);
    let opened = F::open(black_box(&bytes));
    let peak = PEAK.load(Ordering::Relaxed) - before;
    let allocations = ALLOCATIONS.load(Ordering::Relaxed) - allocations;
    assert!(F::find(&opened, &module(size / 2)));
    println!("| {size} | {} | {} | {peak} | {allocations} | {} |", F::NAME, bytes.len(), peak / size);
}
