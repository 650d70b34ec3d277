//! A finder: the resources it has, the virtual root, and objects of Python that imports need.

use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use pyo3_ffi as ffi;
use pyox_packed_resources::FieldKind;

use crate::catalogue::Catalogue;
use crate::object::{Object, Result, import, sys};

/// What an `OxidizedFinder` is.
pub struct State {
    catalogue: RwLock<Arc<Catalogue>>,
    /// Absolute path that virtual paths are below: that of the executable.
    pub(crate) root: PathBuf,
    /// Path below the root of the script that is the packed `__main__`, if that is one.
    pub(crate) script: Option<String>,
    /// Whether a program starts with the finder: its `__main__` is then what runs, and no module to find.
    pub(crate) is_of_program: bool,
    /// Kinds of bytecode in the order in which they are looked for.
    pub(crate) bytecode_kinds: [FieldKind; 3],
    pub(crate) python: Python,
    /// Cache directories by name; `None` for those that could not be used.
    pub(crate) cached: Mutex<HashMap<String, Option<PathBuf>>>,
    /// Whether importing `pkg_resources` makes it know this finder.
    pub(crate) registers_pkg_resources: bool,
}

/// Objects of Python that every import needs, looked up once.
pub(crate) struct Python {
    pub(crate) module_spec: Object,
    pub(crate) spec_keywords: Object,
    pub(crate) call_with_frames_removed: Object,
    pub(crate) exec: Object,
    pub(crate) imp: Object,
    pub(crate) fix_co_filename: Object,
    pub(crate) name_has_location: Object,
    pub(crate) name_cached: Object,
    pub(crate) name_locations: Object,
    pub(crate) name_path: Object,
    pub(crate) cache_tag: String,
}

impl Python {
    fn new() -> Result<Self> {
        let bootstrap = import(c"_frozen_importlib")?;
        let imp = import(c"_imp")?;
        // SAFETY: builtins are alive while Python runs; the tuple takes over the references it is given.
        let (exec, spec_keywords) = unsafe {
            let builtins = Object::borrowed(ffi::PyEval_GetBuiltins());
            let exec = ffi::PyDict_GetItemString(builtins.as_ptr(), c"exec".as_ptr());
            let names = Object::owned(ffi::PyTuple_New(2))?;
            ffi::PyTuple_SetItem(names.as_ptr(), 0, interned("origin")?.into_ptr());
            ffi::PyTuple_SetItem(names.as_ptr(), 1, interned("is_package")?.into_ptr());
            (Object::borrowed(exec), names)
        };
        let tag = sys(c"implementation").and_then(|implementation| implementation.attr_or_none(c"cache_tag"));
        Ok(Self {
            module_spec: bootstrap.attr(c"ModuleSpec")?,
            spec_keywords,
            call_with_frames_removed: bootstrap.attr(c"_call_with_frames_removed")?,
            exec,
            fix_co_filename: imp.attr(c"_fix_co_filename")?,
            imp,
            name_has_location: interned("_set_fileattr")?,
            name_cached: interned("_cached")?,
            name_locations: interned("submodule_search_locations")?,
            name_path: interned("__path__")?,
            cache_tag: tag.as_ref().and_then(|tag| tag.to_str().ok()).unwrap_or_default().to_owned(),
        })
    }
}

fn interned(text: &str) -> Result<Object> {
    let mut pointer = Object::str(text)?.into_ptr();
    // SAFETY: the call replaces the owned reference by one to the interned string.
    unsafe { ffi::PyUnicode_InternInPlace(&raw mut pointer) };
    Object::owned(pointer)
}

impl State {
    /// `optimize` is that of `sys.flags`.
    pub(crate) fn new(catalogue: Catalogue, root: PathBuf, script: Option<String>, optimize: u8) -> Result<Self> {
        use FieldKind::{Bytecode, BytecodeOpt1, BytecodeOpt2};
        let bytecode_kinds = match optimize {
            0 => [Bytecode, BytecodeOpt1, BytecodeOpt2],
            1 => [BytecodeOpt1, Bytecode, BytecodeOpt2],
            _ => [BytecodeOpt2, BytecodeOpt1, Bytecode],
        };
        Ok(Self {
            catalogue: RwLock::new(Arc::new(catalogue)),
            root,
            script,
            is_of_program: false,
            bytecode_kinds,
            python: Python::new()?,
            cached: Mutex::default(),
            registers_pkg_resources: false,
        })
    }

    /// What the finder knows now. Whatever Python does meanwhile, this does not change.
    pub(crate) fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.catalogue.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes what the finder knows. It is copied only if somebody is using it; `change` must not call Python.
    pub(crate) fn update(&self, change: impl FnOnce(&mut Catalogue)) {
        change(Arc::make_mut(&mut self.catalogue.write().unwrap_or_else(PoisonError::into_inner)));
    }

    /// A path object or string as bytes of the file system becomes a Python string.
    pub(crate) fn path_object(&self, path: &Path) -> Result<Object> {
        Object::fs_str(path.as_os_str().as_bytes())
    }
}
