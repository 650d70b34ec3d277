//! Modules of the program that an application means not to be found: it has changed the paths that lead to them.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use pyo3_ffi as ffi;
use pyox_packed_resources::EntryFlags;
use pyox_python_objects::{Object, Result, import, sys};

use crate::catalogue::{Catalogue, Found};
use crate::class::Instance;
use crate::state::State;

impl Instance<State> {
    /// Whether someone has put a path hook before that of the program, to load modules in another way: then path entry
    /// finders find them, the program's among these.
    pub(crate) fn is_after_other_hooks(&self) -> Result<bool> {
        let gil = self.object().gil();
        let Some(hooks) = sys(gil, c"path_hooks").filter(Object::is_list) else { return Ok(false) };
        // SAFETY: a list; what it has not is null and an exception.
        match unsafe { Object::borrowed(ffi::PyList_GetItem(hooks.as_ptr(), 0)) } {
            Ok(first) if is_method_of(&first, self.object()) => return Ok(false),
            Ok(_) => {}
            Err(raised) => {
                raised.forget(gil);
                return Ok(false);
            }
        }
        let mut position = None;
        let mut index = 0;
        hooks.for_each(|hook| {
            if position.is_none() && is_method_of(&hook, self.object()) {
                position = Some(index);
            }
            index += 1;
            Ok(())
        })?;
        Ok(position.is_some_and(|position| position > 0))
    }
}

impl State {
    /// What is to be found instead of the program's module: the object `None` if other finders must look for it.
    pub(crate) fn found_on_changed_paths(&self, name: &Object, path: Option<&Object>) -> Result<Option<Object>> {
        let Some(text) = name.to_name()? else { return Ok(None) };
        let catalogue = self.catalogue();
        match (text.rsplit_once('.'), path) {
            (Some((package, _)), Some(path)) => {
                let leads_here = self.leads_to_package(&catalogue, package, path)?;
                Ok((!leads_here).then(|| Object::none(name.gil())))
            }
            (Some(_), None) => Ok(None),
            (None, _) => match catalogue.entry(text)? {
                Some(entry) if entry.is(EntryFlags::PACKAGE) => self.in_own_directory(name, &entry),
                _ => Ok(None),
            },
        }
    }

    /// Whether a `__path__` has the directory of the package, or is none that says anything. Until Python 3.11
    /// `setuptools` puts its own package in the place of `distutils`, whose submodules are then those of its directory.
    fn leads_to_package(&self, catalogue: &Catalogue, package: &str, path: &Object) -> Result<bool> {
        if !path.is_list() || path.is_empty_list() {
            return Ok(true);
        }
        let Some(entry) = catalogue.entry(package)? else { return Ok(true) };
        if let Some(file) = self.module_file(path.gil(), &entry)? {
            return contains(path, file.parent().unwrap_or(&file));
        }
        for directory in self.namespace_directories(path.gil(), catalogue, package)? {
            if contains(path, &directory)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A module of the package's name in the directory of the package, if that is in `sys.path`: `cv2` imports its
    /// extension module so.
    fn in_own_directory(&self, name: &Object, entry: &Found<'_>) -> Result<Option<Object>> {
        let gil = name.gil();
        let Some(file) = self.module_file(gil, entry)? else { return Ok(None) };
        let directory = file.parent().unwrap_or(&file);
        let Some(search_path) = sys(gil, c"path").filter(Object::is_list) else { return Ok(None) };
        if !contains(&search_path, directory)? {
            return Ok(None);
        }
        let directory = Object::list(gil, [self.path_object(gil, directory)])?;
        let found = import(gil, c"_frozen_importlib_external")?
            .attr(c"PathFinder")?
            .call_method(c"find_spec", &[name, &directory])?;
        Ok((!found.is_none()).then_some(found))
    }
}

/// Whether it is a method of an object of ours.
fn is_method_of(method: &Object, object: &Object) -> bool {
    // SAFETY: a built-in function, whose `self` is null or borrowed.
    unsafe {
        ffi::PyCFunction_Check(method.as_ptr()) != 0 && ffi::PyCFunction_GetSelf(method.as_ptr()) == object.as_ptr()
    }
}

/// Whether a list has a path.
fn contains(list: &Object, path: &Path) -> Result<bool> {
    let path = Object::fs_str(list.gil(), path.as_os_str().as_bytes())?;
    // SAFETY: a list and an object.
    let found = unsafe { ffi::PySequence_Contains(list.as_ptr(), path.as_ptr()) };
    pyox_python_objects::check(found.min(0))?;
    Ok(found > 0)
}
