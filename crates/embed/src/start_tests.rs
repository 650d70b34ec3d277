use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;

use super::*;

thread_local! {
    /// How many allocations of this thread succeed from now on.
    static LEFT: Cell<usize> = const { Cell::new(usize::MAX) };
}

fn may_allocate() -> bool {
    let left = LEFT.get();
    LEFT.set(left.saturating_sub(1));
    left != 0
}

extern "C" fn malloc(_: *mut c_void, size: usize) -> *mut c_void {
    calloc(ptr::null_mut(), 1, size)
}

extern "C" fn calloc(_: *mut c_void, count: usize, size: usize) -> *mut c_void {
    // SAFETY: any size may be asked for.
    if may_allocate() { unsafe { libc::calloc(count.max(1), size.max(1)) } } else { ptr::null_mut() }
}

extern "C" fn realloc(_: *mut c_void, memory: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the memory is of the functions above.
    if may_allocate() { unsafe { libc::realloc(memory, size.max(1)) } } else { ptr::null_mut() }
}

extern "C" fn free(_: *mut c_void, memory: *mut c_void) {
    // SAFETY: the memory is of the functions above.
    unsafe { libc::free(memory) }
}

#[test]
fn a_path_that_cannot_be_decoded_for_lack_of_memory_is_an_error() {
    let roots = crate::interpreter::roots("/opt/app/hello".into(), 13);
    let invocation = Invocation::new(vec!["/opt/app/hello".into()], &roots, &Run::Repl).unwrap();
    let config = InterpreterConfig::default();
    let origin = Path::new("/opt/app");
    let start =
        Start { config: &config, roots: &roots, invocation: &invocation, origin, set_missing_path_configuration: true };
    start.preinitialize().unwrap();
    let mut allocator = ffi::PyMemAllocatorEx {
        ctx: ptr::null_mut(),
        malloc: Some(malloc),
        calloc: Some(calloc),
        realloc: Some(realloc),
        free: Some(free),
    };
    // SAFETY: the functions do what those of the raw domain have to, in any thread; nothing of the old ones is freed
    // after this, as they are those of the C library as well.
    unsafe { ffi::PyMem_SetAllocator(ffi::PyMemAllocatorDomain::PYMEM_DOMAIN_RAW, &raw mut allocator) };
    let mut failed = 0;
    for allocations in 0.. {
        let mut config = PyConfig::new();
        LEFT.set(allocations);
        let outcome = start.installation(&mut config);
        LEFT.set(usize::MAX);
        match outcome {
            Ok(()) => break,
            Err(NewInterpreterError::Python { message, .. }) => {
                assert!(message.contains("memory") || message.contains("cannot decode"), "{message}");
                failed += 1;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(failed >= 8, "each path is decoded and copied");
}

#[test]
fn the_directory_of_the_program_is_put_in_everywhere() {
    let origin = Path::new("/opt/app");
    assert_eq!(expand("$ORIGIN/lib:$ORIGIN", origin), Path::new("/opt/app/lib:/opt/app"));
    assert_eq!(expand("/usr/lib", origin), Path::new("/usr/lib"));
}
