//! Properties of Python types whose instances can change.

use std::collections::BTreeMap;
use std::ffi::{CStr, OsStr, c_int};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use pyo3_ffi as ffi;
use pyox_packed_resources::{Data, OptimizeLevel};

use crate::class::{self, Class};
use crate::object::{Object, Result, check, import, io_error, raise, type_error, value_error};

/// A value that Python code may change. It is locked only while it is copied, never while Python code runs.
#[derive(Debug, Default)]
pub(crate) struct Shared<T>(Mutex<T>);

impl<T> Shared<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    pub(crate) fn with<R>(&self, action: impl FnOnce(&mut T) -> R) -> R {
        action(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a property can be.
pub(crate) trait Property: Clone {
    /// A new object, or one that cannot be changed.
    fn to_python(&self) -> Result<Object>;

    /// The value of an object; `TypeError` for objects of other types.
    fn from_python(object: &Object) -> Result<Self>;
}

impl Property for bool {
    fn to_python(&self) -> Result<Object> {
        Ok(Object::bool(*self))
    }

    fn from_python(object: &Object) -> Result<Self> {
        // SAFETY: both singletons are alive while Python runs; only pointers are compared.
        let (yes, no) = unsafe { (ffi::Py_True(), ffi::Py_False()) };
        match object.as_ptr() {
            pointer if pointer == yes => Ok(true),
            pointer if pointer == no => Ok(false),
            _ => Err(type_error(&format!("expected a bool, not {}", object.type_name()))),
        }
    }
}

impl Property for String {
    fn to_python(&self) -> Result<Object> {
        Object::str(self)
    }

    fn from_python(object: &Object) -> Result<Self> {
        object.to_str().map(str::to_owned)
    }
}

impl Property for Data {
    fn to_python(&self) -> Result<Object> {
        Object::bytes(&self.read().map_err(|error| io_error(&error))?)
    }

    fn from_python(object: &Object) -> Result<Self> {
        object.to_bytes().map(Self::from)
    }
}

impl Property for OptimizeLevel {
    fn to_python(&self) -> Result<Object> {
        // SAFETY: makes an `int` of a number.
        Object::owned(unsafe { ffi::PyLong_FromLong(self.number().into()) })
    }

    fn from_python(object: &Object) -> Result<Self> {
        let number = object.to_int()?;
        Self::from_number(number).ok_or_else(|| value_error(&format!("optimize_level is 0, 1 or 2, not {number}")))
    }
}

impl Property for PathBuf {
    fn to_python(&self) -> Result<Object> {
        let path = Object::fs_str(self.as_os_str().as_bytes())?;
        import(c"pathlib")?.call_method(c"Path", &[&path])
    }

    fn from_python(object: &Object) -> Result<Self> {
        Ok(PathBuf::from(OsStr::from_bytes(&object.to_fs_bytes()?)))
    }
}

impl<T: Property> Property for Option<T> {
    fn to_python(&self) -> Result<Object> {
        self.as_ref().map_or_else(|| Ok(Object::none()), T::to_python)
    }

    fn from_python(object: &Object) -> Result<Self> {
        if object.is_none() { Ok(None) } else { T::from_python(object).map(Some) }
    }
}

impl Property for Vec<String> {
    fn to_python(&self) -> Result<Object> {
        Object::list(self.iter().map(|item| Object::str(item)))
    }

    fn from_python(object: &Object) -> Result<Self> {
        // SAFETY: asks a live object for its kind.
        if unsafe { ffi::PySequence_Check(object.as_ptr()) } == 0 {
            return Err(type_error(&format!("expected a sequence of str, not {}", object.type_name())));
        }
        let mut items = Vec::new();
        object.for_each(|item| {
            items.push(String::from_python(&item)?);
            Ok(())
        })?;
        Ok(items)
    }
}

impl<T: Property> Property for BTreeMap<String, T> {
    fn to_python(&self) -> Result<Object> {
        // SAFETY: a new empty dictionary.
        let dictionary = Object::owned(unsafe { ffi::PyDict_New() })?;
        for (key, value) in self {
            let (key, value) = (Object::str(key)?, value.to_python()?);
            // SAFETY: a dictionary of ours and two objects.
            check(unsafe { ffi::PyDict_SetItem(dictionary.as_ptr(), key.as_ptr(), value.as_ptr()) })?;
        }
        Ok(dictionary)
    }

    fn from_python(object: &Object) -> Result<Self> {
        // SAFETY: asks a live object for its type.
        if unsafe { ffi::PyDict_Check(object.as_ptr()) } == 0 {
            return Err(type_error(&format!("expected a dict, not {}", object.type_name())));
        }
        // A list of its own: converting an item may call code that changes the dictionary.
        // SAFETY: a dictionary, as was checked.
        let items = Object::owned(unsafe { ffi::PyDict_Items(object.as_ptr()) })?;
        let mut map = Self::new();
        items.for_each(|item| {
            // SAFETY: `PyDict_Items` makes tuples of two; the items are borrowed from one that is alive.
            let (key, value) =
                unsafe { (ffi::PyTuple_GetItem(item.as_ptr(), 0), ffi::PyTuple_GetItem(item.as_ptr(), 1)) };
            map.insert(String::from_python(&Object::borrowed(key))?, T::from_python(&Object::borrowed(value))?);
            Ok(())
        })?;
        Ok(map)
    }
}

/// The getter of a property that is a part of `T`.
pub(crate) fn get<T, V: Property>(this: &Object, part: fn(&mut T) -> &mut V) -> Result<Object>
where
    Shared<T>: Class,
{
    let value = class::value::<Shared<T>>(this).with(|whole| part(whole).clone());
    value.to_python()
}

/// The setter; `object` is `None` if Python code deletes the property.
pub(crate) fn set<T, V: Property>(this: &Object, object: Option<&Object>, part: fn(&mut T) -> &mut V) -> Result<()>
where
    Shared<T>: Class,
{
    let Some(object) = object else {
        // SAFETY: exception types are alive while Python runs.
        return Err(raise(unsafe { ffi::PyExc_AttributeError }, "the property cannot be deleted"));
    };
    let mut value = V::from_python(object)?;
    class::value::<Shared<T>>(this).with(|whole| std::mem::swap(part(whole), &mut value));
    Ok(())
}

/// What a setter returns to Python.
pub(crate) fn status(result: Result<()>) -> c_int {
    if result.is_ok() { 0 } else { -1 }
}

/// A row of a table of properties that can be set.
pub(crate) const fn settable(
    name: &'static CStr,
    get: ffi::getter,
    set: ffi::setter,
    doc: &'static CStr,
) -> ffi::PyGetSetDef {
    ffi::PyGetSetDef {
        name: name.as_ptr(),
        get: Some(get),
        set: Some(set),
        doc: doc.as_ptr(),
        closure: std::ptr::null_mut(),
    }
}

/// A table of properties that are parts of a type, each with a closure that gives access to it.
macro_rules! property_table {
    ($whole:ty; $(($name:literal, $part:expr, $doc:literal)),* $(,)?) => {
        $crate::arguments::Static([
            $({
                unsafe extern "C" fn get(
                    this: *mut pyo3_ffi::PyObject,
                    _closure: *mut std::ffi::c_void,
                ) -> *mut pyo3_ffi::PyObject {
                    let found = $crate::property::get::<$whole, _>(&Object::borrowed(this), $part);
                    found.map_or(std::ptr::null_mut(), Object::into_ptr)
                }
                unsafe extern "C" fn set(
                    this: *mut pyo3_ffi::PyObject,
                    value: *mut pyo3_ffi::PyObject,
                    _closure: *mut std::ffi::c_void,
                ) -> std::ffi::c_int {
                    let value = (!value.is_null()).then(|| Object::borrowed(value));
                    let done = $crate::property::set::<$whole, _>(&Object::borrowed(this), value.as_ref(), $part);
                    $crate::property::status(done)
                }
                $crate::property::settable($name, get, set, $doc)
            },)*
            $crate::arguments::END_OF_PROPERTIES,
        ])
    };
}
pub(crate) use property_table;
