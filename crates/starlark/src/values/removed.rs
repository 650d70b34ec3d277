//! Names that earlier versions had: calling them is an error that says what there is instead.

use std::fmt;

use starlark::eval::{Arguments, Evaluator};
use starlark::values::{StarlarkValue, Value, starlark_value};

use super::value_type;
use crate::fault::Fault;

/// A name and what there is instead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RemovedName {
    pub(crate) name: &'static str,
    pub(crate) replacement: &'static str,
}

value_type! {
    /// What has such a name.
    Removed(RemovedName)
}

impl fmt::Display for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<removed {}>", self.0.name)
    }
}

#[starlark_value(type = "removed")]
impl<'v> StarlarkValue<'v> for Removed {
    fn invoke(
        &self,
        _me: Value<'v>,
        _args: &Arguments<'v, '_>,
        _eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        Err(Fault::Removed { name: self.0.name.to_owned(), replacement: self.0.replacement }.into())
    }
}

/// The one of these names.
pub(crate) fn of(names: &[RemovedName], name: &str) -> Option<Removed> {
    names.iter().find(|removed| removed.name == name).map(|removed| Removed(*removed))
}

macro_rules! names {
    ($($name:literal => $replacement:literal,)+) => {
        &[$(RemovedName { name: $name, replacement: $replacement },)+]
    };
}

/// Of all files (manual 13.2).
pub(crate) const GLOBALS: &[RemovedName] = names! {
    "PythonInterpreterConfig" => "PythonDistribution.make_python_interpreter_config()",
    "EmbeddedPythonConfig" => "PythonDistribution.make_python_interpreter_config()",
    "Stdlib" => "PythonDistribution.make_python_packaging_policy()",
    "PipRequirementsFile" => "PythonExecutable.pip_install([\"-r\", FILE])",
    "PipInstallSimple" => "PythonExecutable.pip_install([REQUIREMENT])",
    "PythonBytecodeModule" => "PythonModuleSource with its attributes add_bytecode_optimization_level_...",
    "PythonSourceModule" => "PythonModuleSource",
    "PythonResourceData" => "PythonPackageResource",
    "PythonEmbeddedData" => "PythonEmbeddedResources",
};

/// Of `PythonDistribution`.
pub(crate) const DISTRIBUTION: &[RemovedName] = names! {
    "extension_modules" => "python_resources()",
    "package_resources" => "python_resources()",
    "source_modules" => "python_resources()",
    "resources_data" => "python_resources()",
    "pip_install" => "PythonExecutable.pip_install()",
    "read_package_root" => "PythonExecutable.read_package_root()",
    "read_virtualenv" => "PythonExecutable.read_virtualenv()",
    "setup_py_install" => "PythonExecutable.setup_py_install()",
};

/// Of `PythonExecutable`.
pub(crate) const EXECUTABLE: &[RemovedName] = names! {
    "add_module_source" => "add_python_resource(), and the attributes add_... of resources",
    "add_module_bytecode" => "add_python_resource(), and the attributes add_... of resources",
    "add_package_resource" => "add_python_resource(), and the attributes add_... of resources",
    "add_package_distribution_resource" => "add_python_resource(), and the attributes add_... of resources",
    "add_extension_module" => "add_python_resource(), and the attributes add_... of resources",
    "add_python_module_source" => "add_python_resource(), and the attributes add_... of resources",
    "add_python_module_bytecode" => "add_python_resource(), and the attributes add_... of resources",
    "add_python_package_resource" => "add_python_resource(), and the attributes add_... of resources",
    "add_python_package_distribution_resource" => "add_python_resource(), and the attributes add_... of resources",
    "add_python_extension_module" => "add_python_resource(), and the attributes add_... of resources",
    "add_in_memory_module_source" => "add_python_resource() and the attribute add_location",
    "add_filesystem_relative_module_source" => "add_python_resource() and the attribute add_location",
    "add_in_memory_module_bytecode" => "add_python_resource() and the attribute add_location",
    "add_filesystem_relative_module_bytecode" => "add_python_resource() and the attribute add_location",
    "add_in_memory_package_resource" => "add_python_resource() and the attribute add_location",
    "add_filesystem_relative_package_resource" => "add_python_resource() and the attribute add_location",
    "add_in_memory_package_distribution_resource" => "add_python_resource() and the attribute add_location",
    "add_filesystem_relative_package_distribution_resource" => "add_python_resource() and the attribute add_location",
    "add_in_memory_extension_module" => "add_python_resource() and the attribute add_location",
    "add_filesystem_relative_extension_module" => "add_python_resource() and the attribute add_location",
    "add_in_memory_python_resource" => "add_python_resource() and the attribute add_location",
    "add_filesystem_relative_python_resource" => "add_python_resource() and the attribute add_location",
    "add_in_memory_python_resources" => "add_python_resources() and the attribute add_location",
    "add_filesystem_relative_python_resources" => "add_python_resources() and the attribute add_location",
    "to_embedded_data" => "to_embedded_resources()",
};
