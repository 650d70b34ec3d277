//! How much memory something takes.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

#[global_allocator]
static COUNTED: Counted = Counted;

struct Counted;

thread_local! {
    /// Bytes in use on this thread, and the most there have been. What another thread frees is not counted.
    static USED: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

/// What a function returns, and the most bytes that it had in use at a time.
pub fn highest<T>(run: impl FnOnce() -> T) -> (T, usize) {
    USED.set((0, 0));
    let result = run();
    (result, USED.get().1.unsigned_abs())
}

fn count(bytes: isize) {
    USED.set({
        let (used, most) = USED.get();
        (used + bytes, most.max(used + bytes))
    });
}

// SAFETY: everything is left to the allocator of the system; sizes of layouts fit `isize`.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's promise is that of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: as above; the block is from `System`.
        unsafe { System.dealloc(block, layout) }
    }
}
