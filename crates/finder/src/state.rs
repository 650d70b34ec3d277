//! A finder: the resources it has, the virtual root, and objects of Python that imports need.

use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use pyox_native_loader::Placed;
use pyox_packed_resources::FieldKind;
use pyox_python_objects::{Gil, Held, Object, Result, import, interned, sys};

use crate::catalogue::Catalogue;
use crate::install::Loaded;
use crate::roots::Roots;
use crate::spec::Template;

/// What an `OxidizedFinder` is.
pub struct State {
    catalogue: RwLock<Arc<Catalogue>>,
    /// Where virtual paths are: below that of the executable.
    pub(crate) roots: Roots,
    /// Path below the directory of the application of the script that is the packed `__main__`, if that is one.
    pub(crate) script: Option<String>,
    /// `sys.flags.optimize`, at most 2.
    pub(crate) optimize: u8,
    /// Whether a program starts with the finder: its `__main__` is then what runs, and no module to find.
    pub(crate) is_of_program: bool,
    /// Whether modules in memory have `__file__` and `__cached__`.
    pub(crate) virtual_files: bool,
    /// Is called when native code was loaded from memory.
    pub(crate) loaded: Option<Loaded>,
    /// Kinds of bytecode in the order in which they are looked for.
    pub(crate) bytecode_kinds: [FieldKind; 3],
    python: Held<Python>,
    /// Cache directories by name; `None` for those that could not be used.
    pub(crate) placed: Mutex<HashMap<String, Option<Arc<Placed>>>>,
    /// Whether importing `pkg_resources` makes it know this finder.
    pub(crate) registers_pkg_resources: bool,
}

/// Objects of Python that every import needs, looked up once.
pub(crate) struct Python {
    pub(crate) spec: Template,
    pub(crate) call_with_frames_removed: Object,
    pub(crate) exec: Object,
    pub(crate) imp: Object,
    pub(crate) fix_co_filename: Object,
    pub(crate) name_path: Object,
    pub(crate) cache_tag: String,
}

impl Python {
    fn new(gil: Gil) -> Result<Self> {
        let bootstrap = import(gil, c"_frozen_importlib")?;
        let imp = import(gil, c"_imp")?;
        let tag = sys(gil, c"implementation").and_then(|implementation| implementation.attr_or_none(c"cache_tag"));
        Ok(Self {
            spec: Template::new(bootstrap.attr(c"ModuleSpec")?)?,
            call_with_frames_removed: bootstrap.attr(c"_call_with_frames_removed")?,
            exec: import(gil, c"builtins")?.attr(c"exec")?,
            fix_co_filename: imp.attr(c"_fix_co_filename")?,
            imp,
            name_path: interned(gil, "__path__")?,
            cache_tag: tag.as_ref().and_then(|tag| tag.to_str().ok()).unwrap_or_default().to_owned(),
        })
    }
}

impl State {
    /// `optimize` is that of `sys.flags`.
    pub(crate) fn new(
        gil: Gil,
        catalogue: Catalogue,
        roots: Roots,
        script: Option<String>,
        optimize: u8,
    ) -> Result<Self> {
        // Python counts on after 2.
        let optimize = optimize.min(2);
        let mut bytecode_kinds = FieldKind::BYTECODE;
        bytecode_kinds.swap(0, optimize.into());
        // SAFETY: objects of the interpreter that the finder is made in; they are part of an instance of one of its
        // types, which it alone uses and drops.
        let python = unsafe { Held::new(Python::new(gil)?) };
        Ok(Self {
            catalogue: RwLock::new(Arc::new(catalogue)),
            roots,
            script,
            optimize,
            is_of_program: false,
            virtual_files: true,
            loaded: None,
            bytecode_kinds,
            python,
            placed: Mutex::default(),
            registers_pkg_resources: false,
        })
    }

    /// What the finder knows now. Whatever Python does meanwhile, this does not change.
    pub(crate) fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.catalogue.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes what the finder knows. It is copied only if someone is using it; `change` must not call Python.
    pub(crate) fn update(&self, change: impl FnOnce(&mut Catalogue)) {
        change(Arc::make_mut(&mut self.catalogue.write().unwrap_or_else(PoisonError::into_inner)));
    }

    /// Objects of Python that every import needs.
    pub(crate) fn python(&self, gil: Gil) -> &Python {
        self.python.get(gil)
    }

    /// A path object or string as bytes of the file system becomes a Python string.
    pub(crate) fn path_object(&self, gil: Gil, path: &Path) -> Result<Object> {
        Object::fs_str(gil, path.as_os_str().as_bytes())
    }
}
