//! Owned references to Python objects, and the calls of the C API that take or give them.

use std::borrow::Borrow;
use std::ffi::CStr;
use std::ptr::{NonNull, null_mut};

use pyo3_ffi as ffi;

use crate::gil::Gil;
use crate::raised::{Raised, Result, check, import_error, is_pending, type_error, value_error};

/// An owned reference to a Python object. It stays in its thread, which runs Python as long as there is one:
///
/// ```compile_fail,E0277
/// fn moved(object: pyox_python_objects::Object) {
///     std::thread::spawn(move || drop(object));
/// }
/// ```
///
/// ```compile_fail,E0277
/// fn shared(object: &pyox_python_objects::Object) {
///     std::thread::scope(|scope| drop(scope.spawn(|| object.is_none())));
/// }
/// ```
///
/// A pointer is the caller's word that there is an object:
///
/// ```compile_fail,E0133
/// let object = pyox_python_objects::Object::owned(std::ptr::dangling_mut());
/// ```
#[derive(Debug)]
pub struct Object(NonNull<ffi::PyObject>);

impl Drop for Object {
    fn drop(&mut self) {
        // SAFETY: the reference is owned, and this thread runs Python.
        unsafe { ffi::Py_DECREF(self.as_ptr()) }
    }
}

impl Clone for Object {
    fn clone(&self) -> Self {
        // SAFETY: a live object; the reference that is added is owned.
        unsafe { ffi::Py_INCREF(self.as_ptr()) }
        Self(self.0)
    }
}

impl Object {
    /// Takes over a new reference; null means that an exception is set.
    ///
    /// # Safety
    ///
    /// The pointer is null or a live object of which the caller owns a reference. The caller could give a [`Gil`].
    pub unsafe fn owned(pointer: *mut ffi::PyObject) -> Result<Self> {
        NonNull::new(pointer).map(Self).ok_or(Raised::pending())
    }

    /// Makes an owned reference of a borrowed one; null means that an exception is set.
    ///
    /// # Safety
    ///
    /// The pointer is null or a live object. The caller could give a [`Gil`].
    pub unsafe fn borrowed(pointer: *mut ffi::PyObject) -> Result<Self> {
        // SAFETY: not null, so a live object, and Python runs; the reference that is added is owned.
        unsafe {
            ffi::Py_XINCREF(pointer);
            Self::owned(pointer)
        }
    }

    /// Proof that this thread runs Python, which it does as long as it has an object.
    pub fn gil(&self) -> Gil {
        // SAFETY: an object is made by threads that run Python only, does not leave them, and is gone before they stop
        // to.
        unsafe { Gil::held() }
    }

    /// The pointer, still owned by `self`.
    pub fn as_ptr(&self) -> *mut ffi::PyObject {
        self.0.as_ptr()
    }

    /// Gives the reference to the caller.
    pub fn into_ptr(self) -> *mut ffi::PyObject {
        let pointer = self.as_ptr();
        std::mem::forget(self);
        pointer
    }

    /// `None`.
    pub fn none(_gil: Gil) -> Self {
        // SAFETY: `None` is alive while Python runs, as the token says.
        unsafe { Self::singleton(ffi::Py_None()) }
    }

    /// `True` or `False`.
    pub fn bool(_gil: Gil, value: bool) -> Self {
        // SAFETY: both singletons are alive while Python runs, as the token says.
        unsafe { Self::singleton(if value { ffi::Py_True() } else { ffi::Py_False() }) }
    }

    /// # Safety
    ///
    /// The pointer is the address of a static object, and Python runs.
    unsafe fn singleton(pointer: *mut ffi::PyObject) -> Self {
        // SAFETY: the caller promises a live object, whose address is not null.
        unsafe {
            ffi::Py_INCREF(pointer);
            Self(NonNull::new_unchecked(pointer))
        }
    }

    /// A `str`.
    pub fn str(_gil: Gil, text: &str) -> Result<Self> {
        // SAFETY: pointer and length describe `text`, which is UTF-8.
        unsafe { Self::owned(ffi::PyUnicode_FromStringAndSize(text.as_ptr().cast(), text.len() as isize)) }
    }

    /// A `str` from a path of the operating system, with surrogate escapes (`os.fsdecode`).
    pub fn fs_str(gil: Gil, bytes: &[u8]) -> Result<Self> {
        // ASCII is the same in every encoding that Python takes for a file system's.
        if let Ok(text) = std::str::from_utf8(bytes)
            && bytes.is_ascii()
        {
            return Self::str(gil, text);
        }
        // While Python starts, the decoder is C's, which wants the byte after the string to be NUL.
        let mut terminated = bytes.to_vec();
        terminated.push(0);
        // SAFETY: pointer and length describe the bytes before the NUL.
        unsafe { Self::owned(ffi::PyUnicode_DecodeFSDefaultAndSize(terminated.as_ptr().cast(), bytes.len() as isize)) }
    }

    /// A `bytes`.
    pub fn bytes(_gil: Gil, bytes: &[u8]) -> Result<Self> {
        // SAFETY: pointer and length describe `bytes`.
        unsafe { Self::owned(ffi::PyBytes_FromStringAndSize(bytes.as_ptr().cast(), bytes.len() as isize)) }
    }

    /// An `int`.
    pub fn int(_gil: Gil, number: std::ffi::c_long) -> Result<Self> {
        // SAFETY: the token says that Python runs.
        unsafe { Self::owned(ffi::PyLong_FromLong(number)) }
    }

    /// A `list` of the given objects.
    pub fn list(_gil: Gil, items: impl IntoIterator<Item = Result<Self>>) -> Result<Self> {
        // SAFETY: a new empty list; appending does not steal the reference.
        let list = unsafe { Self::owned(ffi::PyList_New(0)) }?;
        for item in items {
            // SAFETY: `list` is a list and `item` an object.
            check(unsafe { ffi::PyList_Append(list.as_ptr(), item?.as_ptr()) })?;
        }
        Ok(list)
    }

    /// An attribute.
    pub fn attr(&self, name: &CStr) -> Result<Self> {
        // SAFETY: both pointers are valid.
        unsafe { Self::owned(ffi::PyObject_GetAttrString(self.as_ptr(), name.as_ptr())) }
    }

    /// An attribute whose name is a `str` object.
    pub fn attr_object(&self, name: &Self) -> Result<Self> {
        // SAFETY: both pointers are valid.
        unsafe { Self::owned(ffi::PyObject_GetAttr(self.as_ptr(), name.as_ptr())) }
    }

    /// An attribute, or `None` if there is none.
    pub fn attr_or_none(&self, name: &CStr) -> Option<Self> {
        self.attr(name).map_err(|raised| raised.forget(self.gil())).ok()
    }

    /// Sets an attribute.
    pub fn set_attr(&self, name: &CStr, value: &Self) -> Result<()> {
        // SAFETY: all pointers are valid.
        check(unsafe { ffi::PyObject_SetAttrString(self.as_ptr(), name.as_ptr(), value.as_ptr()) })
    }

    /// Sets an attribute whose name is a `str` object.
    pub fn set_attr_object(&self, name: &Self, value: &Self) -> Result<()> {
        // SAFETY: all pointers are valid.
        check(unsafe { ffi::PyObject_SetAttr(self.as_ptr(), name.as_ptr(), value.as_ptr()) })
    }

    /// Removes an attribute.
    pub fn delete_attr(&self, name: &CStr) -> Result<()> {
        // SAFETY: all pointers are valid; null removes.
        check(unsafe { ffi::PyObject_SetAttrString(self.as_ptr(), name.as_ptr(), null_mut()) })
    }

    /// Calls it with positional arguments.
    pub fn call(&self, arguments: &[&Self]) -> Result<Self> {
        let pointers: Vec<*mut ffi::PyObject> = arguments.iter().map(|argument| argument.as_ptr()).collect();
        // SAFETY: the pointers are live for the call, and as many as the call is given.
        unsafe { Self::owned(ffi::PyObject_Vectorcall(self.as_ptr(), pointers.as_ptr(), pointers.len(), null_mut())) }
    }

    /// Calls a method with positional arguments.
    pub fn call_method(&self, name: &CStr, arguments: &[&Self]) -> Result<Self> {
        self.attr(name)?.call(arguments)
    }

    /// The text, if it is a `str` without surrogates; `TypeError` or `UnicodeEncodeError` otherwise.
    pub fn to_str(&self) -> Result<&str> {
        let mut length = 0;
        // SAFETY: the C API checks the type; the buffer lives as long as the object, which `self` keeps alive.
        unsafe {
            let start = ffi::PyUnicode_AsUTF8AndSize(self.as_ptr(), &raw mut length);
            if start.is_null() {
                return Err(Raised::pending());
            }
            let bytes = std::slice::from_raw_parts(start.cast(), length as usize);
            Ok(std::str::from_utf8_unchecked(bytes))
        }
    }

    /// As [`to_str`](Self::to_str), but `None` for text with surrogates: a module may be called that, but none that is
    /// packed.
    pub fn to_name(&self) -> Result<Option<&str>> {
        let raised = match self.to_str() {
            Ok(text) => return Ok(Some(text)),
            Err(raised) => raised,
        };
        // SAFETY: exception types are alive while Python runs, and an exception is set.
        if unsafe { ffi::PyErr_ExceptionMatches(ffi::PyExc_UnicodeEncodeError) } == 0 {
            return Err(raised);
        }
        raised.forget(self.gil());
        Ok(None)
    }

    /// The number of an `int` from 0 to 255; `TypeError`, `OverflowError` or `ValueError` for others.
    pub fn to_int(&self) -> Result<u8> {
        // SAFETY: any object; another type than `int` sets an exception and gives -1.
        let number = unsafe { ffi::PyLong_AsLong(self.as_ptr()) };
        if number == -1 && is_pending(self.gil()) {
            return Err(Raised::pending());
        }
        u8::try_from(number).map_err(|_| value_error(&format!("{number} is not between 0 and 255")))
    }

    /// A copy of the bytes of a bytes-like object; `TypeError` for others.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        // SAFETY: asks a live object for its kind.
        if unsafe { ffi::PyObject_CheckBuffer(self.as_ptr()) } == 0 {
            return Err(type_error(&format!("a bytes-like object is required, not '{}'", self.type_name())));
        }
        // SAFETY: makes a `bytes` of what has a buffer, or sets an exception.
        let bytes = unsafe { Self::owned(ffi::PyBytes_FromObject(self.as_ptr())) }?;
        bytes.content().map(<[u8]>::to_vec)
    }

    /// The bytes of a `bytes`, which never change; `None` for others, and for subclasses.
    pub fn exact_bytes(&self) -> Option<&[u8]> {
        // SAFETY: reads the type of a live object.
        let is_bytes = unsafe { ffi::PyBytes_CheckExact(self.as_ptr()) != 0 };
        is_bytes.then(|| self.content().map_err(|raised| raised.forget(self.gil())).ok())?
    }

    /// The bytes of a `bytes`, which never change; `TypeError` for others.
    fn content(&self) -> Result<&[u8]> {
        let (mut start, mut length) = (null_mut(), 0);
        // SAFETY: the C API checks the type; the bytes live as long as the object, which `self` keeps alive.
        unsafe {
            check(ffi::PyBytes_AsStringAndSize(self.as_ptr(), &raw mut start, &raw mut length))?;
            Ok(std::slice::from_raw_parts(start.cast(), length as usize))
        }
    }

    /// Name of its type, for messages.
    pub fn type_name(&self) -> String {
        // SAFETY: the type of a live object lives, and its name is a C string.
        unsafe { CStr::from_ptr((*ffi::Py_TYPE(self.as_ptr())).tp_name) }.to_string_lossy().into_owned()
    }

    /// Calls `action` with each item of an iterable.
    pub fn for_each(&self, mut action: impl FnMut(Self) -> Result<()>) -> Result<()> {
        // SAFETY: the C API checks that the object is iterable.
        let iterator = unsafe { Self::owned(ffi::PyObject_GetIter(self.as_ptr())) }?;
        loop {
            // SAFETY: an iterator; null means its end or an exception.
            match unsafe { Self::owned(ffi::PyIter_Next(iterator.as_ptr())) } {
                Ok(item) => action(item)?,
                Err(raised) => return if is_pending(self.gil()) { Err(raised) } else { Ok(()) },
            }
        }
    }

    /// Whether it is a `str`.
    pub fn is_str(&self) -> bool {
        // SAFETY: reads the type of a live object.
        unsafe { ffi::PyUnicode_Check(self.as_ptr()) != 0 }
    }

    /// Whether `bool()` of it is true.
    pub fn is_true(&self) -> Result<bool> {
        // SAFETY: a valid pointer.
        match unsafe { ffi::PyObject_IsTrue(self.as_ptr()) } {
            -1 => Err(Raised::pending()),
            truth => Ok(truth != 0),
        }
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        // SAFETY: reads the type of a live object.
        unsafe { ffi::PyList_Check(self.as_ptr()) != 0 }
    }

    /// Whether it is a list of nothing.
    pub fn is_empty_list(&self) -> bool {
        // SAFETY: the size is read of a list only.
        self.is_list() && unsafe { ffi::PyList_Size(self.as_ptr()) == 0 }
    }

    /// Whether it is `None`.
    pub fn is_none(&self) -> bool {
        // SAFETY: compares pointers only.
        unsafe { ffi::Py_IsNone(self.as_ptr()) != 0 }
    }

    /// The bytes of a path object or string, as the file system spells them (`os.fsencode`).
    pub fn to_fs_bytes(&self) -> Result<Vec<u8>> {
        let mut encoded: *mut ffi::PyObject = null_mut();
        // SAFETY: the converter writes a new `bytes` object into `encoded` when it returns non-zero.
        let encoded = unsafe {
            if ffi::PyUnicode_FSConverter(self.as_ptr(), (&raw mut encoded).cast()) == 0 {
                return Err(Raised::pending());
            }
            Self::owned(encoded)?
        };
        encoded.content().map(<[u8]>::to_vec)
    }

    /// `str()` of it; `None` if that fails.
    pub fn to_text(&self) -> Option<Self> {
        // SAFETY: a live object.
        let text = unsafe { Self::owned(ffi::PyObject_Str(self.as_ptr())) };
        text.map_err(|raised| raised.forget(self.gil())).ok()
    }

    /// Whether it is a type.
    pub fn is_type(&self) -> bool {
        // SAFETY: reads the type of a live object.
        unsafe { ffi::PyType_Check(self.as_ptr()) != 0 }
    }

    /// The item of a mapping, or of a sequence.
    pub fn item(&self, key: &Self) -> Result<Self> {
        // SAFETY: two live objects.
        unsafe { Self::owned(ffi::PyObject_GetItem(self.as_ptr(), key.as_ptr())) }
    }
}

/// A `str` for a name that many objects have.
pub fn interned(gil: Gil, text: &str) -> Result<Object> {
    let mut pointer = Object::str(gil, text)?.into_ptr();
    // SAFETY: the call replaces the owned reference by one to the interned string.
    unsafe {
        ffi::PyUnicode_InternInPlace(&raw mut pointer);
        Object::owned(pointer)
    }
}

/// A `tuple` of the given objects.
pub fn tuple<T: Borrow<Object>>(_gil: Gil, items: &[T]) -> Result<Object> {
    // SAFETY: a new tuple; each position is filled once with an owned reference.
    unsafe {
        let tuple = Object::owned(ffi::PyTuple_New(items.len() as isize))?;
        for (i, item) in items.iter().enumerate() {
            check(ffi::PyTuple_SetItem(tuple.as_ptr(), i as isize, item.borrow().clone().into_ptr()))?;
        }
        Ok(tuple)
    }
}

/// A new empty `dict`.
pub fn dictionary(_gil: Gil) -> Result<Object> {
    // SAFETY: the token says that Python runs.
    unsafe { Object::owned(ffi::PyDict_New()) }
}

/// `dictionary.get(name)`
pub fn dictionary_item(dictionary: &Object, name: &Object) -> Result<Option<Object>> {
    // SAFETY: the C API checks that it is a dictionary; the result is borrowed, or null with or without an exception.
    match unsafe { Object::borrowed(ffi::PyDict_GetItemWithError(dictionary.as_ptr(), name.as_ptr())) } {
        Err(_) if !is_pending(dictionary.gil()) => Ok(None),
        item => item.map(Some),
    }
}

/// `dictionary[name] = value`
pub fn set_item(dictionary: &Object, name: &CStr, value: &Object) -> Result<()> {
    // SAFETY: the C API checks that it is a dictionary.
    check(unsafe { ffi::PyDict_SetItemString(dictionary.as_ptr(), name.as_ptr(), value.as_ptr()) })
}

/// Imports a module. Code that replaces `__import__`, or runs with other builtins, has no part in it.
pub fn import(gil: Gil, name: &CStr) -> Result<Object> {
    let text = Object::str(gil, name.to_str().unwrap_or_default())?;
    // SAFETY: a string; without globals the name is absolute.
    unsafe {
        // What this gives is the top-level package.
        Object::owned(ffi::PyImport_ImportModuleLevelObject(text.as_ptr(), null_mut(), null_mut(), null_mut(), 0))?;
        Object::owned(ffi::PyImport_GetModule(text.as_ptr())).map_err(|raised| {
            if is_pending(gil) {
                raised
            } else {
                import_error("the module has removed itself", &name.to_string_lossy())
            }
        })
    }
}

/// An object of the module `sys`.
pub fn sys(_gil: Gil, name: &CStr) -> Option<Object> {
    // SAFETY: a valid C string; the result is borrowed or null, and sets no exception.
    unsafe { Object::borrowed(ffi::PySys_GetObject(name.as_ptr())) }.ok()
}

/// Sets an object of the module `sys`.
pub fn set_sys(name: &CStr, value: &Object) -> Result<()> {
    // SAFETY: both are valid.
    check(unsafe { ffi::PySys_SetObject(name.as_ptr(), value.as_ptr()) })
}
