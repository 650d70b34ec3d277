//! Memory for small Python objects, in huge pages.
//!
//! CPython takes memory for small objects from the system in arenas (256 KiB until 3.9, then 1 MiB). A program that
//! imports hundreds of modules touches thousands of pages in them one by one, and each is a trap into the kernel.
//! After the first few arenas, which are all that a small program needs, arenas are cut out of huge pages, if the
//! system has them. Freed arenas go back to the system one by one, as CPython's own do.

use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::Mutex;

use pyo3_ffi as ffi;

/// Bytes of a huge page, and of what arenas are cut from.
const HUGE_PAGE: usize = 2 << 20;
/// How many bytes of arenas stay in ordinary pages.
const ORDINARY: usize = 3 << 20;

/// What is left of the memory that arenas are cut from.
struct Rest {
    /// Bytes that ordinary pages may still be used for.
    ordinary: usize,
    /// The next arena, and the end of the huge page.
    next: usize,
    end: usize,
}

static REST: Mutex<Rest> = Mutex::new(Rest { ordinary: ORDINARY, next: 0, end: 0 });

/// Lets CPython take its arenas from here. Called once, before Python starts.
pub(crate) fn use_huge_pages() {
    let mut allocator = ffi::PyObjectArenaAllocator { ctx: null_mut(), alloc: Some(allocate), free: Some(free) };
    // SAFETY: Python has not started, so there are no arenas; the structure is copied.
    unsafe { ffi::PyObject_SetArenaAllocator(&raw mut allocator) }
}

extern "C" fn allocate(_context: *mut c_void, size: usize) -> *mut c_void {
    // A process made by fork() while another thread held the lock cannot wait for it.
    match REST.try_lock() {
        Ok(mut rest) => rest.cut(size).unwrap_or_else(|| map(size)),
        Err(_) => map(size),
    }
}

extern "C" fn free(_context: *mut c_void, arena: *mut c_void, size: usize) {
    if !arena.is_null() {
        // SAFETY: exactly what `allocate` gave out, which nothing uses any more; a part of a mapping can be unmapped.
        unsafe { libc::munmap(arena, size) };
    }
}

impl Rest {
    /// An arena in a huge page; `None` if it is to have ordinary ones.
    fn cut(&mut self, size: usize) -> Option<*mut c_void> {
        if let Some(left) = self.ordinary.checked_sub(size) {
            self.ordinary = left;
            return None;
        }
        if size == 0 || !HUGE_PAGE.is_multiple_of(size) {
            return None;
        }
        if self.end - self.next < size {
            self.next = huge_page()?;
            self.end = self.next + HUGE_PAGE;
        }
        let arena = self.next;
        self.next += size;
        Some(arena as *mut c_void)
    }
}

/// Address of a new huge page, or of ordinary ones where the system has no huge ones.
fn huge_page() -> Option<usize> {
    let mapping = map(2 * HUGE_PAGE) as usize;
    if mapping == 0 {
        return None;
    }
    let page = mapping.next_multiple_of(HUGE_PAGE);
    let (before, after) = (page - mapping, mapping + HUGE_PAGE - page);
    // SAFETY: all within the new mapping, which nothing uses yet: what is before and after the page is given back.
    unsafe {
        if before > 0 {
            libc::munmap(mapping as *mut c_void, before);
        }
        if after > 0 {
            libc::munmap((page + HUGE_PAGE) as *mut c_void, after);
        }
        libc::madvise(page as *mut c_void, HUGE_PAGE, libc::MADV_HUGEPAGE);
    }
    Some(page)
}

/// Memory of the system; null if there is none.
fn map(size: usize) -> *mut c_void {
    let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: a new mapping wherever there is space.
    let mapping = unsafe { libc::mmap(null_mut(), size, protection, flags, -1, 0) };
    if mapping == libc::MAP_FAILED { null_mut() } else { mapping }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARENA: usize = 1 << 20;

    #[test]
    fn arenas_are_cut_out_of_huge_pages() {
        let mut rest = Rest { ordinary: ARENA, next: 0, end: 0 };
        assert_eq!(rest.cut(ARENA), None, "the first has ordinary pages");
        assert_eq!(rest.cut(3 * ARENA), None, "no part of a huge page");
        let arenas: Vec<usize> = (0..4).map(|_| rest.cut(ARENA).unwrap() as usize).collect();
        assert!(arenas[0].is_multiple_of(HUGE_PAGE) && arenas[2].is_multiple_of(HUGE_PAGE));
        assert_eq!([arenas[1], arenas[3]], [arenas[0] + ARENA, arenas[2] + ARENA]);
        for &arena in &arenas {
            // SAFETY: memory of this size that only this test uses.
            unsafe { std::slice::from_raw_parts_mut(arena as *mut u8, ARENA) }.fill(1);
        }
        // Each is freed by itself, while its neighbour is in use.
        free(null_mut(), arenas[0] as *mut c_void, ARENA);
        // SAFETY: the neighbour is still mapped.
        assert_eq!(unsafe { *(arenas[1] as *const u8).add(ARENA - 1) }, 1);
        for &arena in &arenas[1..] {
            free(null_mut(), arena as *mut c_void, ARENA);
        }
    }
}
