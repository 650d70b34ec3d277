//! `OxidizedResourceCollector`: decides which resources are packed and which become files.

use std::ffi::CStr;
use std::path::PathBuf;
use std::sync::Arc;

use pyo3_ffi as ffi;
use pyox_packed_resources::{Collector, Location, ModuleBytecode, Placed, Resource, Value, pyc};
use pyox_python_objects::{Gil, Object, Result, io_error, sys, tuple, value_error};

use crate::arguments::{
    Arguments, END_OF_PROPERTIES, MethodTable, Static, fast_method, getter, method_table, property,
};
use crate::catalogue::Catalogue;
use crate::class::{Class, Instance};
use crate::layer::Layer;
use crate::paths::with_header;
use crate::property::{Property as _, Shared};
use crate::{python_resources, resource};

/// What was collected so far.
pub(crate) struct Collected {
    allowed_locations: Vec<String>,
    resources: Vec<(Resource, Location)>,
}

impl Class for Shared<Collected> {
    const NAME: &'static CStr = c"oxidized_importer.OxidizedResourceCollector";
    const DOC: &'static CStr = c"OxidizedResourceCollector(allowed_locations)\n--\n\n\
        Takes what find_resources_in_path() finds, each with a place, and makes resources for a finder and files of \
        it.\n\n\
        allowed_locations has \"in-memory\", \"filesystem-relative\", or both. Of several modules with one name the \
        first counts, as with the directories of sys.path.";
    const PARAMETERS: &'static [&'static str] = &["allowed_locations"];
    const REQUIRED: usize = 1;

    fn new(_gil: Gil, arguments: &Arguments) -> Option<Result<Self>> {
        Some(
            locations(arguments.required(0))
                .map(|allowed_locations| Self::new(Collected { allowed_locations, resources: Vec::new() })),
        )
    }

    fn repr(&self) -> Option<Result<String>> {
        Some(Ok("<OxidizedResourceCollector>".to_owned()))
    }

    fn methods() -> *const ffi::PyMethodDef {
        METHODS.0.as_ptr()
    }

    fn properties() -> *const ffi::PyGetSetDef {
        PROPERTIES.0.as_ptr()
    }
}

/// Locations as configuration files write them: what follows `filesystem-relative:` is a prefix, which counts here no
/// more.
fn locations(names: &Object) -> Result<Vec<String>> {
    if names.is_str() {
        return Err(value_error("allowed_locations is a list of locations, not one of them"));
    }
    let names = Vec::<String>::from_python(names)?;
    for name in &names {
        let location = name.split(':').next().unwrap_or_default();
        let known = [Location::InMemory, Location::FilesystemRelative(String::new())].map(|known| known.name());
        if !known.contains(&location) {
            let known = format!("{:?} and {:?}", known[0], known[1]);
            return Err(value_error(&format!("there is no location {name:?}; locations are {known}")));
        }
    }
    Ok(names)
}

fn add(this: &Instance<Shared<Collected>>, resource: &Object, location: Location) -> Result<Object> {
    let resource = python_resources::resource(resource)?;
    if matches!(&location, Location::FilesystemRelative(prefix) if prefix.starts_with('/')) {
        return Err(value_error("the prefix is relative to the finder's origin, not absolute"));
    }
    let name = location.name();
    this.with(|collected| {
        if !collected.allowed_locations.iter().any(|allowed| allowed.split(':').next() == Some(name)) {
            let allowed = collected.allowed_locations.join(", ");
            return Err(value_error(&format!("{name} is not one of the allowed locations: {allowed}")));
        }
        collected.resources.push((resource, location));
        Ok(Object::none(this.gil()))
    })
}

fast_method!(Shared<Collected>: add_in_memory, ["resource"], 1, |this, a: Arguments| {
    add(this, a.required(0), Location::InMemory)
});

fast_method!(Shared<Collected>: add_filesystem_relative, ["prefix", "resource"], 2, |this, a: Arguments| {
    add(this, a.required(1), Location::FilesystemRelative(a.required(0).to_str()?.to_owned()))
});

fast_method!(Shared<Collected>: oxidize, [], 0, |this, _a: Arguments| {
    let resources = this.with(|collected| collected.resources.clone());
    let gil = this.gil();
    let mut collector = Collector::new();
    let mut files = Vec::new();
    for (resource, location) in resources {
        match location {
            Location::FilesystemRelative(prefix) => {
                let path = path(gil, &resource, &prefix)?;
                if collector.add(&resource, Value::file(&*path)) == Placed::Added {
                    files.push(file(gil, &resource, &path)?);
                }
            }
            _ => {
                collector.add(&resource, Value::raw(resource.data().clone()));
            }
        }
    }
    let layer = collector.finish().to_vec().and_then(Layer::owned).map_err(|error| value_error(&error.to_string()))?;
    let catalogue = Arc::new(Catalogue::new(vec![Arc::new(layer)], std::path::Path::new("")));
    let resources = catalogue.entries("").map(|entry| {
        let resource = resource::Resource::of(&catalogue, &entry?)?;
        Instance::new(gil, Shared::new(resource)).map(Instance::into_object)
    });
    tuple(gil, &[Object::list(gil, resources)?, Object::list(gil, files.into_iter().map(Ok))?])
});

/// Where a resource is as a file, relative to the finder's origin.
fn path(gil: Gil, resource: &Resource, prefix: &str) -> Result<String> {
    let path = match resource {
        Resource::ModuleBytecode(module) => cached_path(gil, module)?,
        _ => resource.relative_path(),
    };
    let prefix = prefix.trim_end_matches('/');
    Ok(if prefix.is_empty() { path } else { format!("{prefix}/{path}") })
}

/// Where `importlib` looks for bytecode (PEP 3147, PEP 488).
fn cached_path(gil: Gil, module: &ModuleBytecode) -> Result<String> {
    let tag = sys(gil, c"implementation").map(|implementation| implementation.attr(c"cache_tag")).transpose()?;
    let tag = tag.as_ref().map(Object::to_str).transpose()?.unwrap_or_default();
    let path = module.name.replace('.', "/");
    let stem = if module.is_package { path + "/__init__" } else { path };
    Ok(pyc::cached_path(&stem, tag, module.optimize))
}

/// A file to be written: its path, content, and whether it is executable.
fn file(gil: Gil, resource: &Resource, path: &str) -> Result<Object> {
    let content = match resource {
        Resource::ModuleBytecode(module) => {
            let code = module.bytecode.read().map_err(|error| io_error(&error))?;
            Object::bytes(gil, &with_header(gil, &code))?
        }
        _ => resource.data().to_python(gil)?,
    };
    let is_executable = matches!(resource, Resource::ExtensionModule(_));
    tuple(gil, &[PathBuf::from(path).to_python(gil)?, content, Object::bool(gil, is_executable)])
}

static METHODS: MethodTable = method_table![
    (c"add_in_memory", add_in_memory, c"Take a resource that is to be loaded from memory."),
    (
        c"add_filesystem_relative",
        add_filesystem_relative,
        c"Take a resource that is to become a file, below prefix and the finder's origin; \"\" is no prefix."
    ),
    (
        c"oxidize",
        oxidize,
        c"A list of OxidizedResource, for add_resources() of a finder, and a list of files to write: tuples of a path \
        relative to the finder's origin, the content, and whether the file is executable."
    ),
];

property!(Shared<Collected>: allowed_locations, |this| {
    this.with(|collected| collected.allowed_locations.clone()).to_python(this.gil())
});

static PROPERTIES: Static<[ffi::PyGetSetDef; 2]> = Static([
    getter(c"allowed_locations", allowed_locations, c"list of str: the locations that resources may have."),
    END_OF_PROPERTIES,
]);
