//! What a finder knows: the resources, the virtual root, and how to look things up in both.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::c_int;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use pyo3_ffi as ffi;
use pyox_packed_resources::{Decoder, Entry, EntryFlags, Error, Field, FieldKind, Index};

use crate::object::{Object, Raised, Result, import, import_error, sys};

/// What [`crate::install`] needs to know.
#[derive(Clone)]
pub struct Settings {
    /// The program's resources.
    pub resources: &'static (dyn Index + Send + Sync),
    /// Absolute path of the executable: the root of virtual paths.
    pub root: PathBuf,
    /// Path of the script below the root when the packed `__main__` is one.
    pub script: Option<String>,
    /// `sys.flags.optimize`.
    pub optimize: u8,
}

/// State behind an `OxidizedFinder`.
pub struct State {
    pub(crate) resources: &'static (dyn Index + Send + Sync),
    decoder: Decoder<'static>,
    pub(crate) root: PathBuf,
    pub(crate) script: Option<String>,
    bytecode_kinds: [FieldKind; 3],
    pub(crate) python: Python,
    /// Cache directories by name; `None` for those that could not be used.
    pub(crate) cached: Mutex<HashMap<String, Option<PathBuf>>>,
    /// The module made of `support.py`, once something needs it.
    pub(crate) support: OnceLock<Object>,
    /// `OxidizedPathEntryFinder`, once something needs it.
    pub(crate) path_entry_type: OnceLock<Object>,
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
    pub(crate) fn new(settings: Settings) -> Result<Self> {
        use FieldKind::{Bytecode, BytecodeOpt1, BytecodeOpt2};
        let bytecode_kinds = match settings.optimize {
            0 => [Bytecode, BytecodeOpt1, BytecodeOpt2],
            1 => [BytecodeOpt1, Bytecode, BytecodeOpt2],
            _ => [BytecodeOpt2, BytecodeOpt1, Bytecode],
        };
        Ok(Self {
            resources: settings.resources,
            decoder: Decoder::new(),
            root: settings.root,
            script: settings.script,
            bytecode_kinds,
            python: Python::new()?,
            cached: Mutex::default(),
            support: OnceLock::new(),
            path_entry_type: OnceLock::new(),
        })
    }

    /// The entry of something that can be imported.
    pub(crate) fn importable(&self, name: &str) -> Result<Option<Entry<'static>>> {
        let entry = self.entry(name)?;
        Ok(entry.filter(|entry| entry.is(EntryFlags::IMPORTABLE)))
    }

    /// The entry with this name; damage of the blob becomes `ImportError`.
    pub(crate) fn entry(&self, name: &str) -> Result<Option<Entry<'static>>> {
        self.resources.entry(name).map_err(|error| damaged(&error, name))
    }

    /// The value of a field, if the entry has it.
    pub(crate) fn value(&self, entry: &Entry<'static>, kind: FieldKind) -> Result<Option<Cow<'static, [u8]>>> {
        self.keyed_value(entry, kind, "")
    }

    /// The value of a field with a key, if the entry has it.
    pub(crate) fn keyed_value(
        &self,
        entry: &Entry<'static>,
        kind: FieldKind,
        key: &str,
    ) -> Result<Option<Cow<'static, [u8]>>> {
        let field = entry.keyed(kind, key).map_err(|error| damaged(&error, entry.name()))?;
        field.map(|field| self.read(&field).map_err(|error| damaged(&error, entry.name()))).transpose()
    }

    /// The value of a field.
    pub(crate) fn read(&self, field: &Field<'static>) -> std::result::Result<Cow<'static, [u8]>, Error> {
        self.decoder.read(field)
    }

    /// The value of a field that is text.
    pub(crate) fn text(&self, entry: &Entry<'static>, kind: FieldKind) -> Result<Option<String>> {
        Ok(self.value(entry, kind)?.and_then(|value| String::from_utf8(value.into_owned()).ok()))
    }

    /// Marshalled code of a module, of the level that runs or else of another.
    pub(crate) fn bytecode(&self, entry: &Entry<'static>) -> Result<Option<Cow<'static, [u8]>>> {
        for kind in self.bytecode_kinds {
            if let Some(value) = self.value(entry, kind)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// A path object or string as bytes of the file system becomes a Python string.
    pub(crate) fn path_object(&self, path: &Path) -> Result<Object> {
        Object::fs_str(path.as_os_str().as_bytes())
    }

    /// The module made of `support.py`.
    pub(crate) fn support(&self) -> Result<&Object> {
        if self.support.get().is_none() {
            let module = load_support()?;
            let _ = self.support.set(module);
        }
        self.support.get().ok_or(Raised)
    }
}

/// Damage of the blob as `ImportError`.
pub(crate) fn damaged(error: &Error, name: &str) -> Raised {
    let mut message = format!("packed resources of {name:?}: {error}");
    if let Some(source) = std::error::Error::source(error) {
        message.push_str(&format!(": {source}"));
    }
    import_error(&message, name)
}

fn load_support() -> Result<Object> {
    const SOURCE: &str = concat!(include_str!("support.py"), "\0");
    const FILE_INPUT: c_int = ffi::Py_file_input;
    // SAFETY: the source and the names are C strings; the result is checked.
    let code = Object::owned(unsafe {
        ffi::Py_CompileString(SOURCE.as_ptr().cast(), c"<oxidized_importer>/support.py".as_ptr(), FILE_INPUT)
    })?;
    // SAFETY: `code` is a code object; the module is added to `sys.modules` under a name of ours.
    Object::owned(unsafe { ffi::PyImport_ExecCodeModule(c"_oxidized_importer_support".as_ptr(), code.as_ptr()) })
}
