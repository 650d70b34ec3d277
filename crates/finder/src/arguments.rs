//! Arguments of methods called through vectorcall, and the tables that list such methods.

use std::ffi::CStr;

use pyo3_ffi as ffi;
use pyox_python_objects::{Object, Result, type_error};

/// The arguments of one call, in the order of the method's parameters.
pub(crate) struct Arguments(pub(crate) [Option<Object>; MOST]);

/// The most parameters that a method has.
const MOST: usize = 3;

impl Arguments {
    /// Sorts positional and named arguments into the parameters; the first `required` ones must be there.
    ///
    /// # Safety
    ///
    /// `values` points at as many objects as `count` and `names`, which is null or a tuple of strings, say.
    pub(crate) unsafe fn new(
        parameters: &[&str],
        required: usize,
        values: *const *mut ffi::PyObject,
        count: isize,
        names: *mut ffi::PyObject,
    ) -> Result<Self> {
        let named_parameter = |name: &str| parameters.iter().position(|parameter| name_of(parameter) == name);
        let count = count as usize;
        if count > parameters.len().min(MOST) {
            return Err(type_error(&format!("takes at most {} arguments ({count} given)", parameters.len())));
        }
        // SAFETY: the caller promises `count` valid objects.
        let value = |i: usize| unsafe { Object::borrowed(*values.add(i)) };
        let mut found = [const { None }; MOST];
        for (i, place) in found.iter_mut().enumerate().take(count) {
            *place = Some(value(i)?);
        }
        // SAFETY: `names` is null or a tuple.
        let named = if names.is_null() { 0 } else { unsafe { ffi::PyTuple_Size(names) as usize } };
        for i in 0..named {
            // SAFETY: the index is below the size of the tuple.
            let name = unsafe { Object::borrowed(ffi::PyTuple_GetItem(names, i as isize)) }?;
            let name = name.to_str()?;
            let Some(position) = named_parameter(name) else {
                return Err(type_error(&format!("got an unexpected keyword argument '{name}'")));
            };
            if found[position].replace(value(count + i)?).is_some() {
                return Err(type_error(&format!("got multiple values for argument '{name}'")));
            }
        }
        match found.iter().take(required).position(Option::is_none) {
            Some(missing) => Err(type_error(&format!("missing required argument: '{}'", name_of(parameters[missing])))),
            None => Ok(Self(found)),
        }
    }

    /// The same for a constructor, which gets a tuple and null or a dictionary.
    ///
    /// # Safety
    ///
    /// `positional` is a tuple, and `named` null or a dictionary with strings for keys.
    pub(crate) unsafe fn of_constructor(
        parameters: &[&str],
        required: usize,
        positional: *mut ffi::PyObject,
        named: *mut ffi::PyObject,
    ) -> Result<Self> {
        // SAFETY: the caller promises a tuple; its items are borrowed while it lives.
        let mut values: Vec<*mut ffi::PyObject> =
            unsafe { (0..ffi::PyTuple_Size(positional)).map(|i| ffi::PyTuple_GetItem(positional, i)).collect() };
        let count = values.len() as isize;
        if named.is_null() {
            // SAFETY: the pointers are live for the call.
            return unsafe { Self::new(parameters, required, values.as_ptr(), count, named) };
        }
        // SAFETY: the caller promises a dictionary, which nothing changes during the call.
        unsafe {
            let names = Object::owned(ffi::PyDict_Keys(named))?;
            let names = Object::owned(ffi::PyList_AsTuple(names.as_ptr()))?;
            let named = Object::owned(ffi::PyDict_Values(named))?;
            values.extend((0..ffi::PyList_Size(named.as_ptr())).map(|i| ffi::PyList_GetItem(named.as_ptr(), i)));
            Self::new(parameters, required, values.as_ptr(), count, names.as_ptr())
        }
    }

    /// A parameter that was checked to be there.
    pub(crate) fn required(&self, position: usize) -> &Object {
        self.0[position].as_ref().expect("required arguments were checked")
    }

    /// A parameter that may be absent or `None`.
    pub(crate) fn optional(&self, position: usize) -> Option<&Object> {
        self.0[position].as_ref().filter(|value| !value.is_none())
    }
}

/// The name of a parameter, which may have a default after it.
fn name_of(parameter: &str) -> &str {
    parameter.split('=').next().unwrap_or(parameter)
}

/// The parameters of a method; it does not compile with more than [`Arguments`] has places for.
pub(crate) const fn checked(parameters: &'static [&'static str]) -> &'static [&'static str] {
    assert!(parameters.len() <= MOST);
    parameters
}

/// Defines a function in the shape of `PyCFunctionFastWithKeywords` around a closure that gets `self` and
/// [`Arguments`] and returns an object. `self` is an instance of the named type, whose table of methods must have the
/// function; without one it is the module. An optional parameter has its default after `=`, or the default `None`. A
/// module of the same name tells [`method_table`] of the parameters.
macro_rules! fast_method {
    ($class:ty: $name:ident, [$($parameter:literal),*], $required:literal, $body:expr) => {
        $crate::arguments::fast_method! {
            @ $name, [$($parameter),*], $required, $crate::class::Instance<$class>, $body,
            // SAFETY: Python calls methods of a type with its instances only.
            |this| unsafe { $crate::class::Instance::of_method(this) }
        }
    };
    ($name:ident, [$($parameter:literal),*], $required:literal, $body:expr) => {
        $crate::arguments::fast_method! { @ $name, [$($parameter),*], $required, Object, $body, |this| this }
    };
    (@ $name:ident, [$($parameter:literal),*], $required:literal, $this:ty, $body:expr, $of_object:expr) => {
        mod $name {
            pub(super) const PARAMETERS: &[&str] = $crate::arguments::checked(&[$($parameter),*]);
            pub(super) const REQUIRED: usize = $required;
        }

        unsafe extern "C" fn $name(
            this: *mut ffi::PyObject,
            values: *const *mut ffi::PyObject,
            count: isize,
            names: *mut ffi::PyObject,
        ) -> *mut ffi::PyObject {
            // SAFETY: Python calls this.
            let gil = unsafe { ::pyox_python_objects::Gil::held() };
            let of_object: fn(Object) -> $this = $of_object;
            let body: fn(&$this, Arguments) -> Result<Object> = $body;
            let call = || {
                // SAFETY: Python calls with an object and the arguments that the vectorcall protocol describes.
                let (this, arguments) = unsafe {
                    let this = Object::borrowed(this)?;
                    (this, Arguments::new($name::PARAMETERS, $name::REQUIRED, values, count, names)?)
                };
                body(&of_object(this), arguments)
            };
            ::pyox_python_objects::returned(gil, call())
        }
    };
}
pub(crate) use fast_method;

/// The signature of what [`fast_method`] defines.
pub(crate) type FastMethod = unsafe extern "C" fn(
    *mut ffi::PyObject,
    *const *mut ffi::PyObject,
    isize,
    *mut ffi::PyObject,
) -> *mut ffi::PyObject;

/// Documentation of a method as the C API wants it: the signature comes first, `inspect.signature` reads it.
pub(crate) struct Documentation {
    text: [u8; 1024],
    /// Without the NUL after it.
    pub(crate) length: usize,
}

impl Documentation {
    pub(crate) const fn new(name: &CStr, parameters: &[&str], required: usize, doc: &CStr) -> Self {
        let mut made = Self { text: [0; 1024], length: 0 }.push(name.to_bytes()).push(b"($self");
        let mut i = 0;
        while i < parameters.len() {
            let parameter = parameters[i].as_bytes();
            made = made.push(b", ").push(parameter);
            if i >= required && !has_default(parameter) {
                made = made.push(b"=None");
            }
            i += 1;
        }
        made.push(b")\n--\n\n").push(doc.to_bytes())
    }

    const fn push(mut self, part: &[u8]) -> Self {
        let mut i = 0;
        while i < part.len() {
            self.text[self.length] = part[i];
            self.length += 1;
            i += 1;
        }
        self
    }

    /// The text with a NUL after it; `N` is the length of both.
    pub(crate) const fn terminated<const N: usize>(&self) -> [u8; N] {
        let mut text = [0; N];
        let mut i = 0;
        while i < self.length {
            text[i] = self.text[i];
            i += 1;
        }
        text
    }
}

const fn has_default(parameter: &[u8]) -> bool {
    let mut i = 0;
    while i < parameter.len() {
        if parameter[i] == b'=' {
            return true;
        }
        i += 1;
    }
    false
}

/// A row of a method table; `doc` ends with NUL.
pub(crate) const fn method(name: &'static CStr, function: FastMethod, doc: &'static [u8]) -> ffi::PyMethodDef {
    ffi::PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunctionFastWithKeywords: function },
        ml_flags: ffi::METH_FASTCALL | ffi::METH_KEYWORDS,
        ml_doc: doc.as_ptr().cast(),
    }
}

/// A table of the C API that is never written to.
pub(crate) struct Static<T>(pub(crate) T);

/// Methods, the last row being [`END`].
pub(crate) type MethodTable = Static<&'static [ffi::PyMethodDef]>;

// SAFETY: the tables hold pointers to static strings and functions, and Python only reads them.
unsafe impl<T> Sync for Static<T> {}

/// The row that ends a method table.
pub(crate) const END: ffi::PyMethodDef = ffi::PyMethodDef::zeroed();

/// A table of methods with the row that ends it.
macro_rules! method_table {
    ($($(#[$condition:meta])* ($name:literal, $function:ident, $doc:literal)),* $(,)?) => {
        $crate::arguments::Static(&[
            $($(#[$condition])* {
                use $crate::arguments::Documentation;
                const DOC: Documentation =
                    Documentation::new($name, $function::PARAMETERS, $function::REQUIRED, $doc);
                const TEXT: [u8; DOC.length + 1] = DOC.terminated();
                $crate::arguments::method($name, $function, &TEXT)
            },)*
            $crate::arguments::END,
        ])
    };
}
pub(crate) use method_table;

/// Defines a function in the shape of `getter` around a closure that gets `self`, an instance of the named type, whose
/// table of properties must have the function, and returns an object.
macro_rules! property {
    ($class:ty: $name:ident, $body:expr) => {
        unsafe extern "C" fn $name(
            this: *mut pyo3_ffi::PyObject,
            _closure: *mut std::ffi::c_void,
        ) -> *mut pyo3_ffi::PyObject {
            // SAFETY: Python calls this.
            let gil = unsafe { ::pyox_python_objects::Gil::held() };
            let body: fn(&$crate::class::Instance<$class>) -> Result<Object> = $body;
            // SAFETY: Python calls getters of a type with its instances only.
            let this = unsafe { Object::borrowed(this).map(|this| $crate::class::Instance::of_method(this)) };
            ::pyox_python_objects::returned(gil, this.and_then(|this| body(&this)))
        }
    };
}
pub(crate) use property;

/// A row of a table of properties that cannot be set.
pub(crate) const fn getter(name: &'static CStr, get: ffi::getter, doc: &'static CStr) -> ffi::PyGetSetDef {
    ffi::PyGetSetDef {
        name: name.as_ptr(),
        get: Some(get),
        set: None,
        doc: doc.as_ptr(),
        closure: std::ptr::null_mut(),
    }
}

/// The row that ends a table of properties.
pub(crate) const END_OF_PROPERTIES: ffi::PyGetSetDef = ffi::PyGetSetDef {
    name: std::ptr::null(),
    get: None,
    set: None,
    doc: std::ptr::null(),
    closure: std::ptr::null_mut(),
};
