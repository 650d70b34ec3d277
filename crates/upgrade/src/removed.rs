//! Names that earlier versions had.

/// A name, and what there is instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemovedName {
    /// The name, of a function or a method without parentheses.
    pub name: &'static str,
    /// What there is instead, in words.
    pub replacement: &'static str,
}

macro_rules! names {
    ($($name:literal => $replacement:literal,)+) => {
        &[$(RemovedName { name: $name, replacement: $replacement },)+]
    };
}

/// Of all files (manual 13.2).
pub const GLOBALS: &[RemovedName] = names! {
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
pub const DISTRIBUTION: &[RemovedName] = names! {
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
pub const EXECUTABLE: &[RemovedName] = names! {
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
