//! Finding, making and executing modules.

use std::borrow::Cow;
use std::ffi::CStr;

use pyo3_ffi as ffi;
use pyox_packed_resources::{EntryFlags, FieldKind};
use pyox_python_objects::{Gil, Object, Raised, Result, describe, import, import_error};

use crate::catalogue::Found;
use crate::class::Instance;
use crate::python::LOADERS;
use crate::state::State;

impl State {
    /// A module's spec, or `None` if the module is not here. `finder` becomes the loader.
    pub(crate) fn find_spec(&self, finder: &Object, name_object: &Object) -> Result<Option<Object>> {
        let Some(name) = name_object.to_name()? else { return Ok(None) };
        let catalogue = self.catalogue();
        match catalogue.entry(name)? {
            Some(entry) if entry.is(EntryFlags::IMPORTABLE) => self.spec(finder, name_object, &entry).map(Some),
            Some(entry) if entry.is(EntryFlags::BUILTIN) => spec_of_interpreter(c"BuiltinImporter", name_object),
            Some(entry) if entry.is(EntryFlags::FROZEN) => spec_of_interpreter(c"FrozenImporter", name_object),
            _ if name.contains('.') && catalogue.data_directory(name)?.is_some() => self
                .namespace_spec(finder, name_object, &[self.package_directory(finder.gil(), &catalogue, name)?])
                .map(Some),
            _ => Ok(None),
        }
    }

    /// The spec by which a path entry finder finds a module under a name, which may be another one than it is packed
    /// under. A module with source text has a loader of importlib's: what derives from that, or asks for it, is served.
    pub(crate) fn find_spec_as(&self, finder: &Instance<Self>, name: &Object, packed: &str) -> Result<Option<Object>> {
        let (gil, is_own_name) = (finder.gil(), name.to_name()? == Some(packed));
        let catalogue = self.catalogue();
        let Some(entry) = catalogue.importable(packed)?.filter(|_| packed != "__main__") else {
            return if is_own_name { self.find_spec(finder.object(), name) } else { Ok(None) };
        };
        let spec = self.spec(finder.object(), name, &entry)?;
        let packed = Object::str(gil, packed)?;
        let is_source = entry.has(FieldKind::Source) && !entry.is(EntryFlags::EXTENSION);
        if is_source && self.virtual_files {
            let loader = LOADERS.get(gil, "OxidizedSourceLoader")?;
            spec.set_attr(c"loader", &loader.call(&[name, &spec.attr(c"origin")?, finder.object(), &packed])?)?;
        } else if !is_own_name {
            spec.set_attr(PACKED_NAME, &packed)?;
        }
        Ok(Some(spec))
    }

    /// The module for a spec if it is an extension module, else `None` so that Python makes it.
    pub(crate) fn create_module(&self, spec: &Object) -> Result<Object> {
        let name = packed_name(spec)?;
        match self.catalogue().entry(name.to_str()?)? {
            Some(entry) if entry.is(EntryFlags::EXTENSION) => self.create_extension(spec, &entry),
            Some(entry) => self.complete_spec(spec, &entry).map(|()| Object::none(spec.gil())),
            None => Ok(Object::none(spec.gil())),
        }
    }

    /// Runs the code of a module in its namespace.
    pub(crate) fn exec_module(&self, finder: &Instance<Self>, module: &Object) -> Result<()> {
        let gil = module.gil();
        // The name of the spec is that of the code; the module itself may be called `__main__`.
        let spec = module.attr_or_none(c"__spec__").filter(|spec| !spec.is_none());
        let name_object = spec.map_or_else(|| module.attr(c"__name__"), |spec| packed_name(&spec))?;
        let name = name_object.to_str()?;
        let catalogue = self.catalogue();
        let Some(entry) = catalogue.importable(name)?.filter(|entry| !is_namespace(entry)) else {
            if !self.is_package(name)? {
                return Err(unknown(name));
            }
            return module.set_attr(c"__file__", &Object::none(gil));
        };
        if entry.is(EntryFlags::EXTENSION) {
            let exec_dynamic = self.python(gil).imp.attr(c"exec_dynamic")?;
            self.python(gil).call_with_frames_removed.call(&[&exec_dynamic, module])?;
            if name == crate::tcl::MODULE {
                self.lead_tcl(&entry);
            }
            return Ok(());
        }
        let code = self.code(gil, &entry)?;
        // SAFETY: any object; the result is borrowed from a module, or null for other objects.
        let namespace = unsafe { Object::borrowed(ffi::PyModule_GetDict(module.as_ptr())) }.or_else(|raised| {
            raised.forget(gil);
            module.attr(c"__dict__")
        })?;
        self.python(gil).call_with_frames_removed.call(&[&self.python(gil).exec, &code, &namespace])?;
        crate::display::after_import(finder, name, module)
    }

    /// The code object of a module, with the virtual path as its file name.
    pub(crate) fn code(&self, gil: Gil, entry: &Found<'_>) -> Result<Object> {
        let file = self.path_object(gil, &self.source_file(gil, entry)?)?;
        let Some(bytecode) = entry.bytecode(&self.bytecode_kinds)? else { return self.compile(entry, &file) };
        // SAFETY: pointer and length describe the slice; the reader checks what it reads.
        let code = unsafe {
            Object::owned(ffi::PyMarshal_ReadObjectFromString(bytecode.as_ptr().cast(), bytecode.len() as isize))
        };
        let code = code.map_err(|raised| {
            let Some(exception) = raised.take(gil) else { return Raised::pending() };
            import_error(&format!("packed bytecode of {:?}: {}", entry.name(), describe(&exception)), entry.name())
        })?;
        // SAFETY: reads the type of a live object.
        if unsafe { ffi::PyCode_Check(code.as_ptr()) } == 0 {
            return Err(import_error("bytecode does not hold a code object", entry.name()));
        }
        self.python(gil).fix_co_filename.call(&[&code, &file])?;
        Ok(code)
    }

    fn compile(&self, entry: &Found<'_>, file: &Object) -> Result<Object> {
        let name = entry.name();
        let Some(source) = entry.value(FieldKind::Source)? else {
            return Err(import_error(&format!("module {name} has neither bytecode nor source"), name));
        };
        let gil = file.gil();
        let compile = import(gil, c"builtins")?.attr(c"compile")?;
        let (source, mode) = (Object::bytes(gil, &source)?, Object::str(gil, "exec")?);
        // No flags, and none of the frame that imports.
        let (flags, dont_inherit) = (Object::bool(gil, false), Object::bool(gil, true));
        self.python(gil).call_with_frames_removed.call(&[&compile, &source, file, &mode, &flags, &dont_inherit])
    }

    /// The source text of a module; `None` if it has none.
    pub(crate) fn source(&self, gil: Gil, name: &str) -> Result<Option<Object>> {
        let catalogue = self.catalogue();
        let Some(entry) = catalogue.entry(name)? else { return Err(unknown(name)) };
        let Some(source) = entry.value(FieldKind::Source)? else { return Ok(None) };
        decode_source(gil, &source).map(Some)
    }

    /// Whether the module is a package; an error if it is not here.
    pub(crate) fn is_package(&self, name: &str) -> Result<bool> {
        let catalogue = self.catalogue();
        match catalogue.importable(name)? {
            Some(entry) => Ok(entry.is(EntryFlags::PACKAGE) || is_namespace(&entry)),
            None if catalogue.data_directory(name)?.is_some() => Ok(true),
            None => Err(unknown(name)),
        }
    }
}

/// The attribute of a spec with the name that a module is packed under, if it is imported under another one.
const PACKED_NAME: &CStr = c"loader_state";

/// The name that the module of a spec is packed under.
fn packed_name(spec: &Object) -> Result<Object> {
    match spec.attr_or_none(PACKED_NAME).filter(Object::is_str) {
        Some(name) => Ok(name),
        None => spec.attr(c"name"),
    }
}

/// Whether it is a package without code.
pub(crate) fn is_namespace(entry: &Found<'_>) -> bool {
    !entry.is(EntryFlags::MODULE.union(EntryFlags::EXTENSION))
}

/// `ImportError` for a name that the finder does not have.
pub(crate) fn unknown(name: &str) -> Raised {
    import_error(&format!("no module named {name:?} in packed resources"), name)
}

/// The spec of a module that is part of the interpreter.
fn spec_of_interpreter(importer: &CStr, name: &Object) -> Result<Option<Object>> {
    let spec = import(name.gil(), c"_frozen_importlib")?.attr(importer)?.call_method(c"find_spec", &[name])?;
    Ok((!spec.is_none()).then_some(spec))
}

/// Source bytes as text with universal newlines (PEP 263). Text that cannot declare an encoding is decoded here;
/// anything else by `importlib`.
pub(crate) fn decode_source(gil: Gil, source: &[u8]) -> Result<Object> {
    let head = source.splitn(3, |&byte| byte == b'\n').take(2);
    let declares = source.starts_with(b"\xef\xbb\xbf") || head.into_iter().any(|line| contains(line, b"coding"));
    match std::str::from_utf8(source) {
        Ok(text) if !declares => {
            let newlines = if text.contains('\r') {
                Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
            } else {
                text.into()
            };
            Object::str(gil, &newlines)
        }
        _ => import(gil, c"importlib._bootstrap_external")?
            .call_method(c"decode_source", &[&Object::bytes(gil, source)?]),
    }
}

fn contains(line: &[u8], word: &[u8]) -> bool {
    line.windows(word.len()).any(|window| window == word)
}
