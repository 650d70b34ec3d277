//! Owned references and the few calls of the C API that the crate needs, with errors as values.
//!
//! Contract of the module: every function is called with the GIL held (or an attached thread state on free-threaded
//! builds), by code that was itself called by Python or that has just started it. An [`Object`] is an owned
//! reference and never null.

#![expect(clippy::not_unsafe_ptr_arg_deref, reason = "callers keep the contract above")]

use std::borrow::Borrow;
use std::ffi::{CStr, CString};

use pyo3_ffi as ffi;

/// A Python exception is set in the current thread.
#[derive(Debug)]
pub struct Raised;

/// The outcome of calling Python.
pub type Result<T> = std::result::Result<T, Raised>;

/// An owned reference to a Python object.
pub struct Object(*mut ffi::PyObject);

// SAFETY: an `Object` is only used with the GIL held, as the contract of this module says; the pointer itself is
// not tied to a thread.
unsafe impl Send for Object {}
// SAFETY: as above.
unsafe impl Sync for Object {}

impl Drop for Object {
    fn drop(&mut self) {
        // SAFETY: the reference is owned, and the GIL is held.
        unsafe { ffi::Py_DECREF(self.0) }
    }
}

impl Clone for Object {
    fn clone(&self) -> Self {
        Self::borrowed(self.0)
    }
}

impl Object {
    /// Takes over a new reference; null means that an exception is set.
    pub fn owned(pointer: *mut ffi::PyObject) -> Result<Self> {
        if pointer.is_null() { Err(Raised) } else { Ok(Self(pointer)) }
    }

    /// Makes an owned reference of a borrowed one, which must not be null.
    pub fn borrowed(pointer: *mut ffi::PyObject) -> Self {
        debug_assert!(!pointer.is_null());
        // SAFETY: the pointer is a live object, and the GIL is held.
        unsafe { ffi::Py_INCREF(pointer) }
        Self(pointer)
    }

    /// The pointer, still owned by `self`.
    pub fn as_ptr(&self) -> *mut ffi::PyObject {
        self.0
    }

    /// Gives the reference to the caller.
    pub fn into_ptr(self) -> *mut ffi::PyObject {
        let pointer = self.0;
        std::mem::forget(self);
        pointer
    }

    /// `None`.
    pub fn none() -> Self {
        // SAFETY: `Py_None` is always alive.
        Self::borrowed(unsafe { ffi::Py_None() })
    }

    /// `True` or `False`.
    pub fn bool(value: bool) -> Self {
        // SAFETY: both singletons are always alive.
        Self::borrowed(unsafe { if value { ffi::Py_True() } else { ffi::Py_False() } })
    }

    /// A `str`.
    pub fn str(text: &str) -> Result<Self> {
        // SAFETY: pointer and length describe `text`, which is UTF-8.
        Self::owned(unsafe { ffi::PyUnicode_FromStringAndSize(text.as_ptr().cast(), text.len() as isize) })
    }

    /// A `str` from a path of the operating system, with surrogate escapes (`os.fsdecode`).
    pub fn fs_str(bytes: &[u8]) -> Result<Self> {
        // ASCII is the same in every encoding that Python takes for a file system's.
        if let Ok(text) = std::str::from_utf8(bytes)
            && bytes.is_ascii()
        {
            return Self::str(text);
        }
        // While Python starts, the decoder is C's, which wants the byte behind the string to be NUL.
        let mut terminated = bytes.to_vec();
        terminated.push(0);
        // SAFETY: pointer and length describe the bytes before the NUL.
        Self::owned(unsafe { ffi::PyUnicode_DecodeFSDefaultAndSize(terminated.as_ptr().cast(), bytes.len() as isize) })
    }

    /// A `bytes`.
    pub fn bytes(bytes: &[u8]) -> Result<Self> {
        // SAFETY: pointer and length describe `bytes`.
        Self::owned(unsafe { ffi::PyBytes_FromStringAndSize(bytes.as_ptr().cast(), bytes.len() as isize) })
    }

    /// A `list` of the given objects.
    pub fn list(items: impl IntoIterator<Item = Result<Self>>) -> Result<Self> {
        // SAFETY: a new empty list; appending does not steal the reference.
        let list = Self::owned(unsafe { ffi::PyList_New(0) })?;
        for item in items {
            // SAFETY: `list` is a list and `item` an object.
            check(unsafe { ffi::PyList_Append(list.0, item?.0) })?;
        }
        Ok(list)
    }

    /// An attribute.
    pub fn attr(&self, name: &CStr) -> Result<Self> {
        // SAFETY: both pointers are valid.
        Self::owned(unsafe { ffi::PyObject_GetAttrString(self.0, name.as_ptr()) })
    }

    /// An attribute whose name is a `str` object.
    pub fn attr_object(&self, name: &Self) -> Result<Self> {
        // SAFETY: both pointers are valid.
        Self::owned(unsafe { ffi::PyObject_GetAttr(self.0, name.0) })
    }

    /// An attribute, or `None` if there is none.
    pub fn attr_or_none(&self, name: &CStr) -> Option<Self> {
        self.attr(name).inspect_err(|Raised| clear()).ok()
    }

    /// Sets an attribute.
    pub fn set_attr(&self, name: &CStr, value: &Self) -> Result<()> {
        // SAFETY: all pointers are valid.
        check(unsafe { ffi::PyObject_SetAttrString(self.0, name.as_ptr(), value.0) })
    }

    /// Sets an attribute whose name is a `str` object.
    pub fn set_attr_object(&self, name: &Self, value: &Self) -> Result<()> {
        // SAFETY: all pointers are valid.
        check(unsafe { ffi::PyObject_SetAttr(self.0, name.0, value.0) })
    }

    /// Removes an attribute.
    pub fn delete_attr(&self, name: &CStr) -> Result<()> {
        // SAFETY: all pointers are valid; null removes.
        check(unsafe { ffi::PyObject_SetAttrString(self.0, name.as_ptr(), std::ptr::null_mut()) })
    }

    /// Calls it with positional arguments.
    pub fn call(&self, arguments: &[&Self]) -> Result<Self> {
        self.call_keywords(arguments, None)
    }

    /// Calls it with arguments of which the last ones are named by the tuple `names`.
    pub fn call_keywords(&self, arguments: &[&Self], names: Option<&Self>) -> Result<Self> {
        let pointers: Vec<*mut ffi::PyObject> = arguments.iter().map(|argument| argument.0).collect();
        let names = names.map_or(std::ptr::null_mut(), Self::as_ptr);
        // SAFETY: `names` is null or a tuple of strings.
        let named = if names.is_null() { 0 } else { unsafe { ffi::PyTuple_Size(names) as usize } };
        // SAFETY: the pointers are live for the call, and the counts match.
        Self::owned(unsafe { ffi::PyObject_Vectorcall(self.0, pointers.as_ptr(), pointers.len() - named, names) })
    }

    /// Calls a method with positional arguments.
    pub fn call_method(&self, name: &CStr, arguments: &[&Self]) -> Result<Self> {
        self.attr(name)?.call(arguments)
    }

    /// The text, if it is a `str` without surrogates; sets `TypeError` or `UnicodeEncodeError` otherwise.
    pub fn to_str(&self) -> Result<&str> {
        let mut length = 0;
        // SAFETY: the C API checks the type; the buffer lives as long as the object, which `self` keeps alive.
        unsafe {
            let start = ffi::PyUnicode_AsUTF8AndSize(self.0, &raw mut length);
            if start.is_null() {
                return Err(Raised);
            }
            let bytes = std::slice::from_raw_parts(start.cast(), length as usize);
            Ok(std::str::from_utf8_unchecked(bytes))
        }
    }

    /// As [`to_str`](Self::to_str), but `None` for text with surrogates: a module may be called that, but none that is
    /// packed.
    pub(crate) fn to_name(&self) -> Result<Option<&str>> {
        match self.to_str() {
            Ok(text) => Ok(Some(text)),
            // SAFETY: exception types are alive while Python runs, and an exception is set.
            Err(Raised) if unsafe { ffi::PyErr_ExceptionMatches(ffi::PyExc_UnicodeEncodeError) } != 0 => {
                clear();
                Ok(None)
            }
            Err(Raised) => Err(Raised),
        }
    }

    /// The number of an `int` from 0 to 255; sets `TypeError`, `OverflowError` or `ValueError` for others.
    pub fn to_int(&self) -> Result<u8> {
        // SAFETY: any object; another type than `int` sets an exception and gives -1.
        let number = unsafe { ffi::PyLong_AsLong(self.0) };
        // SAFETY: has no preconditions.
        if number == -1 && !unsafe { ffi::PyErr_Occurred() }.is_null() {
            return Err(Raised);
        }
        u8::try_from(number).map_err(|_| value_error(&format!("{number} is not between 0 and 255")))
    }

    /// A copy of the bytes of a bytes-like object; sets `TypeError` for others.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        // SAFETY: the C API checks that the object has a buffer, and makes a `bytes` of it.
        let bytes = Self::owned(unsafe {
            if ffi::PyObject_CheckBuffer(self.0) == 0 {
                return Err(type_error(&format!("a bytes-like object is required, not '{}'", self.type_name())));
            }
            ffi::PyBytes_FromObject(self.0)
        })?;
        // SAFETY: a `bytes` object, which is copied while it lives.
        Ok(unsafe {
            let start = ffi::PyBytes_AsString(bytes.0);
            std::slice::from_raw_parts(start.cast::<u8>(), ffi::PyBytes_Size(bytes.0) as usize).to_vec()
        })
    }

    /// Name of its type, for messages.
    pub fn type_name(&self) -> String {
        // SAFETY: the type of a live object lives, and its name is a C string.
        unsafe { CStr::from_ptr((*ffi::Py_TYPE(self.0)).tp_name) }.to_string_lossy().into_owned()
    }

    /// Calls `action` with each item of an iterable.
    pub fn for_each(&self, mut action: impl FnMut(Self) -> Result<()>) -> Result<()> {
        // SAFETY: the C API checks that the object is iterable.
        let iterator = Self::owned(unsafe { ffi::PyObject_GetIter(self.0) })?;
        loop {
            // SAFETY: an iterator; null means its end or an exception.
            let item = unsafe { ffi::PyIter_Next(iterator.0) };
            if item.is_null() {
                // SAFETY: has no preconditions.
                return if unsafe { ffi::PyErr_Occurred() }.is_null() { Ok(()) } else { Err(Raised) };
            }
            action(Self(item))?;
        }
    }

    /// Whether it is a `str`.
    pub fn is_str(&self) -> bool {
        // SAFETY: reads the type of a live object.
        unsafe { ffi::PyUnicode_Check(self.0) != 0 }
    }

    /// Whether `bool()` of it is true.
    pub fn is_true(&self) -> Result<bool> {
        // SAFETY: a valid pointer.
        match unsafe { ffi::PyObject_IsTrue(self.0) } {
            -1 => Err(Raised),
            truth => Ok(truth != 0),
        }
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        // SAFETY: reads the type of a live object.
        unsafe { ffi::PyList_Check(self.0) != 0 }
    }

    /// Whether it is a list of nothing.
    pub fn is_empty_list(&self) -> bool {
        // SAFETY: the size is read of a list only.
        self.is_list() && unsafe { ffi::PyList_Size(self.0) == 0 }
    }

    /// Whether it is `None`.
    pub fn is_none(&self) -> bool {
        // SAFETY: compares pointers only.
        unsafe { ffi::Py_IsNone(self.0) != 0 }
    }

    /// The bytes behind a path object or string, as the file system spells them (`os.fsencode`).
    pub fn to_fs_bytes(&self) -> Result<Vec<u8>> {
        let mut encoded: *mut ffi::PyObject = std::ptr::null_mut();
        // SAFETY: the converter writes a new `bytes` object into `encoded` when it returns non-zero.
        let encoded = unsafe {
            if ffi::PyUnicode_FSConverter(self.0, (&raw mut encoded).cast()) == 0 {
                return Err(Raised);
            }
            Self::owned(encoded)?
        };
        // SAFETY: `encoded` is a `bytes` object.
        unsafe {
            let start = ffi::PyBytes_AsString(encoded.0);
            let length = ffi::PyBytes_Size(encoded.0) as usize;
            Ok(std::slice::from_raw_parts(start.cast::<u8>(), length).to_vec())
        }
    }
}

/// Sets `TypeError`.
pub fn type_error(message: &str) -> Raised {
    // SAFETY: exception types are alive while Python runs.
    raise(unsafe { ffi::PyExc_TypeError }, message)
}

/// Sets `ValueError`.
pub fn value_error(message: &str) -> Raised {
    // SAFETY: exception types are alive while Python runs.
    raise(unsafe { ffi::PyExc_ValueError }, message)
}

/// A `str` for a name that many objects have.
pub fn interned(text: &str) -> Result<Object> {
    let mut pointer = Object::str(text)?.into_ptr();
    // SAFETY: the call replaces the owned reference by one to the interned string.
    unsafe { ffi::PyUnicode_InternInPlace(&raw mut pointer) };
    Object::owned(pointer)
}

/// A `tuple` of the given objects.
pub fn tuple<T: Borrow<Object>>(items: &[T]) -> Result<Object> {
    // SAFETY: a new tuple; each position is filled once with an owned reference.
    unsafe {
        let tuple = Object::owned(ffi::PyTuple_New(items.len() as isize))?;
        for (i, item) in items.iter().enumerate() {
            ffi::PyTuple_SetItem(tuple.as_ptr(), i as isize, item.borrow().clone().into_ptr());
        }
        Ok(tuple)
    }
}

/// `dictionary[name] = value`
pub fn set_item(dictionary: &Object, name: &CStr, value: &Object) -> Result<()> {
    // SAFETY: the C API checks that it is a dictionary.
    check(unsafe { ffi::PyDict_SetItemString(dictionary.as_ptr(), name.as_ptr(), value.as_ptr()) })
}

/// Imports a module.
pub fn import(name: &CStr) -> Result<Object> {
    // SAFETY: a valid C string.
    Object::owned(unsafe { ffi::PyImport_ImportModule(name.as_ptr()) })
}

/// An object of the module `sys`.
pub fn sys(name: &CStr) -> Option<Object> {
    // SAFETY: a valid C string; the result is borrowed or null, and sets no exception.
    let pointer = unsafe { ffi::PySys_GetObject(name.as_ptr()) };
    (!pointer.is_null()).then(|| Object::borrowed(pointer))
}

/// Sets an object of the module `sys`.
pub fn set_sys(name: &CStr, value: &Object) -> Result<()> {
    // SAFETY: both are valid.
    check(unsafe { ffi::PySys_SetObject(name.as_ptr(), value.as_ptr()) })
}

/// The text of an error and of what has caused it.
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// Sets `OSError` for an error whose text says what it is about.
pub fn io_error(error: &std::io::Error) -> Raised {
    // SAFETY: exception types are alive while Python runs.
    raise(unsafe { ffi::PyExc_OSError }, &with_causes(error))
}

/// Turns the C convention of -1 for an exception into a result.
pub fn check(code: std::ffi::c_int) -> Result<()> {
    if code < 0 { Err(Raised) } else { Ok(()) }
}

/// Forgets the exception that is set, if any.
pub fn clear() {
    // SAFETY: has no preconditions but the GIL.
    unsafe { ffi::PyErr_Clear() }
}

/// Takes the exception that is set.
pub fn take_exception() -> Option<Object> {
    #[cfg(Py_3_12)]
    // SAFETY: gives an owned reference, or null if no exception is set.
    let exception = unsafe { ffi::PyErr_GetRaisedException() };
    #[cfg(not(Py_3_12))]
    // SAFETY: the three references are owned and may be null; two of them are given up, the traceback to the exception.
    let exception = unsafe {
        let (mut kind, mut value, mut traceback) = (std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut());
        ffi::PyErr_Fetch(&raw mut kind, &raw mut value, &raw mut traceback);
        ffi::PyErr_NormalizeException(&raw mut kind, &raw mut value, &raw mut traceback);
        if !value.is_null() && !traceback.is_null() {
            ffi::PyException_SetTraceback(value, traceback);
        }
        ffi::Py_XDECREF(kind);
        ffi::Py_XDECREF(traceback);
        value
    };
    Object::owned(exception).ok()
}

/// Sets an exception again that was taken.
pub fn set_exception(exception: Object) -> Raised {
    // SAFETY: an exception object, whose type is alive as long; the reference that is restored is owned.
    unsafe {
        let kind = Object::borrowed(ffi::Py_TYPE(exception.as_ptr()).cast());
        ffi::PyErr_SetObject(kind.as_ptr(), exception.as_ptr());
    }
    Raised
}

/// Type and text of an exception.
pub fn describe(exception: &Object) -> String {
    // SAFETY: both take a live object; the type is borrowed from it.
    let (kind, text) = unsafe {
        let kind = Object::borrowed(ffi::Py_TYPE(exception.as_ptr()).cast());
        (kind, Object::owned(ffi::PyObject_Str(exception.as_ptr())))
    };
    let owned = |text: &Object| text.to_str().map(str::to_owned).unwrap_or_default();
    let name = kind.attr_or_none(c"__name__").as_ref().map(owned).unwrap_or_default();
    let text = text.as_ref().map(owned).unwrap_or_default();
    clear();
    format!("{name}: {text}")
}

/// Sets an exception of a built-in type, one of the `PyExc_` pointers.
pub fn raise(kind: *mut ffi::PyObject, message: &str) -> Raised {
    let message = CString::new(message.replace('\0', "\\0")).unwrap_or_default();
    // SAFETY: `kind` is an exception type, the message a C string.
    unsafe { ffi::PyErr_SetString(kind, message.as_ptr()) };
    Raised
}

/// Warns the caller; an error if warnings are errors.
pub(crate) fn warn(category: *mut ffi::PyObject, message: &str) -> Result<()> {
    let message = CString::new(message.replace('\0', "\\0")).unwrap_or_default();
    // SAFETY: `category` is a type of warnings, the message a C string.
    if unsafe { ffi::PyErr_WarnEx(category, message.as_ptr(), 1) } == 0 { Ok(()) } else { Err(Raised) }
}

/// Sets `ImportError(message, name=name)`.
pub fn import_error(message: &str, name: &str) -> Raised {
    let set = || -> Result<()> {
        let (message, name) = (Object::str(message)?, Object::str(name)?);
        // SAFETY: all are objects; a null path is allowed.
        unsafe { ffi::PyErr_SetImportError(message.as_ptr(), name.as_ptr(), std::ptr::null_mut()) };
        Ok(())
    };
    let _ = set();
    Raised
}

/// Sets `OSError(number, message, filename)`; Python picks the subclass, such as `FileNotFoundError`.
pub fn os_error(number: i32, filename: &Object) -> Raised {
    // SAFETY: errno is a thread-local int; the function reads it and takes no reference.
    unsafe {
        *libc::__errno_location() = number;
        ffi::PyErr_SetFromErrnoWithFilenameObject(ffi::PyExc_OSError, filename.as_ptr());
    }
    Raised
}
