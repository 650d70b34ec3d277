//! Finding, making and executing modules.

use std::borrow::Cow;
use std::path::Path;

use pyo3_ffi as ffi;
use pyox_packed_resources::{Entry, EntryFlags, FieldKind};

use crate::object::{Object, Result, import, import_error};
use crate::paths::cached_path;
use crate::state::State;

impl State {
    /// A module's spec, or `None` if the module is not here. `finder` becomes the loader.
    pub(crate) fn find_spec(&self, finder: &Object, name_object: &Object) -> Result<Option<Object>> {
        let name = name_object.to_str()?;
        match self.importable(name)? {
            Some(entry) => self.spec(finder, name_object, &entry).map(Some),
            None if name.contains('.') && self.data_directory(name)?.is_some() => {
                self.namespace_spec(finder, name_object, name).map(Some)
            }
            None => Ok(None),
        }
    }

    fn spec(&self, finder: &Object, name: &Object, entry: &Entry<'static>) -> Result<Object> {
        let Some(file) = self.module_file(entry)? else { return self.namespace_spec(finder, name, entry.name()) };
        let python = &self.python;
        let origin = self.path_object(&file)?;
        let is_package = entry.is(EntryFlags::PACKAGE);
        let arguments = [name, finder, &origin, &Object::bool(is_package)];
        let spec = python.module_spec.call_keywords(&arguments, Some(&python.spec_keywords))?;
        spec.set_attr_object(&python.name_has_location, &Object::bool(true))?;
        if !entry.is(EntryFlags::EXTENSION) {
            let cached = self.path_object(&cached_path(&file, &python.cache_tag))?;
            spec.set_attr_object(&python.name_cached, &cached)?;
        }
        if is_package {
            let directory = self.path_object(file.parent().unwrap_or(Path::new("")))?;
            spec.set_attr_object(&python.name_locations, &Object::list([Ok(directory)])?)?;
        }
        Ok(spec)
    }

    fn namespace_spec(&self, finder: &Object, name_object: &Object, name: &str) -> Result<Object> {
        let python = &self.python;
        let arguments = [name_object, finder, &Object::none(), &Object::bool(true)];
        let spec = python.module_spec.call_keywords(&arguments, Some(&python.spec_keywords))?;
        let directory = self.path_object(&self.package_directory(name)?)?;
        spec.set_attr_object(&python.name_locations, &Object::list([Ok(directory)])?)?;
        Ok(spec)
    }

    /// The module for a spec if it is an extension module, else `None` so that Python makes it.
    pub(crate) fn create_module(&self, spec: &Object) -> Result<Object> {
        let name = spec.attr(c"name")?;
        let name = name.to_str()?;
        match self.entry(name)? {
            Some(entry) if entry.is(EntryFlags::EXTENSION) => self.create_extension(spec, &entry),
            _ => Ok(Object::none()),
        }
    }

    /// Runs the code of a module in its namespace.
    pub(crate) fn exec_module(&self, finder: &Object, module: &Object) -> Result<()> {
        let name_object = module.attr(c"__spec__").and_then(|spec| spec.attr(c"name"))?;
        let name = name_object.to_str()?;
        let Some(entry) = self.entry(name)?.filter(|entry| entry.is(EntryFlags::MODULE.union(EntryFlags::EXTENSION)))
        else {
            // A namespace package.
            return module.set_attr(c"__file__", &Object::none());
        };
        if entry.is(EntryFlags::EXTENSION) {
            let exec_dynamic = self.python.imp.attr(c"exec_dynamic")?;
            self.python.call_with_frames_removed.call(&[&exec_dynamic, module])?;
            return Ok(());
        }
        let code = self.code(&entry)?;
        // SAFETY: the dictionary of a module lives as long as the module; the result is borrowed.
        let namespace = Object::borrowed(unsafe {
            let dictionary = ffi::PyModule_GetDict(module.as_ptr());
            if dictionary.is_null() {
                return Err(crate::object::Raised);
            }
            dictionary
        });
        self.python.call_with_frames_removed.call(&[&self.python.exec, &code, &namespace])?;
        crate::display::after_import(self, finder, name, module)
    }

    /// The code object of a module, with the virtual path as its file name.
    pub(crate) fn code(&self, entry: &Entry<'static>) -> Result<Object> {
        let file = self.module_file(entry)?.unwrap_or_default();
        let file = self.path_object(&file)?;
        let Some(bytecode) = self.bytecode(entry)? else { return self.compile(entry, &file) };
        // SAFETY: pointer and length describe the slice; the reader checks what it reads.
        let code = Object::owned(unsafe {
            ffi::PyMarshal_ReadObjectFromString(bytecode.as_ptr().cast(), bytecode.len() as isize)
        })?;
        // SAFETY: reads the type of a live object.
        if unsafe { ffi::PyCode_Check(code.as_ptr()) } == 0 {
            return Err(import_error("bytecode does not hold a code object", entry.name()));
        }
        self.python.fix_co_filename.call(&[&code, &file])?;
        Ok(code)
    }

    fn compile(&self, entry: &Entry<'static>, file: &Object) -> Result<Object> {
        let name = entry.name();
        let Some(source) = self.value(entry, FieldKind::Source)? else {
            return Err(import_error(&format!("module {name} has neither bytecode nor source"), name));
        };
        let compile = import(c"builtins")?.attr(c"compile")?;
        let (source, mode) = (Object::bytes(&source)?, Object::str("exec")?);
        // No flags, and none of the frame that imports.
        let (flags, dont_inherit) = (Object::bool(false), Object::bool(true));
        self.python.call_with_frames_removed.call(&[&compile, &source, file, &mode, &flags, &dont_inherit])
    }

    /// The source text of a module; `None` if it has none.
    pub(crate) fn source(&self, name: &str) -> Result<Option<Object>> {
        let Some(entry) = self.entry(name)? else {
            return Err(import_error(&format!("no module named {name:?} in this program"), name));
        };
        let Some(source) = self.value(&entry, FieldKind::Source)? else { return Ok(None) };
        decode_source(&source).map(Some)
    }

    /// Whether the module is a package; an error if it is not here.
    pub(crate) fn is_package(&self, name: &str) -> Result<bool> {
        match self.importable(name)? {
            Some(entry) => Ok(entry.is(EntryFlags::PACKAGE)),
            None => Err(import_error(&format!("no module named {name:?} in this program"), name)),
        }
    }
}

/// Source bytes as text with universal newlines (PEP 263). Text that cannot declare an encoding is decoded here;
/// anything else by `importlib`.
pub(crate) fn decode_source(source: &[u8]) -> Result<Object> {
    let head = source.splitn(3, |&byte| byte == b'\n').take(2);
    let declares = source.starts_with(b"\xef\xbb\xbf") || head.into_iter().any(|line| contains(line, b"coding"));
    match std::str::from_utf8(source) {
        Ok(text) if !declares => {
            let newlines = if text.contains('\r') {
                Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
            } else {
                text.into()
            };
            Object::str(&newlines)
        }
        _ => import(c"importlib._bootstrap_external")?.call_method(c"decode_source", &[&Object::bytes(source)?]),
    }
}

fn contains(line: &[u8], word: &[u8]) -> bool {
    line.windows(word.len()).any(|window| window == word)
}
