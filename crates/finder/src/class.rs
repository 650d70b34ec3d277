//! Python types that hold a Rust value.
//!
//! Each interpreter has types of its own, made when they are first needed: starting a program makes one or two.

use std::ffi::{CStr, c_int, c_void};
use std::ptr::null_mut;

use pyo3_ffi as ffi;

use crate::arguments::Arguments;
use crate::object::{Object, Raised, Result, raise, type_error};

/// A Rust type whose values are instances of a Python type, which cannot be derived from.
///
/// Values hold no references to objects that could refer back to them: the types take no part in garbage collection.
pub(crate) trait Class: Send + Sync + Sized + 'static {
    /// Name with that of the module.
    const NAME: &'static CStr;
    /// Documentation.
    const DOC: &'static CStr;
    /// Parameters of the constructor.
    const PARAMETERS: &'static [&'static str] = &[];
    /// How many of them must be given.
    const REQUIRED: usize = 0;

    /// The constructor; `None` if Python code cannot make instances.
    fn new(_arguments: &Arguments) -> Option<Result<Self>> {
        None
    }

    /// `repr()`; `None` is that of `object`.
    fn repr(&self) -> Option<Result<String>> {
        None
    }

    /// A table that ends with a zeroed row, or null.
    fn methods() -> *const ffi::PyMethodDef {
        std::ptr::null()
    }

    /// A table that ends with a zeroed row, or null.
    fn properties() -> *const ffi::PyGetSetDef {
        std::ptr::null()
    }
}

/// The memory of an instance.
#[repr(C)]
struct Instance<T> {
    base: ffi::PyObject,
    value: T,
}

/// A new instance.
pub(crate) fn instance<T: Class>(value: T) -> Result<Object> {
    allocate(&type_of::<T>()?, value)
}

fn allocate<T: Class>(kind: &Object, value: T) -> Result<Object> {
    // SAFETY: allocates an instance of the type, whose layout is `Instance<T>`; its value is written before anything can
    // see the object.
    unsafe {
        let object = ffi::PyType_GenericAlloc(kind.as_ptr().cast(), 0);
        if object.is_null() {
            return Err(Raised);
        }
        (&raw mut (*object.cast::<Instance<T>>()).value).write(value);
        Object::owned(object)
    }
}

/// The value of an object whose type was checked: `self` of a method.
pub(crate) fn value<T: Class>(object: &Object) -> &T {
    // SAFETY: Python calls methods of a type with its instances only.
    unsafe { &(*object.as_ptr().cast::<Instance<T>>()).value }
}

/// The value of an object, if it is an instance of the type.
pub(crate) fn get<T: Class>(object: &Object) -> Result<Option<&T>> {
    let kind = type_of::<T>()?;
    // SAFETY: both are live objects.
    let is_instance = unsafe { ffi::Py_TYPE(object.as_ptr()).cast() == kind.as_ptr() };
    Ok(is_instance.then(|| value(object)))
}

/// The value of an object; `TypeError` if it is no instance of the type.
pub(crate) fn expect<T: Class>(object: &Object) -> Result<&T> {
    get(object)?
        .ok_or_else(|| type_error(&format!("expected {}, not {}", T::NAME.to_string_lossy(), object.type_name())))
}

/// The type in the current interpreter.
pub(crate) fn type_of<T: Class>() -> Result<Object> {
    of_interpreter(T::NAME, make::<T>)
}

/// The object that the current interpreter has under a name. It is made when it is first needed.
pub(crate) fn of_interpreter(name: &CStr, make: impl FnOnce() -> Result<Object>) -> Result<Object> {
    // SAFETY: an interpreter runs; its dictionary is borrowed and lives as long.
    let objects = unsafe { ffi::PyInterpreterState_GetDict(ffi::PyInterpreterState_Get()) };
    if objects.is_null() {
        // SAFETY: exception types are alive while Python runs.
        return Err(raise(unsafe { ffi::PyExc_RuntimeError }, "the interpreter has no place for types"));
    }
    let objects = Object::borrowed(objects);
    let name = Object::str(&name.to_string_lossy())?;
    // SAFETY: a dictionary and a string; the result is borrowed or null.
    let known = unsafe { ffi::PyDict_GetItemWithError(objects.as_ptr(), name.as_ptr()) };
    if !known.is_null() {
        return Ok(Object::borrowed(known));
    }
    // SAFETY: has no preconditions.
    if !unsafe { ffi::PyErr_Occurred() }.is_null() {
        return Err(Raised);
    }
    let made = make()?;
    // SAFETY: as above; of two threads the first one's object counts.
    Ok(Object::borrowed(unsafe { ffi::PyDict_SetDefault(objects.as_ptr(), name.as_ptr(), made.as_ptr()) }))
}

fn make<T: Class>() -> Result<Object> {
    let slot = |slot: c_int, pfunc: *mut c_void| ffi::PyType_Slot { slot, pfunc };
    let mut slots = vec![
        slot(ffi::Py_tp_doc, T::DOC.as_ptr() as *mut c_void),
        slot(ffi::Py_tp_new, new::<T> as *mut c_void),
        slot(ffi::Py_tp_repr, repr::<T> as *mut c_void),
        slot(ffi::Py_tp_dealloc, dealloc::<T> as *mut c_void),
    ];
    if !T::methods().is_null() {
        slots.push(slot(ffi::Py_tp_methods, T::methods() as *mut c_void));
    }
    if !T::properties().is_null() {
        slots.push(slot(ffi::Py_tp_getset, T::properties() as *mut c_void));
    }
    slots.push(slot(0, null_mut()));
    let mut spec = ffi::PyType_Spec {
        name: T::NAME.as_ptr(),
        basicsize: size_of::<Instance<T>>() as c_int,
        itemsize: 0,
        flags: ffi::Py_TPFLAGS_DEFAULT as u32,
        slots: slots.as_mut_ptr(),
    };
    // SAFETY: the spec and its slots are valid for the call; names, documentation and tables are static.
    Object::owned(unsafe { ffi::PyType_FromSpec(&raw mut spec) })
}

unsafe extern "C" fn new<T: Class>(
    kind: *mut ffi::PyTypeObject,
    positional: *mut ffi::PyObject,
    named: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let kind = Object::borrowed(kind.cast());
    // SAFETY: Python calls a constructor with a tuple and null or a dictionary.
    let arguments = unsafe { Arguments::of_constructor(T::PARAMETERS, T::REQUIRED, positional, named) };
    let made = arguments.and_then(|arguments| match T::new(&arguments) {
        Some(value) => allocate(&kind, value?),
        None => {
            let name = T::NAME.to_string_lossy();
            // SAFETY: exception types are alive while Python runs.
            Err(raise(unsafe { ffi::PyExc_TypeError }, &format!("cannot create '{name}' instances")))
        }
    });
    made.map_or(null_mut(), Object::into_ptr)
}

unsafe extern "C" fn repr<T: Class>(this: *mut ffi::PyObject) -> *mut ffi::PyObject {
    let this = Object::borrowed(this);
    let text = match value::<T>(&this).repr() {
        Some(text) => text,
        None => Ok(format!("<{} object at {:p}>", T::NAME.to_string_lossy(), this.as_ptr())),
    };
    text.and_then(|text| Object::str(&text)).map_or(null_mut(), Object::into_ptr)
}

unsafe extern "C" fn dealloc<T: Class>(this: *mut ffi::PyObject) {
    // SAFETY: Python calls this once, with the last reference gone; the value was written when it was allocated. An
    // instance holds a reference to its type.
    unsafe {
        std::ptr::drop_in_place(&raw mut (*this.cast::<Instance<T>>()).value);
        let kind = ffi::Py_TYPE(this);
        if let Some(free) = (*kind).tp_free {
            free(this.cast());
        }
        ffi::Py_DECREF(kind.cast());
    }
}
