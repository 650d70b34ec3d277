//! Properties of Python types whose instances can change.

use std::collections::BTreeMap;
use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use pyo3_ffi as ffi;
use pyox_packed_resources::{Data, OptimizeLevel};
use pyox_python_objects::{
    Gil, Kind, Object, Raised, Result, check, dictionary, import, io_error, type_error, value_error,
};

use crate::class::{Class, Instance};

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
    fn to_python(&self, gil: Gil) -> Result<Object>;

    /// The value of an object; `TypeError` for objects of other types.
    fn from_python(object: &Object) -> Result<Self>;
}

impl Property for bool {
    fn to_python(&self, gil: Gil) -> Result<Object> {
        Ok(Object::bool(gil, *self))
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
    fn to_python(&self, gil: Gil) -> Result<Object> {
        Object::str(gil, self)
    }

    fn from_python(object: &Object) -> Result<Self> {
        object.to_str().map(str::to_owned)
    }
}

impl Property for Data {
    fn to_python(&self, gil: Gil) -> Result<Object> {
        Object::bytes(gil, &self.read().map_err(|error| io_error(&error))?)
    }

    fn from_python(object: &Object) -> Result<Self> {
        object.to_bytes().map(Self::from)
    }
}

impl Property for OptimizeLevel {
    fn to_python(&self, gil: Gil) -> Result<Object> {
        Object::int(gil, self.number().into())
    }

    fn from_python(object: &Object) -> Result<Self> {
        let number = object.to_int()?;
        Self::from_number(number).ok_or_else(|| value_error(&format!("optimize_level is 0, 1 or 2, not {number}")))
    }
}

impl Property for PathBuf {
    fn to_python(&self, gil: Gil) -> Result<Object> {
        let path = Object::fs_str(gil, self.as_os_str().as_bytes())?;
        import(gil, c"pathlib")?.call_method(c"Path", &[&path])
    }

    fn from_python(object: &Object) -> Result<Self> {
        Ok(PathBuf::from(OsStr::from_bytes(&object.to_fs_bytes()?)))
    }
}

impl<T: Property> Property for Option<T> {
    fn to_python(&self, gil: Gil) -> Result<Object> {
        self.as_ref().map_or_else(|| Ok(Object::none(gil)), |value| value.to_python(gil))
    }

    fn from_python(object: &Object) -> Result<Self> {
        if object.is_none() { Ok(None) } else { T::from_python(object).map(Some) }
    }
}

impl Property for Vec<String> {
    fn to_python(&self, gil: Gil) -> Result<Object> {
        Object::list(gil, self.iter().map(|item| Object::str(gil, item)))
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
    fn to_python(&self, gil: Gil) -> Result<Object> {
        let dictionary = dictionary(gil)?;
        for (key, value) in self {
            let (key, value) = (Object::str(gil, key)?, value.to_python(gil)?);
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
        let items = unsafe { Object::owned(ffi::PyDict_Items(object.as_ptr())) }?;
        let (first, second) = (Object::int(object.gil(), 0)?, Object::int(object.gil(), 1)?);
        let mut map = Self::new();
        items.for_each(|item| {
            let (key, value) = (item.item(&first)?, item.item(&second)?);
            map.insert(String::from_python(&key)?, T::from_python(&value)?);
            Ok(())
        })?;
        Ok(map)
    }
}

/// The getter of a property that is a part of `T`.
pub(crate) fn get<T, V: Property>(this: &Instance<Shared<T>>, part: fn(&mut T) -> &mut V) -> Result<Object>
where
    Shared<T>: Class,
{
    let value = this.with(|whole| part(whole).clone());
    value.to_python(this.gil())
}

/// The setter; `object` is `None` if Python code deletes the property.
pub(crate) fn set<T, V: Property>(
    this: &Instance<Shared<T>>,
    object: Option<&Object>,
    part: fn(&mut T) -> &mut V,
) -> Result<()>
where
    Shared<T>: Class,
{
    let Some(object) = object else {
        return Err(Raised::new(Kind::AttributeError, "the property cannot be deleted"));
    };
    let mut value = V::from_python(object)?;
    this.with(|whole| std::mem::swap(part(whole), &mut value));
    Ok(())
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
                    // SAFETY: Python calls this.
                    let gil = unsafe { ::pyox_python_objects::Gil::held() };
                    // SAFETY: Python calls getters of a type with its instances only.
                    let this = unsafe { Object::borrowed(this).map(|this| $crate::class::Instance::of_method(this)) };
                    let found = this.and_then(|this| $crate::property::get::<$whole, _>(&this, $part));
                    ::pyox_python_objects::returned(gil, found)
                }
                unsafe extern "C" fn set(
                    this: *mut pyo3_ffi::PyObject,
                    value: *mut pyo3_ffi::PyObject,
                    _closure: *mut std::ffi::c_void,
                ) -> std::ffi::c_int {
                    // SAFETY: Python calls this.
                    let gil = unsafe { ::pyox_python_objects::Gil::held() };
                    // SAFETY: Python calls setters of a type with its instances only, and an object or null.
                    let (this, value) = unsafe {
                        let this = Object::borrowed(this).map(|this| $crate::class::Instance::of_method(this));
                        (this, Object::borrowed(value).ok())
                    };
                    let done = this.and_then(|this| $crate::property::set::<$whole, _>(&this, value.as_ref(), $part));
                    ::pyox_python_objects::status(gil, done)
                }
                $crate::property::settable($name, get, set, $doc)
            },)*
            $crate::arguments::END_OF_PROPERTIES,
        ])
    };
}
pub(crate) use property_table;
