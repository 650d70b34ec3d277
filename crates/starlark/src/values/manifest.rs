//! `FileManifest` (manual 4.9).

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use pyox_packed_resources::Resource;
use starlark::environment::{Methods, MethodsBuilder, MethodsStatic};
use starlark::eval::Evaluator;
use starlark::starlark_module;
use starlark::values::none::{NoneOr, NoneType};
use starlark::values::{Heap, StarlarkValue, UnpackValue as _, Value, starlark_value};

use super::content::FileContent;
use super::executable::PythonExecutable;
use super::{installer, resource, value_type};
use crate::build;
use crate::context::Context;
use crate::fault::Fault;
use crate::manifest::{Content, Manifest};
use crate::resource::Item;

value_type! {
    /// Files with their paths.
    FileManifest(Mutex<Manifest>)
}

impl FileManifest {
    pub(crate) fn new(manifest: Manifest) -> Self {
        Self(Mutex::new(manifest))
    }

    /// The data as it is now.
    pub(crate) fn data(&self) -> Manifest {
        self.with(|manifest| manifest.clone())
    }

    fn with<T>(&self, change: impl FnOnce(&mut Manifest) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add_resource(&self, prefix: &str, value: Value<'_>) -> Result<(), Fault> {
        if let Some(executable) = <&PythonExecutable>::unpack_value_opt(value) {
            let executable = executable.data();
            let path = below(prefix, &executable.name);
            return self.with(|manifest| manifest.add(&path, Content::Program(Arc::new(executable))));
        }
        let item = resource::item(value).ok_or_else(|| Fault::Argument {
            function: "add_python_resource",
            parameter: "value",
            value: value.get_type().to_owned(),
            expected: format!("{}, or PythonExecutable", resource::TYPES.join(", ")),
        })?;
        if !item.addition().include {
            return Ok(());
        }
        let path = below(prefix, &item.found.resource.relative_path());
        self.with(|manifest| manifest.add(&path, content(item)))
    }
}

/// A path in a directory, which may be the empty one.
fn below(directory: &str, path: &str) -> String {
    if directory.is_empty() { path.to_owned() } else { format!("{directory}/{path}") }
}

fn content(item: &Item) -> Content {
    let executable = item.found.executable || matches!(&item.found.resource, Resource::File(file) if file.executable);
    Content::Data { data: item.found.resource.data().clone(), executable }
}

impl fmt::Display for FileManifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileManifest({} files)", self.with(|manifest| manifest.files().len()))
    }
}

#[starlark_value(type = "FileManifest")]
impl<'v> StarlarkValue<'v> for FileManifest {
    fn get_methods() -> Option<&'static Methods> {
        static METHODS: MethodsStatic = MethodsStatic::new("manifest", methods);
        Some(METHODS.methods())
    }

    fn get_attr(&self, name: &str, heap: Heap<'v>) -> Option<Value<'v>> {
        installer::of(installer::METHODS, name).map(|installer| heap.alloc(installer))
    }
}

#[starlark_module]
fn methods(builder: &mut MethodsBuilder) {
    /// Adds all files of another manifest, in place of those with the same paths.
    fn add_manifest(this: &FileManifest, other: &FileManifest) -> starlark::Result<NoneType> {
        let other = other.data();
        this.with(|manifest| manifest.overlay(&other));
        Ok(NoneType)
    }

    /// Adds a resource, as a file at the path below the directory `prefix` where Python would import it, or a program.
    fn add_python_resource<'v>(this: &FileManifest, prefix: &str, value: Value<'v>) -> starlark::Result<NoneType> {
        this.add_resource(prefix, value)?;
        Ok(NoneType)
    }

    /// Does the same with each of several resources.
    fn add_python_resources<'v>(
        this: &FileManifest,
        prefix: &str,
        values: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<NoneType> {
        for value in values.iterate(heap)? {
            this.add_resource(prefix, value)?;
        }
        Ok(NoneType)
    }

    /// Adds a file at a path, or with its name in a directory.
    fn add_file(
        this: &FileManifest,
        content: &FileContent,
        #[starlark(default = NoneOr::None)] path: NoneOr<&str>,
        #[starlark(default = NoneOr::None)] directory: NoneOr<&str>,
    ) -> starlark::Result<NoneType> {
        let file = content.data();
        let path = match (path, directory) {
            (NoneOr::Other(path), _) => path.to_owned(),
            (NoneOr::None, NoneOr::Other(directory)) => below(directory, &file.name),
            (NoneOr::None, NoneOr::None) => file.name,
        };
        this.with(|manifest| manifest.add(&path, file.content))?;
        Ok(NoneType)
    }

    /// Adds a file of this machine at its path, from which `strip_prefix` is taken off.
    fn add_path<'v>(
        this: &FileManifest,
        path: &str,
        strip_prefix: &str,
        #[starlark(default = false)] force_read: bool,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<NoneType> {
        // Files are always read when they are written.
        let _ = force_read;
        let context = Context::of(eval)?;
        let (full, prefix) = (context.path(path), context.path(strip_prefix));
        let below = full.strip_prefix(&prefix);
        let below = below.map_err(|_| Fault::Prefix { path: full.clone(), prefix: prefix.clone() })?;
        let content = Content::of_file(&full)?;
        this.with(|manifest| manifest.add(&below.to_string_lossy(), content))?;
        Ok(NoneType)
    }

    /// Takes a file out.
    fn remove(this: &FileManifest, path: &str) -> starlark::Result<NoneType> {
        this.with(|manifest| manifest.remove(path));
        Ok(NoneType)
    }

    /// Writes all files into a directory below the build path, in place of what is there if `replace` is true.
    fn install<'v>(
        this: &FileManifest,
        path: &str,
        #[starlark(default = true)] replace: bool,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<NoneType> {
        build::install(Context::of(eval)?, &this.data(), path, replace)?;
        Ok(NoneType)
    }
}
