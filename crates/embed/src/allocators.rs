//! Where Python's memory comes from.
//!
//! Raw memory is used without the GIL, the memory of objects with it. What CPython has for both is there always:
//! `malloc`, and its own allocator of small objects. Others are features of this crate.

use std::alloc::Layout;
use std::ffi::c_void;
use std::ptr::null_mut;

use pyo3_ffi as ffi;
use pyo3_ffi::PyMemAllocatorDomain as Domain;
use pyox_interpreter_config::{DomainAllocator, InterpreterConfig};

use crate::error::NewInterpreterError;

/// The functions of an allocator, as C has them. Sizes are not 0.
///
/// # Safety
///
/// They do what those of C do, in any thread.
unsafe trait Functions {
    unsafe fn malloc(size: usize) -> *mut c_void;
    unsafe fn calloc(count: usize, size: usize) -> *mut c_void;
    unsafe fn realloc(memory: *mut c_void, size: usize) -> *mut c_void;
    unsafe fn free(memory: *mut c_void);
}

/// Whether all that the configuration names are part of the program.
pub(crate) fn check(config: &InterpreterConfig) -> Result<(), NewInterpreterError> {
    let object = config.object_allocator.filter(|allocator| *allocator != DomainAllocator::PyMalloc);
    config.raw_allocator.into_iter().chain(object).try_for_each(|allocator| functions(allocator).map(drop))
}

/// Lets Python take memory from where the configuration says. Python is pre-initialised, and does not run.
pub(crate) fn install(config: &InterpreterConfig) -> Result<(), NewInterpreterError> {
    let raw = config.raw_allocator.filter(|allocator| *allocator != DomainAllocator::System);
    let object = config.object_allocator.filter(|allocator| *allocator != DomainAllocator::PyMalloc);
    let (mem, obj) = (Domain::PYMEM_DOMAIN_MEM, Domain::PYMEM_DOMAIN_OBJ);
    for (domain, allocator) in [(Domain::PYMEM_DOMAIN_RAW, raw), (mem, object), (obj, object)] {
        let Some(allocator) = allocator else { continue };
        let mut functions = functions(allocator)?;
        // SAFETY: what Python has allocated so far in the domains of objects is nothing, and in the raw one nothing
        // that it frees by other functions than it was allocated with; the structure is copied.
        unsafe { ffi::PyMem_SetAllocator(domain, &raw mut functions) };
    }
    if config.allocator_debug {
        // SAFETY: Python does not run.
        unsafe { ffi::PyMem_SetupDebugHooks() };
    }
    Ok(())
}

fn functions(allocator: DomainAllocator) -> Result<ffi::PyMemAllocatorEx, NewInterpreterError> {
    match allocator {
        DomainAllocator::System => Ok(table::<System>()),
        DomainAllocator::Rust => Ok(table::<Rust>()),
        #[cfg(feature = "jemalloc")]
        DomainAllocator::Jemalloc => Ok(table::<Jemalloc>()),
        #[cfg(feature = "mimalloc")]
        DomainAllocator::Mimalloc => Ok(table::<Mimalloc>()),
        #[cfg(feature = "snmalloc")]
        DomainAllocator::Snmalloc => Ok(table::<Snmalloc>()),
        other => Err(NewInterpreterError::Allocator { allocator: other.word() }),
    }
}

fn table<F: Functions>() -> ffi::PyMemAllocatorEx {
    extern "C" fn malloc<F: Functions>(_: *mut c_void, size: usize) -> *mut c_void {
        // SAFETY: any size but 0 may be asked for.
        unsafe { F::malloc(size.max(1)) }
    }
    extern "C" fn calloc<F: Functions>(_: *mut c_void, count: usize, size: usize) -> *mut c_void {
        // SAFETY: as above.
        unsafe { F::calloc(count.max(1), size.max(1)) }
    }
    extern "C" fn realloc<F: Functions>(_: *mut c_void, memory: *mut c_void, size: usize) -> *mut c_void {
        if memory.is_null() {
            return malloc::<F>(null_mut(), size);
        }
        // SAFETY: Python gives back what these functions have given it.
        unsafe { F::realloc(memory, size.max(1)) }
    }
    extern "C" fn free<F: Functions>(_: *mut c_void, memory: *mut c_void) {
        if !memory.is_null() {
            // SAFETY: as above.
            unsafe { F::free(memory) }
        }
    }
    ffi::PyMemAllocatorEx {
        ctx: null_mut(),
        malloc: Some(malloc::<F>),
        calloc: Some(calloc::<F>),
        realloc: Some(realloc::<F>),
        free: Some(free::<F>),
    }
}

/// Functions of C with those names.
macro_rules! functions_of_c {
    ($($(#[$has:meta])? $name:ident: $malloc:path, $calloc:path, $realloc:path, $free:path;)+) => {
        $(
            $(#[$has])?
            struct $name;

            $(#[$has])?
            // SAFETY: they are functions of C of the same meaning.
            unsafe impl Functions for $name {
                unsafe fn malloc(size: usize) -> *mut c_void {
                    // SAFETY: as the caller promises.
                    unsafe { $malloc(size) }
                }

                unsafe fn calloc(count: usize, size: usize) -> *mut c_void {
                    // SAFETY: as the caller promises.
                    unsafe { $calloc(count, size) }
                }

                unsafe fn realloc(memory: *mut c_void, size: usize) -> *mut c_void {
                    // SAFETY: as the caller promises.
                    unsafe { $realloc(memory, size) }
                }

                unsafe fn free(memory: *mut c_void) {
                    // SAFETY: as the caller promises.
                    unsafe { $free(memory) }
                }
            }
        )+
    };
}

functions_of_c! {
    System: libc::malloc, libc::calloc, libc::realloc, libc::free;
    #[cfg(feature = "jemalloc")]
    Jemalloc: tikv_jemalloc_sys::malloc, tikv_jemalloc_sys::calloc, tikv_jemalloc_sys::realloc, tikv_jemalloc_sys::free;
    #[cfg(feature = "mimalloc")]
    Mimalloc: libmimalloc_sys::mi_malloc, libmimalloc_sys::mi_calloc, libmimalloc_sys::mi_realloc,
        libmimalloc_sys::mi_free;
    #[cfg(feature = "snmalloc")]
    Snmalloc: snmalloc_sys::sn_malloc, snmalloc_sys::sn_calloc, snmalloc_sys::sn_realloc, snmalloc_sys::sn_free;
}

/// The global allocator of the program. It wants to know the size when it frees: that is before the memory.
struct Rust;

impl Rust {
    /// Bytes before the memory, which is aligned as that of C.
    const HEADER: usize = 16;

    fn layout(size: usize) -> Option<Layout> {
        Layout::from_size_align(size.checked_add(Self::HEADER)?, Self::HEADER).ok()
    }

    /// What comes after the header, in which the size is written.
    ///
    /// # Safety
    ///
    /// The memory is null, or has a layout of this size.
    unsafe fn after_header(memory: *mut u8, size: usize) -> *mut c_void {
        if memory.is_null() {
            return null_mut();
        }
        // SAFETY: as the caller promises; the layout is aligned for a number.
        unsafe {
            memory.cast::<usize>().write(size);
            memory.add(Self::HEADER).cast()
        }
    }

    /// The memory with its header, and its layout.
    ///
    /// # Safety
    ///
    /// The memory is one that `after_header` has given, and lives.
    unsafe fn before_header(memory: *mut c_void) -> Option<(*mut u8, Layout)> {
        // SAFETY: as the caller promises.
        unsafe {
            let start = memory.cast::<u8>().sub(Self::HEADER);
            Some((start, Self::layout(start.cast::<usize>().read())?))
        }
    }
}

// SAFETY: they allocate, and free with the layout that was allocated.
unsafe impl Functions for Rust {
    unsafe fn malloc(size: usize) -> *mut c_void {
        let Some(layout) = Self::layout(size) else { return null_mut() };
        // SAFETY: the layout is not empty.
        unsafe { Self::after_header(std::alloc::alloc(layout), size) }
    }

    unsafe fn calloc(count: usize, size: usize) -> *mut c_void {
        let Some(size) = count.checked_mul(size) else { return null_mut() };
        let Some(layout) = Self::layout(size) else { return null_mut() };
        // SAFETY: the layout is not empty.
        unsafe { Self::after_header(std::alloc::alloc_zeroed(layout), size) }
    }

    unsafe fn realloc(memory: *mut c_void, size: usize) -> *mut c_void {
        // SAFETY: as the caller promises; the new layout is valid.
        unsafe {
            let Some((start, layout)) = Self::before_header(memory) else { return null_mut() };
            let Some(new) = Self::layout(size) else { return null_mut() };
            Self::after_header(std::alloc::realloc(start, layout, new.size()), size)
        }
    }

    unsafe fn free(memory: *mut c_void) {
        // SAFETY: as the caller promises.
        unsafe {
            if let Some((start, layout)) = Self::before_header(memory) {
                std::alloc::dealloc(start, layout);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exercise(allocator: DomainAllocator) {
        let table = functions(allocator).unwrap();
        let (malloc, calloc) = (table.malloc.unwrap(), table.calloc.unwrap());
        let (realloc, free) = (table.realloc.unwrap(), table.free.unwrap());
        let context = null_mut();
        let memory = malloc(context, 0);
        assert!(!memory.is_null() && (memory as usize).is_multiple_of(16));
        free(context, memory);
        let memory = calloc(context, 10, 7);
        // SAFETY: memory of that size, which is initialised.
        assert!(unsafe { std::slice::from_raw_parts(memory.cast::<u8>(), 70) }.iter().all(|byte| *byte == 0));
        // SAFETY: memory of that size.
        unsafe { std::slice::from_raw_parts_mut(memory.cast::<u8>(), 70) }.fill(7);
        let memory = realloc(context, memory, 1 << 20);
        // SAFETY: as above.
        assert!(unsafe { std::slice::from_raw_parts(memory.cast::<u8>(), 70) }.iter().all(|byte| *byte == 7));
        free(context, realloc(context, memory, 0));
        free(context, null_mut());
        free(context, realloc(context, null_mut(), 5));
        assert!(malloc(context, usize::MAX - 8).is_null());
        assert!(calloc(context, usize::MAX / 2, 3).is_null());
    }

    #[test]
    fn each_allocator_gives_memory_or_is_named_as_missing() {
        for allocator in
            DomainAllocator::ALL.iter().copied().filter(|allocator| *allocator != DomainAllocator::PyMalloc)
        {
            match functions(allocator) {
                Ok(_) => exercise(allocator),
                Err(error) => assert!(error.to_string().contains(allocator.word()), "{error}"),
            }
        }
        assert!(functions(DomainAllocator::System).is_ok() && functions(DomainAllocator::Rust).is_ok());
    }
}
