//! The extension module `oxidized_importer`.

use std::ffi::{CStr, c_int};

use pyo3_ffi as ffi;
use pyox_packed_resources::{ExtensionModule, ModuleBytecode, ModuleSource, PackageResource};
use pyox_python_objects::{Gil, Kind, Object, Raised, Result, import, module_slots, status};

use crate::arguments::{Arguments, MethodTable, fast_method, method_table};
use crate::class::type_of;
use crate::collector::Collected;
use crate::finder::PathEntry;
use crate::property::Shared;
use crate::python;
use crate::python_resources::DistributionFile;
use crate::resource::Resource;
use crate::state::State;

const DOC: &CStr = c"Import Python modules, extension modules and data from packed resources in memory.\n\n\
    import oxidized_importer, sys\n\
    finder = oxidized_importer.OxidizedFinder(resources_file=\"packed-resources\")\n\
    sys.meta_path.insert(0, finder)\n";

/// Every interpreter of the process executes the module, to get types of its own.
static mut MODULE: ffi::PyModuleDef = ffi::PyModuleDef {
    m_name: c"oxidized_importer".as_ptr(),
    m_doc: DOC.as_ptr(),
    m_base: ffi::PyModuleDef_HEAD_INIT,
    m_size: 0,
    m_methods: METHODS.0.as_ptr().cast_mut(),
    m_slots: (&raw mut SLOTS).cast(),
    m_traverse: None,
    m_clear: None,
    m_free: None,
};

static mut SLOTS: [ffi::PyModuleDef_Slot; 4] = module_slots(execute);

/// What Python calls to import the module (PEP 489): for `PyImport_AppendInittab`, and for a
/// `PyInit_oxidized_importer`.
///
/// # Safety
///
/// Only an interpreter may call it, with the GIL held.
pub unsafe extern "C" fn init_module() -> *mut ffi::PyObject {
    // SAFETY: the definition is static, and only CPython writes to it.
    unsafe { ffi::PyModuleDef_Init(&raw mut MODULE) }
}

unsafe extern "C" fn execute(module: *mut ffi::PyObject) -> c_int {
    // SAFETY: Python calls this with the module.
    let (gil, module) = unsafe { (Gil::held(), Object::borrowed(module)) };
    status(gil, module.and_then(|module| fill(&module)))
}

fn fill(module: &Object) -> Result<()> {
    let gil = module.gil();
    module.set_attr(c"OxidizedFinder", &type_of::<State>(gil)?)?;
    module.set_attr(c"OxidizedResource", &type_of::<Shared<Resource>>(gil)?)?;
    module.set_attr(c"OxidizedResourceCollector", &type_of::<Shared<Collected>>(gil)?)?;
    module.set_attr(c"PythonModuleSource", &type_of::<Shared<ModuleSource>>(gil)?)?;
    module.set_attr(c"PythonModuleBytecode", &type_of::<Shared<ModuleBytecode>>(gil)?)?;
    module.set_attr(c"PythonExtensionModule", &type_of::<Shared<ExtensionModule>>(gil)?)?;
    module.set_attr(c"PythonPackageResource", &type_of::<Shared<PackageResource>>(gil)?)?;
    module.set_attr(c"PythonPackageDistributionResource", &type_of::<Shared<DistributionFile>>(gil)?)?;
    module.set_attr(c"OxidizedPathEntryFinder", &type_of::<PathEntry>(gil)?)?;
    module.set_attr(c"__all__", &public_names(module)?)
}

fn public_names(module: &Object) -> Result<Object> {
    let gil = module.gil();
    let names = Object::list(gil, python::ATTRIBUTES.iter().map(|(name, _)| Object::str(gil, name)))?;
    module.attr(c"__dict__")?.for_each(|name| {
        if !name.to_str()?.starts_with('_') {
            names.call_method(c"append", &[&name])?;
        }
        Ok(())
    })?;
    names.call_method(c"sort", &[])?;
    Ok(names)
}

#[cfg(feature = "scan")]
fast_method!(find_resources_in_path, ["path"], 1, |_module, a: Arguments| {
    crate::scan::find_resources_in_path(a.required(0))
});

// What is written in Python is there once it is asked for.
fast_method!(getattr, ["name"], 1, |module, a: Arguments| {
    let name = a.required(0).to_str()?;
    let Some((_, part)) = python::ATTRIBUTES.iter().find(|(attribute, _)| *attribute == name) else {
        let message = format!("module 'oxidized_importer' has no attribute '{name}'");
        return Err(Raised::new(Kind::AttributeError, message));
    };
    let found = part.get(module.gil(), name)?;
    module.set_attr_object(a.required(0), &found)?;
    Ok(found)
});

fast_method!(dir, [], 0, |module, _a: Arguments| {
    let builtins = import(module.gil(), c"builtins")?;
    let names = builtins.call_method(c"set", &[&module.attr(c"__dict__")?])?;
    names.call_method(c"update", &[&module.attr(c"__all__")?])?;
    builtins.call_method(c"sorted", &[&names])
});

static METHODS: MethodTable = method_table![
    #[cfg(feature = "scan")]
    (
        c"find_resources_in_path",
        find_resources_in_path,
        c"A list of the Python resources in a directory, sorted by path: modules with their source and bytecode, \
        extension modules, data files of packages, metadata of distributions."
    ),
    (c"__getattr__", getattr, c"A class or function that is loaded when it is first needed."),
    (c"__dir__", dir, c"All names of the module."),
];
