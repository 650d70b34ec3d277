//! `PythonModuleSource`, `PythonExtensionModule`, `PythonPackageResource`, `PythonPackageDistributionResource`, `File`
//! (manual 4.10, 4.14, 4.16 to 4.18).

use std::fmt;
use std::sync::Arc;

use pyox_packed_resources::{DistributionResource, Resource};
use starlark::values::{Heap, StarlarkValue, UnpackValue as _, Value, starlark_value};

use super::value_type;
use crate::addition;
use crate::attribute::{self, Attribute};
use crate::fault::Fault;
use crate::plain::Plain;
use crate::resource::Item;

/// The names of the types.
pub(crate) const TYPES: [&str; 5] = [
    "PythonModuleSource",
    "PythonExtensionModule",
    "PythonPackageResource",
    "PythonPackageDistributionResource",
    "File",
];

/// An attribute that tells something of a resource.
const fn fact(name: &'static str, documentation: &'static str, get: fn(&Item) -> Plain) -> Attribute<Item> {
    Attribute { name, expected: "nothing", documentation, get, set: None }
}

const IS_STDLIB: Attribute<Item> =
    fact("is_stdlib", "Whether it is a part of the Python distribution.", |item| item.is_stdlib.into());
const PACKAGE: Attribute<Item> =
    fact("package", "The package that it is in, or that it is.", |item| package(item).into());

/// Defines a type of resources with the attributes that it has besides those of all.
macro_rules! resource_type {
    ($(#[$attribute:meta])* $name:ident, $type:literal, $facts:expr) => {
        value_type! { $(#[$attribute])* $name(Arc<Item>) }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($type, "({:?})"), self.0.name())
            }
        }

        impl $name {
            /// What it has besides the attributes of all resources.
            pub(crate) const FACTS: &[Attribute<Item>] = $facts;
        }

        #[starlark_value(type = $type)]
        impl<'v> StarlarkValue<'v> for $name {
            fn get_attr(&self, name: &str, heap: Heap<'v>) -> Option<Value<'v>> {
                let fact = attribute::get(Self::FACTS, &self.0, name, heap);
                fact.or_else(|| attribute::get(addition::ATTRIBUTES, &self.0.addition(), name, heap))
            }

            fn set_attr(&self, name: &str, value: Value<'v>) -> starlark::Result<()> {
                if Self::FACTS.iter().any(|fact| fact.name == name) {
                    let assignable = addition::ATTRIBUTES.iter().map(|attribute| attribute.name).collect();
                    return Err(Fault::ReadOnly { type_name: $type, name: name.to_owned(), assignable }.into());
                }
                Ok(self.0.with(|addition| attribute::set($type, addition::ATTRIBUTES, addition, name, value))?)
            }

            fn dir_attr(&self) -> Vec<String> {
                let own = Self::FACTS.iter().map(|fact| fact.name);
                own.chain(addition::ATTRIBUTES.iter().map(|attribute| attribute.name)).map(str::to_owned).collect()
            }
        }
    };
}

resource_type! {
    /// Source text of a module.
    ModuleSource,
    "PythonModuleSource",
    &[
        fact("name", "The dotted name of the module.", |item| item.name().into()),
        fact("source", "The source text.", |item| source(item).into()),
        fact("is_package", "Whether it is an `__init__`.", |item| {
            matches!(&item.found.resource, Resource::ModuleSource(module) if module.is_package).into()
        }),
        PACKAGE,
        IS_STDLIB,
    ]
}

resource_type! {
    /// An extension module.
    ExtensionModule,
    "PythonExtensionModule",
    &[fact("name", "The dotted name of the module.", |item| item.name().into()), PACKAGE, IS_STDLIB]
}

resource_type! {
    /// A data file of a package.
    PackageResource,
    "PythonPackageResource",
    &[PACKAGE, fact("name", "The path below the package, with `/`.", |item| file_name(item).into()), IS_STDLIB]
}

resource_type! {
    /// A file of the metadata of a distribution.
    PackageDistributionResource,
    "PythonPackageDistributionResource",
    &[
        fact("package", "The name of the distribution.", |item| package(item).into()),
        fact("name", "The name of the file, such as `METADATA`.", |item| file_name(item).into()),
        IS_STDLIB,
    ]
}

resource_type! {
    /// A file of any kind.
    File,
    "File",
    &[
        fact("path", "The path, with `/`.", |item| item.found.resource.relative_path().into()),
        fact("is_executable", "Whether it is meant to be executed.", |item| item.found.executable.into()),
        IS_STDLIB,
    ]
}

/// The value of the type that a resource has.
pub(crate) fn value(item: Item, heap: Heap<'_>) -> Value<'_> {
    let item = Arc::new(item);
    match &item.found.resource {
        Resource::ModuleSource(_) => heap.alloc(ModuleSource(item)),
        Resource::ExtensionModule(_) => heap.alloc(ExtensionModule(item)),
        Resource::DistributionResource(_) => heap.alloc(PackageDistributionResource(item)),
        Resource::File(_) => heap.alloc(File(item)),
        // A library of a package is one of its files.
        _ => heap.alloc(PackageResource(item)),
    }
}

/// The resource that a value is.
pub(crate) fn item<'v>(value: Value<'v>) -> Option<&'v Arc<Item>> {
    macro_rules! first {
        ($($type:ty),+) => {
            None$(.or_else(|| <&'v $type>::unpack_value_opt(value).map(|value| &value.0)))+
        };
    }
    first!(ModuleSource, ExtensionModule, PackageResource, PackageDistributionResource, File)
}

/// The package of a resource: of a module that which `__package__` names.
fn package(item: &Item) -> String {
    let parent = |name: &str| name.rsplit_once('.').map_or(String::new(), |(parent, _)| parent.to_owned());
    match &item.found.resource {
        Resource::ModuleSource(module) if module.is_package => module.name.clone(),
        Resource::ModuleSource(module) => parent(&module.name),
        Resource::ExtensionModule(module) if module.is_package => module.name.clone(),
        Resource::ExtensionModule(module) => parent(&module.name),
        Resource::PackageResource(file) => file.package.clone(),
        Resource::DistributionResource(DistributionResource { project, .. }) => project.clone(),
        other => {
            let path = other.relative_path();
            path.rsplit_once('/').map_or(String::new(), |(directory, _)| directory.replace('/', "."))
        }
    }
}

fn file_name(item: &Item) -> String {
    match &item.found.resource {
        Resource::PackageResource(file) => file.name.clone(),
        Resource::DistributionResource(file) => file.name.clone(),
        other => {
            let path = other.relative_path();
            path.rsplit('/').next().unwrap_or_default().to_owned()
        }
    }
}

/// The text of a module; nothing if it cannot be read or is none in UTF-8.
fn source(item: &Item) -> Option<String> {
    let bytes = item.found.resource.data().read().ok()?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    std::str::from_utf8(text).ok().map(str::to_owned)
}
