//! The types of what is found in files: `PythonModuleSource` and the others that `find_resources_in_path` returns.
//!
//! Contents are read when they are asked for.

use std::ffi::CStr;

use pyo3_ffi as ffi;
use pyox_packed_resources::{
    DistributionResource, ExtensionModule, ModuleBytecode, ModuleSource, PackageResource, Resource,
};
#[cfg(feature = "scan")]
use pyox_python_objects::Gil;
use pyox_python_objects::{Object, Result, type_error};

use crate::arguments::{END_OF_PROPERTIES, Static, getter, property};
use crate::class::{Class, Instance};
use crate::property::{Property as _, Shared, property_table};

/// A file of a distribution's metadata, with the version that its metadata state.
#[derive(Clone, Debug)]
pub(crate) struct DistributionFile {
    pub(crate) resource: DistributionResource,
    pub(crate) version: String,
}

/// A Python object for a resource; `None` for kinds that have no type. `version` is that of its distribution.
#[cfg(feature = "scan")]
pub(crate) fn object(gil: Gil, resource: Resource, version: &str) -> Option<Result<Object>> {
    let made = match resource {
        Resource::ModuleSource(module) => Instance::new(gil, Shared::new(module)).map(Instance::into_object),
        Resource::ModuleBytecode(module) => Instance::new(gil, Shared::new(module)).map(Instance::into_object),
        Resource::ExtensionModule(module) => Instance::new(gil, Shared::new(module)).map(Instance::into_object),
        Resource::PackageResource(file) => Instance::new(gil, Shared::new(file)).map(Instance::into_object),
        Resource::DistributionResource(resource) => {
            let file = DistributionFile { resource, version: version.to_owned() };
            Instance::new(gil, Shared::new(file)).map(Instance::into_object)
        }
        _ => return None,
    };
    Some(made)
}

/// The resource that an object is; `TypeError` for objects of other types.
pub(crate) fn resource(object: &Object) -> Result<Resource> {
    if let Some(module) = Instance::<Shared<ModuleSource>>::get(object)? {
        return Ok(Resource::ModuleSource(module.with(|module| module.clone())));
    }
    if let Some(module) = Instance::<Shared<ModuleBytecode>>::get(object)? {
        return Ok(Resource::ModuleBytecode(module.with(|module| module.clone())));
    }
    if let Some(module) = Instance::<Shared<ExtensionModule>>::get(object)? {
        return Ok(Resource::ExtensionModule(module.with(|module| module.clone())));
    }
    if let Some(file) = Instance::<Shared<PackageResource>>::get(object)? {
        return Ok(Resource::PackageResource(file.with(|file| file.clone())));
    }
    if let Some(file) = Instance::<Shared<DistributionFile>>::get(object)? {
        return Ok(Resource::DistributionResource(file.with(|file| file.resource.clone())));
    }
    Err(type_error(&format!("expected a Python resource such as PythonModuleSource, not {}", object.type_name())))
}

macro_rules! found_in_files {
    ($resource:ty, $name:literal, $properties:ident, $label:expr, $doc:literal) => {
        impl Class for Shared<$resource> {
            const NAME: &'static CStr = $name;
            const DOC: &'static CStr = $doc;

            fn repr(&self) -> Option<Result<String>> {
                let label: fn(&$resource) -> String = $label;
                let kind = Self::NAME.to_string_lossy();
                let kind = kind.rsplit_once('.').map_or(&*kind, |(_, kind)| kind);
                Some(Ok(format!("<{kind} {}>", self.with(|resource| label(resource)))))
            }

            fn properties() -> *const ffi::PyGetSetDef {
                $properties.0.as_ptr()
            }
        }
    };
}

found_in_files!(
    ModuleSource,
    c"oxidized_importer.PythonModuleSource",
    SOURCE,
    |source| format!("module=\"{}\"", source.name),
    c"Source text of a module, as find_resources_in_path() finds it."
);

static SOURCE: Static<[ffi::PyGetSetDef; 4]> = property_table![ModuleSource;
    (c"module", |source| &mut source.name, c"str: the module's full name."),
    (c"source", |source| &mut source.source, c"bytes: the text; PEP 263 says how to decode it."),
    (c"is_package", |source| &mut source.is_package, c"bool: whether the module is a package."),
];

found_in_files!(
    ModuleBytecode,
    c"oxidized_importer.PythonModuleBytecode",
    BYTECODE,
    |code| format!("module=\"{}\"", code.name),
    c"Marshalled code of a module, as find_resources_in_path() finds it."
);

static BYTECODE: Static<[ffi::PyGetSetDef; 5]> = property_table![ModuleBytecode;
    (c"module", |code| &mut code.name, c"str: the module's full name."),
    (c"bytecode", |code| &mut code.bytecode, c"bytes: the code, without the header of a .pyc file."),
    (c"optimize_level", |code| &mut code.optimize, c"int: 0, 1 or 2, as python -O and -OO count."),
    (c"is_package", |code| &mut code.is_package, c"bool: whether the module is a package."),
];

found_in_files!(
    ExtensionModule,
    c"oxidized_importer.PythonExtensionModule",
    EXTENSION,
    |module| format!("module=\"{}\"", module.name),
    c"An extension module, as find_resources_in_path() finds it."
);

property!(Shared<ExtensionModule>: extension_name, |this| {
    this.with(|module| module.name.clone()).to_python(this.gil())
});

static EXTENSION: Static<[ffi::PyGetSetDef; 2]> =
    Static([getter(c"name", extension_name, c"str: the module's full name."), END_OF_PROPERTIES]);

found_in_files!(
    PackageResource,
    c"oxidized_importer.PythonPackageResource",
    PACKAGE,
    |file| format!("package=\"{}\", path=\"{}\"", file.package, file.name),
    c"A data file of a package, as find_resources_in_path() finds it."
);

static PACKAGE: Static<[ffi::PyGetSetDef; 4]> = property_table![PackageResource;
    (c"package", |file| &mut file.package, c"str: full name of the innermost package around the file."),
    (c"name", |file| &mut file.name, c"str: path inside the package, with '/'."),
    (c"data", |file| &mut file.data, c"bytes: the content."),
];

found_in_files!(
    DistributionFile,
    c"oxidized_importer.PythonPackageDistributionResource",
    DISTRIBUTION,
    |file| format!("package=\"{}\", path=\"{}\"", file.resource.project, file.resource.name),
    c"A file of a distribution's metadata directory, as find_resources_in_path() finds it."
);

static DISTRIBUTION: Static<[ffi::PyGetSetDef; 5]> = property_table![DistributionFile;
    (c"package", |file| &mut file.resource.project, c"str: name of the distribution's project."),
    (c"version", |file| &mut file.version, c"str: version of the distribution."),
    (c"name", |file| &mut file.resource.name, c"str: path inside the metadata directory, METADATA for instance."),
    (c"data", |file| &mut file.resource.data, c"bytes: the content."),
];
