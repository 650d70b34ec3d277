//! Extension modules and the libraries they need: from memory, or from files where they are placed in files.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use pyox_packed_resources::FieldKind;

use crate::catalogue::Found;
use crate::object::{Object, Raised, Result, import_error, set_exception, with_causes};
use crate::state::State;

mod libraries;
mod loadable;
mod memory;
mod registry;

use loadable::Loadable;
pub(crate) use memory::memfd;
use registry::Registry;

/// Paths by which glibc knows extension modules that are loaded, by any interpreter of the process. As with a file, there
/// is one of each however often it is imported: a second copy of `_datetime` breaks CPython 3.13.
static EXTENSIONS: Registry<Identity, PathBuf> = Registry::new();

/// Name of an extension module, length of its library, and CRC-32 of that as it is stored.
type Identity = (String, usize, u32);

impl State {
    /// Makes an extension module: the libraries it needs first, then its own.
    pub(crate) fn create_extension(&self, spec: &Object, entry: &Found<'_>) -> Result<Object> {
        let gil = spec.gil();
        self.load_dependencies(gil, entry)?;
        // Where the system forbids to load code from there, it is loaded from memory.
        if let Some(file) = self.cached_library(gil, entry)?
            && libraries::open(&file).is_ok()
        {
            return self.create_dynamic(spec, &file);
        }
        if let Some(path) = entry.file(FieldKind::Extension)? {
            return self.create_dynamic(spec, &entry.catalogue.origin().join(&*path));
        }
        let Some(library) = entry.value(FieldKind::Extension)? else {
            return Err(import_error("extension module has no library", entry.name()));
        };
        let checksum = entry.checksum(FieldKind::Extension).unwrap_or_else(|| crc32fast::hash(&library));
        let identity = (entry.name().to_owned(), library.len(), checksum);
        if let Some(path) = EXTENSIONS.get(|known| *known == identity) {
            // The file is gone: the path is a name only.
            return self.create_dynamic(spec, path);
        }
        let file = Loadable::new(entry.name(), &library).map_err(|error| not_held(&error, entry.name()))?;
        // Before it is loaded: an interpreter that imports it meanwhile loads the same file.
        let path = EXTENSIONS.add(identity, file.path().to_owned());
        let module = self.create_dynamic(spec, path);
        if module.is_err() {
            // So that it can be tried again.
            file.keep();
        }
        module
    }

    /// `_imp.create_dynamic` opens what `origin` names; the module shall have the virtual path, however.
    fn create_dynamic(&self, spec: &Object, path: &Path) -> Result<Object> {
        let gil = spec.gil();
        let origin = spec.attr(c"origin")?;
        spec.set_attr(c"origin", &self.path_object(gil, path)?)?;
        let create = self.python(gil).imp.attr(c"create_dynamic")?;
        let module = self.python(gil).call_with_frames_removed.call(&[&create, spec]);
        // No attribute may be set while an exception is.
        let module = module.map_err(|raised| raised.take(gil));
        spec.set_attr(c"origin", &origin)?;
        let module = module.map_err(|exception| exception.as_ref().map_or(Raised::pending(), set_exception))?;
        if let Some(file) = module.attr_or_none(c"__file__")
            && file.to_fs_bytes().is_ok_and(|file| file == path.as_os_str().as_bytes())
        {
            match spec.attr_or_none(c"has_location").map_or(Ok(true), |has_location| has_location.is_true())? {
                true => module.set_attr(c"__file__", &origin)?,
                false => module.delete_attr(c"__file__")?,
            }
        }
        Ok(module)
    }
}

fn not_held(error: &dyn std::error::Error, name: &str) -> Raised {
    import_error(&format!("cannot load the library of {name} from memory: {}", with_causes(error)), name)
}
