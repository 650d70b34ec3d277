//! What is written in Python: classes that derive from abstract base classes of the standard library, and what else is
//! shorter there.
//!
//! Each file of `python/` is a namespace of its own, which is executed when an interpreter first needs something in it.
//! The modules that it imports are not imported before.

use std::ffi::{CStr, c_char};

use pyo3_ffi as ffi;
use pyox_python_objects::{Gil, Object, Result, dictionary, import, set_item};

use crate::class::of_interpreter;

/// A file of `python/`.
pub(crate) struct Part {
    /// The file name in tracebacks, and the name by which an interpreter knows the part.
    file: &'static CStr,
    source: &'static str,
}

macro_rules! part {
    ($name:literal) => {
        Part {
            file: match CStr::from_bytes_with_nul(concat!("<oxidized_importer>/", $name, ".py\0").as_bytes()) {
                Ok(file) => file,
                Err(_) => panic!("the name has a NUL"),
            },
            source: concat!(include_str!(concat!("python/", $name, ".py")), "\0"),
        }
    };
}

pub(crate) static LOADERS: Part = part!("loaders");
pub(crate) static METADATA: Part = part!("metadata");
pub(crate) static PDB: Part = part!("pdb");
pub(crate) static PKG_RESOURCES: Part = part!("pkg_resources");
pub(crate) static RESOURCES: Part = part!("resources");
pub(crate) static SOURCE: Part = part!("source");
pub(crate) static ZIP_FINDER: Part = part!("zip_finder");

/// The attributes of the module `oxidized_importer` that are written in Python.
pub(crate) static ATTRIBUTES: [(&str, &Part); 7] = [
    ("OxidizedDistribution", &METADATA),
    ("OxidizedPkgResourcesProvider", &PKG_RESOURCES),
    ("OxidizedResourceReader", &RESOURCES),
    ("OxidizedZipFinder", &ZIP_FINDER),
    ("decode_source", &SOURCE),
    ("pkg_resources_find_distributions", &PKG_RESOURCES),
    ("register_pkg_resources", &PKG_RESOURCES),
];

impl Part {
    /// A class or function that the file defines.
    pub(crate) fn get(&self, gil: Gil, name: &str) -> Result<Object> {
        of_interpreter(gil, self.file, || self.execute(gil))?.item(&Object::str(gil, name)?)
    }

    /// The namespace of the executed file. What it defines belongs to `oxidized_importer`, as far as Python can see.
    fn execute(&self, gil: Gil) -> Result<Object> {
        let source: *const c_char = self.source.as_ptr().cast();
        // SAFETY: source and file name are C strings; the result is checked.
        let code = unsafe { Object::owned(ffi::Py_CompileString(source, self.file.as_ptr(), ffi::Py_file_input)) }?;
        let namespace = dictionary(gil)?;
        set_item(&namespace, c"__name__", &Object::str(gil, "oxidized_importer")?)?;
        // Not those of the code that has called, which can be others.
        set_item(&namespace, c"__builtins__", &import(gil, c"builtins")?)?;
        // SAFETY: a code object and the dictionary in which it runs.
        unsafe { Object::owned(ffi::PyEval_EvalCode(code.as_ptr(), namespace.as_ptr(), namespace.as_ptr())) }?;
        Ok(namespace)
    }
}
