//! The finder of a program that starts with it.

use std::ffi::{CStr, c_long};
use std::path::Path;
use std::sync::Arc;

use pyox_python_objects::{Gil, Kind, Object, Raised, Result, import_error, sys};

use crate::catalogue::Catalogue;
use crate::class::Instance;
use crate::layer::Layer;
use crate::roots::Roots;
use crate::state::State;

/// What [`Finder::install`] needs to know.
#[derive(Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The program's resources; of several layers the first that has a module wins.
    pub layers: Vec<Arc<Layer>>,
    /// Where virtual paths are, and the absolute path of the executable that they are below.
    pub roots: Roots,
    /// Path of the script below the directory of the application when the packed `__main__` is one.
    pub script: Option<String>,
    /// `sys.flags.optimize`.
    pub optimize: u8,
    /// Whether modules in memory have `__file__` and `__cached__`, which are virtual paths.
    pub virtual_files: bool,
    /// Is called when native code was loaded from memory. If there is one, virtual paths are those of files for the
    /// whole process.
    pub loaded: Option<Loaded>,
}

/// Is called with the path by which the dynamic loader knows a library, and the virtual path.
pub type Loaded = fn(&Path, &Path);

impl Settings {
    /// A finder of these resources, with virtual paths in `roots`, for a program that is no script.
    pub fn new(layers: Vec<Arc<Layer>>, roots: Roots) -> Self {
        Self { layers, roots, script: None, optimize: 0, virtual_files: true, loaded: None }
    }

    /// Sets the path of the script below the directory of the application, which the packed `__main__` is.
    #[must_use]
    pub fn script(mut self, script: Option<String>) -> Self {
        self.script = script;
        self
    }

    /// Sets the level of optimization that bytecode is taken of first: `sys.flags.optimize`.
    #[must_use]
    pub fn optimize(mut self, optimize: u8) -> Self {
        self.optimize = optimize;
        self
    }

    /// Sets whether modules in memory have `__file__` and `__cached__`.
    #[must_use]
    pub fn virtual_files(mut self, virtual_files: bool) -> Self {
        self.virtual_files = virtual_files;
        self
    }

    /// Sets what is called when native code was loaded from memory.
    #[must_use]
    pub fn loaded(mut self, loaded: Option<Loaded>) -> Self {
        self.loaded = loaded;
        self
    }
}

/// An `OxidizedFinder`.
#[derive(Clone)]
pub struct Finder(Instance<State>);

impl Finder {
    /// Makes a finder and puts it into `sys.meta_path`, after the importer of built-in modules, and into
    /// `sys.path_hooks`.
    ///
    /// # Errors
    ///
    /// A Python exception.
    pub fn install(gil: Gil, settings: Settings) -> Result<Self> {
        let Settings { layers, roots, script, optimize, virtual_files, loaded } = settings;
        let catalogue = Catalogue::new(layers, roots.program().parent().unwrap_or(roots.program()));
        let mut state = State::new(gil, catalogue, roots, script, optimize)?;
        state.is_of_program = true;
        state.virtual_files = virtual_files;
        state.loaded = loaded;
        state.registers_pkg_resources = true;
        let finder = Self(Instance::new(gil, state)?);
        let insert = |list: &CStr, position: c_long, item: &Object| {
            let list = sys(gil, list).ok_or_else(|| Raised::new(Kind::RuntimeError, "sys is not initialised"))?;
            list.call_method(c"insert", &[&Object::int(gil, position)?, item])
        };
        insert(c"meta_path", 1, finder.as_object())?;
        insert(c"path_hooks", 0, &finder.as_object().attr(c"path_hook")?)?;
        Ok(finder)
    }

    /// Frees what it keeps to be fast, before Python ends: some versions never drop it, since they lose modules that
    /// refer to it.
    pub fn release_memory(&self) {
        self.0.catalogue().layers().for_each(|layer| layer.release());
    }

    /// The finder as Python has it.
    pub fn as_object(&self) -> &Object {
        self.0.object()
    }

    /// The code of the packed `__main__`, and its virtual file if modules have one.
    ///
    /// # Errors
    ///
    /// `ImportError` if there is none.
    pub fn main_code(&self) -> Result<(Object, Option<Object>)> {
        let (state, gil) = (&self.0, self.0.gil());
        let catalogue = state.catalogue();
        let entry =
            catalogue.importable("__main__")?.ok_or_else(|| import_error("the program has no __main__", "__main__"))?;
        let file = state.module_file(gil, &entry)?.unwrap_or_default();
        let file = state.virtual_files.then(|| state.path_object(gil, &file)).transpose()?;
        Ok((state.code(gil, &entry)?, file))
    }

    /// Turns a module that something else began to load, such as the frozen `encodings`, into the packed module of its
    /// name: spec, loader and paths are replaced and the packed code runs in its namespace.
    ///
    /// # Errors
    ///
    /// `ImportError` if there is no such packed module, and whatever its code raises.
    pub fn patch_module(&self, module: &Object, name: &str) -> Result<()> {
        let (state, gil) = (&self.0, self.0.gil());
        let spec = state.find_spec(self.as_object(), &Object::str(gil, name)?)?;
        let spec = spec.ok_or_else(|| import_error(&format!("{name} is not packed"), name))?;
        module.set_attr(c"__spec__", &spec)?;
        module.set_attr(c"__loader__", self.as_object())?;
        if state.virtual_files {
            module.set_attr(c"__file__", &spec.attr(c"origin")?)?;
            #[cfg(not(Py_3_15))]
            module.set_attr(c"__cached__", &spec.attr(c"cached")?)?;
        } else if module.attr_or_none(c"__file__").is_some() {
            module.delete_attr(c"__file__")?;
        }
        let locations = spec.attr(c"submodule_search_locations")?;
        if !locations.is_none() {
            module.set_attr_object(&state.python(gil).name_path, &locations)?;
        }
        state.exec_module(&self.0, module)
    }
}
