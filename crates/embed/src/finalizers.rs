//! What is left to do for objects that live when Python has torn down all modules.

use std::ptr::NonNull;
#[cfg(not(Py_3_12))]
use std::sync::atomic::{AtomicPtr, Ordering};

use pyo3_ffi as ffi;
use pyox_python_objects::{Gil, Object, sys};
#[cfg(not(Py_3_12))]
use pyox_python_objects::{clear, import};

/// Whether an object with a finalizer lives, apart from the standard streams: a file, a suspended generator, an
/// instance of a class with `__del__`.
pub(crate) fn are_left(gil: Gil) -> bool {
    // If they cannot be looked at, there may be.
    let mut left = true;
    let streams = streams(gil);
    visit(gil, &mut |object| {
        left = has_finalizer(object) && !streams.iter().any(|stream| stream.as_ptr() == object.as_ptr());
        !left
    });
    left
}

/// The standard streams with what they are made of: text, buffer, file.
fn streams(gil: Gil) -> Vec<Object> {
    let mut streams = Vec::new();
    for name in [c"__stdin__", c"__stdout__", c"__stderr__"] {
        let mut next = sys(gil, name);
        for part in [c"buffer", c"raw"] {
            let Some(stream) = next.take() else { break };
            next = stream.attr_or_none(part);
            streams.push(stream);
        }
        streams.extend(next);
    }
    streams
}

fn has_finalizer(object: NonNull<ffi::PyObject>) -> bool {
    // SAFETY: a live object, of whose type two slots are read.
    unsafe {
        let kind = ffi::Py_TYPE(object.as_ptr());
        (*kind).tp_finalize.is_some() || (*kind).tp_del.is_some()
    }
}

/// Calls `visitor` with all objects that the garbage collector knows, until it says that there is enough.
#[cfg(Py_3_12)]
fn visit(_gil: Gil, visitor: &mut dyn FnMut(NonNull<ffi::PyObject>) -> bool) {
    use std::ffi::{c_int, c_void};

    type Visitor<'a> = &'a mut dyn FnMut(NonNull<ffi::PyObject>) -> bool;
    unsafe extern "C" {
        fn PyUnstable_GC_VisitObjects(
            callback: unsafe extern "C" fn(*mut ffi::PyObject, *mut c_void) -> c_int,
            argument: *mut c_void,
        );
    }
    unsafe extern "C" fn call(object: *mut ffi::PyObject, argument: *mut c_void) -> c_int {
        // SAFETY: the argument is the one that is given below, and used only meanwhile.
        let visitor = unsafe { &mut *argument.cast::<Visitor<'_>>() };
        NonNull::new(object).is_none_or(visitor).into()
    }
    let mut visitor: Visitor<'_> = visitor;
    // SAFETY: the token says that Python runs; the visitor lives until the function returns, and makes no objects.
    unsafe { PyUnstable_GC_VisitObjects(call, (&raw mut visitor).cast()) }
}

/// `gc.get_objects`, which is taken before Python forgets its modules.
#[cfg(not(Py_3_12))]
static GET_OBJECTS: AtomicPtr<ffi::PyObject> = AtomicPtr::new(std::ptr::null_mut());

/// Makes [`are_left`] possible; says whether it is.
pub(crate) fn prepare(gil: Gil) -> bool {
    #[cfg(not(Py_3_12))]
    match import(gil, c"gc").and_then(|gc| gc.attr(c"get_objects")) {
        Ok(function) => GET_OBJECTS.store(function.into_ptr(), Ordering::SeqCst),
        Err(raised) => {
            raised.forget(gil);
            return false;
        }
    }
    let _ = gil;
    true
}

/// The same by `gc.get_objects()`.
#[cfg(not(Py_3_12))]
fn visit(gil: Gil, visitor: &mut dyn FnMut(NonNull<ffi::PyObject>) -> bool) {
    let mut seen = false;
    // SAFETY: null, or a function to which the static has the reference; items of a list that lives are borrowed.
    unsafe {
        let function = GET_OBJECTS.load(Ordering::SeqCst);
        if let Ok(objects) = Object::owned(ffi::PyObject_CallNoArgs(function)) {
            seen = true;
            let objects = objects.as_ptr();
            let mut items = (0..ffi::PyList_Size(objects)).map(|at| ffi::PyList_GetItem(objects, at));
            let _ = items.all(|item| NonNull::new(item).is_none_or(&mut *visitor));
        }
    }
    if !seen {
        clear(gil);
    }
}
