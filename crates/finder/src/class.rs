//! Python types that hold a Rust value.
//!
//! Each interpreter has types of its own, made when they are first needed: starting a program makes one or two.

use std::ffi::{CStr, c_int, c_void};
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::null_mut;

use pyo3_ffi as ffi;
use pyox_python_objects::{Gil, Kind, Object, Raised, Result, dictionary_item, returned, type_error};

use crate::arguments::Arguments;

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
    fn new(_gil: Gil, _arguments: &Arguments) -> Option<Result<Self>> {
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
struct Memory<T> {
    base: ffi::PyObject,
    value: T,
}

/// An object that is an instance of a type of ours.
pub(crate) struct Instance<T>(Object, PhantomData<T>);

impl<T: Class> Instance<T> {
    /// A new instance.
    pub(crate) fn new(gil: Gil, value: T) -> Result<Self> {
        // SAFETY: the type is that of `T`.
        unsafe { Self::allocate(&type_of::<T>(gil)?, value) }
    }

    /// # Safety
    ///
    /// `kind` is the type that [`make`] has made for `T`.
    unsafe fn allocate(kind: &Object, value: T) -> Result<Self> {
        // SAFETY: allocates an instance of the type, whose layout is `Memory<T>`; its value is written before anything
        // can see the object.
        unsafe {
            let object = Object::owned(ffi::PyType_GenericAlloc(kind.as_ptr().cast(), 0))?;
            (&raw mut (*object.as_ptr().cast::<Memory<T>>()).value).write(value);
            Ok(Self(object, PhantomData))
        }
    }

    /// `self` of a method or property.
    ///
    /// # Safety
    ///
    /// The object is an instance of the type, as Python has checked before it calls a method of the type.
    pub(crate) unsafe fn of_method(this: Object) -> Self {
        Self(this, PhantomData)
    }

    /// The object, if it is an instance of the type.
    pub(crate) fn get(object: &Object) -> Result<Option<Self>> {
        let kind = type_of::<T>(object.gil())?;
        // SAFETY: both are live objects.
        let is_instance = unsafe { ffi::Py_TYPE(object.as_ptr()).cast() == kind.as_ptr() };
        Ok(is_instance.then(|| Self(object.clone(), PhantomData)))
    }

    /// The object; `TypeError` if it is no instance of the type.
    pub(crate) fn expect(object: &Object) -> Result<Self> {
        Self::get(object)?
            .ok_or_else(|| type_error(&format!("expected {}, not {}", T::NAME.to_string_lossy(), object.type_name())))
    }

    pub(crate) fn object(&self) -> &Object {
        &self.0
    }

    pub(crate) fn into_object(self) -> Object {
        self.0
    }

    pub(crate) fn gil(&self) -> Gil {
        self.0.gil()
    }
}

impl<T> Clone for Instance<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<T> Deref for Instance<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: an instance of the type, whose value was written when it was made and is dropped with the last
        // reference.
        unsafe { &(*self.0.as_ptr().cast::<Memory<T>>()).value }
    }
}

/// The type in the current interpreter.
pub(crate) fn type_of<T: Class>(gil: Gil) -> Result<Object> {
    of_interpreter(gil, T::NAME, || make::<T>(gil))
}

/// Its address tells the objects of this library from those of another build that the process has loaded too, whose
/// types have another layout.
static LIBRARY: u8 = 0;

/// The object that the current interpreter has under a name. It is made when it is first needed.
pub(crate) fn of_interpreter(gil: Gil, name: &CStr, make: impl FnOnce() -> Result<Object>) -> Result<Object> {
    // SAFETY: an interpreter runs; its dictionary is borrowed and lives as long.
    let objects = unsafe { Object::borrowed(ffi::PyInterpreterState_GetDict(ffi::PyInterpreterState_Get())) };
    let objects = objects.map_err(|_| Raised::new(Kind::RuntimeError, "the interpreter has no place for types"))?;
    let name = Object::str(gil, &format!("{} of {:p}", name.to_string_lossy(), &raw const LIBRARY))?;
    if let Some(known) = dictionary_item(&objects, &name)? {
        return Ok(known);
    }
    let made = make()?;
    // SAFETY: a dictionary, a string and an object; of two threads the first one's object counts. The result is
    // borrowed.
    unsafe { Object::borrowed(ffi::PyDict_SetDefault(objects.as_ptr(), name.as_ptr(), made.as_ptr())) }
}

fn make<T: Class>(_gil: Gil) -> Result<Object> {
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
        basicsize: size_of::<Memory<T>>() as c_int,
        itemsize: 0,
        flags: ffi::Py_TPFLAGS_DEFAULT as u32,
        slots: slots.as_mut_ptr(),
    };
    // SAFETY: the spec and its slots are valid for the call; names, documentation and tables are static.
    unsafe { Object::owned(ffi::PyType_FromSpec(&raw mut spec)) }
}

unsafe extern "C" fn new<T: Class>(
    kind: *mut ffi::PyTypeObject,
    positional: *mut ffi::PyObject,
    named: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls this.
    let gil = unsafe { Gil::held() };
    let construct = || {
        // SAFETY: Python calls a constructor with a tuple and null or a dictionary.
        let arguments = unsafe { Arguments::of_constructor(T::PARAMETERS, T::REQUIRED, positional, named) }?;
        let Some(value) = T::new(gil, &arguments) else {
            return Err(type_error(&format!("cannot create '{}' instances", T::NAME.to_string_lossy())));
        };
        // SAFETY: the type itself, as nothing can be derived from it.
        unsafe { Instance::allocate(&Object::borrowed(kind.cast())?, value?).map(Instance::into_object) }
    };
    returned(gil, construct())
}

unsafe extern "C" fn repr<T: Class>(this: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: Python calls this with an instance.
    let gil = unsafe { Gil::held() };
    let text = || {
        // SAFETY: as above.
        let instance = unsafe { Instance::<T>::of_method(Object::borrowed(this)?) };
        let text = match instance.repr() {
            Some(text) => text?,
            None => format!("<{} object at {this:p}>", T::NAME.to_string_lossy()),
        };
        Object::str(gil, &text)
    };
    returned(gil, text())
}

unsafe extern "C" fn dealloc<T: Class>(this: *mut ffi::PyObject) {
    // SAFETY: Python calls this once, with the last reference gone; the value was written when it was allocated. An
    // instance holds a reference to its type.
    unsafe {
        std::ptr::drop_in_place(&raw mut (*this.cast::<Memory<T>>()).value);
        let kind = ffi::Py_TYPE(this);
        if let Some(free) = (*kind).tp_free {
            free(this.cast());
        }
        ffi::Py_DECREF(kind.cast());
    }
}
