//! Ending Python and the process.
//!
//! A quarter of a short program's time goes into freeing what the kernel frees anyway. With a fast exit, a capsule in
//! the dictionary of `sys` ends the process as soon as that dictionary is cleared: threads are joined, `atexit`
//! handlers have run, modules are gone and their finalizers have run, standard streams are flushed. What still lives
//! then is what `sys`, `builtins` or the interpreter itself refers to. If something with a finalizer is among it,
//! such as an open file, or the program has removed the capsule or replaced standard output or error, everything is
//! freed piece by piece.

use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use pyo3_ffi as ffi;
use pyox_python_objects::{Gil, Object, set_sys, sys};

use crate::finalizers;

/// How a program ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// With this status.
    Status(c_int),
    /// By an unhandled `KeyboardInterrupt`: the process dies of SIGINT, so that a shell notices.
    Interrupted,
}

/// The status when standard output could not be flushed, as CPython has it.
const FLUSH_FAILED: c_int = 120;
/// Stands for [`Outcome::Interrupted`] in [`STATUS`]; no exit status is that large.
const INTERRUPTED: c_int = 1 << 16;

static STATUS: AtomicI32 = AtomicI32::new(0);
static FINISHING: AtomicBool = AtomicBool::new(false);

/// Ends Python and returns the status to exit with; a fast exit ends the process.
///
/// # Safety
///
/// The thread runs the main interpreter. No object is left, and no token is used again.
pub(crate) unsafe fn finish(outcome: Outcome, fast: bool) -> c_int {
    // SAFETY: as the caller promises.
    let gil = unsafe { Gil::held() };
    if fast && has_its_streams(gil) && finalizers::prepare(gil) {
        let status = match outcome {
            Outcome::Status(status) => status & 0xff,
            Outcome::Interrupted => INTERRUPTED,
        };
        STATUS.store(status, Ordering::SeqCst);
        // SAFETY: a static name and a destructor of the right type; the value only must not be null.
        let capsule = unsafe {
            let value = (&raw const STATUS).cast_mut().cast();
            Object::owned(ffi::PyCapsule_New(value, c"exit".as_ptr(), Some(end)))
        };
        match capsule.and_then(|capsule| set_sys(c"_exit_capsule", &capsule)) {
            Ok(()) => FINISHING.store(true, Ordering::SeqCst),
            Err(raised) => raised.forget(gil),
        }
    }
    // SAFETY: Python is initialised, and this thread holds the GIL.
    let flushed = unsafe { ffi::Py_FinalizeEx() } == 0;
    match outcome {
        Outcome::Interrupted => die_of_interrupt(),
        Outcome::Status(_) if !flushed => FLUSH_FAILED,
        Outcome::Status(status) => status,
    }
}

/// Destructor of the capsule.
unsafe extern "C" fn end(_capsule: *mut ffi::PyObject) {
    // SAFETY: the GIL is held; the frame is only compared with null.
    let by_python_code = unsafe { !ffi::PyEval_GetFrame().is_null() };
    // An `atexit` handler or a finalizer may remove the capsule, and has more to do.
    if !FINISHING.swap(false, Ordering::SeqCst) || by_python_code || !is_finalizing() {
        return;
    }
    // SAFETY: Python calls this, and has not ended yet.
    let gil = unsafe { Gil::held() };
    if finalizers::are_left(gil) {
        return;
    }
    let flushed = flush(gil, c"stdout") & flush(gil, c"stderr");
    let status = STATUS.load(Ordering::SeqCst);
    if status == INTERRUPTED {
        die_of_interrupt();
    }
    // SAFETY: runs the exit handlers of C and ends the process; Python is past all of its own.
    unsafe { libc::exit(if flushed { status } else { FLUSH_FAILED }) }
}

/// Whether the streams are those that Python has made. Python gives them back while it ends, and then it is not known
/// any more whether others could be flushed.
fn has_its_streams(gil: Gil) -> bool {
    let is_own =
        |name, own| sys(gil, name).map(|stream| stream.as_ptr()) == sys(gil, own).map(|stream| stream.as_ptr());
    is_own(c"stdout", c"__stdout__") && is_own(c"stderr", c"__stderr__")
}

/// Whether Python is past its exit handlers and the end of other threads.
fn is_finalizing() -> bool {
    #[cfg(Py_3_13)]
    // SAFETY: reads a variable.
    return unsafe { ffi::Py_IsFinalizing() } != 0;
    #[cfg(not(Py_3_13))]
    {
        unsafe extern "C" {
            /// Public under another name since 3.13.
            fn _Py_IsFinalizing() -> c_int;
        }
        // SAFETY: reads a variable.
        unsafe { _Py_IsFinalizing() != 0 }
    }
}

/// Flushes a stream once more: finalizers may have written to it. CPython has already complained about a failure.
fn flush(gil: Gil, name: &std::ffi::CStr) -> bool {
    let Some(stream) = sys(gil, name).filter(|stream| !stream.is_none()) else { return true };
    let closed = stream.attr_or_none(c"closed").is_some_and(|closed| {
        // SAFETY: compares with the singleton.
        closed.as_ptr() == unsafe { ffi::Py_True() }
    });
    closed || stream.call_method(c"flush", &[]).map_err(|raised| raised.forget(gil)).is_ok()
}

fn die_of_interrupt() -> c_int {
    // SAFETY: restores the default action of a signal and sends it to this process.
    unsafe {
        libc::signal(libc::SIGINT, libc::SIG_DFL);
        libc::kill(libc::getpid(), libc::SIGINT);
    }
    128 + libc::SIGINT
}
