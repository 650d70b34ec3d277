//! The resources of a finder, one by one: listed, added, serialised.

use std::collections::BTreeMap;
use std::sync::Arc;

use pyox_legacy_resources::{Loss, NativePaths, Writer as LegacyWriter, convert};
use pyox_packed_resources::{EntryFlags, Error, FieldKind, Writer};
#[cfg(Py_3_11)]
use pyox_python_objects::import;
use pyox_python_objects::{Gil, Object, Raised, Result, set_exception, sys, value_error, with_causes};
#[cfg(not(Py_3_11))]
use {pyo3_ffi as ffi, std::ffi::CStr};

use crate::catalogue::{Catalogue, Found};
use crate::class::Instance;
use crate::layer::Layer;
use crate::property::Shared;
use crate::resource::Resource;
use crate::state::State;

/// Copies of all resources, sorted by name.
pub(super) fn indexed(finder: &Instance<State>) -> Result<Object> {
    let catalogue = finder.catalogue();
    let copy = |entry: Result<Found<'_>>| {
        let resource = Resource::of(&catalogue, &entry?)?;
        Instance::new(finder.gil(), Shared::new(resource)).map(Instance::into_object)
    };
    Object::list(finder.gil(), catalogue.entries("").map(copy))
}

/// Adds a copy of an `OxidizedResource`.
pub(super) fn add(finder: &Instance<State>, resource: &Object) -> Result<()> {
    let mut batch = Batch::default();
    batch.push(resource)?;
    batch.add_to(finder)
}

/// Adds a copy of each item; those before one that cannot be added are added.
pub(super) fn add_all(finder: &Instance<State>, resources: &Object) -> Result<()> {
    let mut batch = Batch::default();
    let pushed = resources.for_each(|resource| batch.push(&resource));
    // No Python code runs while an exception is set.
    let exception = pushed.err().and_then(|raised| raised.take(finder.gil()));
    batch.add_to(finder)?;
    exception.map_or(Ok(()), |exception| Err(set_exception(&exception)))
}

/// Resources that become one blob; the last of a name counts.
#[derive(Default)]
struct Batch(BTreeMap<Box<str>, Resource>);

impl Batch {
    fn push(&mut self, resource: &Object) -> Result<()> {
        let resource = Instance::<Shared<Resource>>::expect(resource)?.with(|resource| resource.clone());
        resource.write(&mut Writer::new())?;
        self.0.insert(resource.name.as_str().into(), resource);
        Ok(())
    }

    fn add_to(self, finder: &Instance<State>) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut writer = Writer::new();
        for resource in self.0.values() {
            resource.write(&mut writer)?;
        }
        let layer = layer(&writer)?;
        let names = self.0.into_keys().collect();
        finder.update(|catalogue| catalogue.add(names, &layer));
        Ok(())
    }
}

fn layer(writer: &Writer) -> Result<Arc<Layer>> {
    let layer = writer.to_vec().and_then(Layer::owned);
    layer.map(Arc::new).map_err(|error| refused(&error))
}

fn refused(error: &Error) -> Raised {
    value_error(&with_causes(error))
}

/// All resources as packed resources, without those of the interpreter that are to be ignored.
pub(super) fn serialize(
    finder: &Instance<State>,
    ignore_builtin: bool,
    ignore_frozen: bool,
    version: u8,
) -> Result<Object> {
    let catalogue = finder.catalogue();
    let is_wanted = |entry: &Found<'_>| {
        !(ignore_builtin && entry.is(EntryFlags::BUILTIN) || ignore_frozen && entry.is(EntryFlags::FROZEN))
    };
    let entries: Vec<Found<'_>> =
        catalogue.entries("").filter(|entry| entry.as_ref().map_or(true, is_wanted)).collect::<Result<_>>()?;
    let bytes = match version {
        3 => version_3(&entries),
        4 => version_4(&catalogue, &entries)?.to_vec(),
        _ => return Err(value_error(&format!("packed resources of version 3 or 4 can be written, not {version}"))),
    };
    Object::bytes(finder.gil(), &bytes.map_err(|error| refused(&error))?)
}

fn version_4(catalogue: &Arc<Catalogue>, entries: &[Found<'_>]) -> Result<Writer> {
    let mut writer = Writer::new();
    for entry in entries {
        // As version 3 has them: nothing is compressed, and version 4 has another place for them.
        let is_legacy = !entry.is(EntryFlags::DISTRIBUTION) && entry.has(FieldKind::DistributionResource);
        if is_legacy {
            convert::add_legacy(&mut writer, entry).map_err(|error| refused(&error))?;
        } else {
            Resource::of(catalogue, entry)?.write(&mut writer)?;
        }
    }
    Ok(writer)
}

/// What version 3 has no place for is left out where the finder does without.
fn version_3(entries: &[Found<'_>]) -> std::result::Result<Vec<u8>, Error> {
    let mut writer = LegacyWriter::new(NativePaths::HOST);
    for entry in entries {
        writer.add(entry, |loss| {
            let is_path = |kind| matches!(kind, FieldKind::RelativePath | FieldKind::MetadataDirectory);
            let places = EntryFlags::PLACE.union(EntryFlags::INSTALLED_DISTRIBUTION);
            match loss {
                Loss::Mode { .. } => true,
                Loss::Field { kind, .. } => is_path(*kind),
                Loss::Flags { flags, .. } => flags.difference(places) == EntryFlags::default(),
                _ => false,
            }
        })?;
    }
    writer.to_vec()
}

/// Adds the modules that are built into the interpreter, unless others of their names are there.
pub(super) fn index_builtins(finder: &Instance<State>) -> Result<()> {
    let names = sys(finder.gil(), c"builtin_module_names")
        .ok_or_else(|| value_error("sys.builtin_module_names is not there"))?;
    index_names(finder, &names, EntryFlags::BUILTIN)
}

/// Adds the modules that are frozen into the interpreter, unless others of their names are there.
pub(super) fn index_frozen(finder: &Instance<State>) -> Result<()> {
    index_names(finder, &frozen_names(finder.gil())?, EntryFlags::FROZEN)
}

#[cfg(Py_3_11)]
fn frozen_names(gil: Gil) -> Result<Object> {
    import(gil, c"_imp")?.call_method(c"_frozen_module_names", &[])
}

#[cfg(not(Py_3_11))]
fn frozen_names(gil: Gil) -> Result<Object> {
    let mut names = Vec::new();
    // SAFETY: the interpreter's table ends with a row without name; nothing changes it while the GIL is held.
    unsafe {
        let mut row = ffi::PyImport_FrozenModules;
        while !row.is_null() && !(*row).name.is_null() {
            names.push(Object::str(gil, &CStr::from_ptr((*row).name).to_string_lossy()));
            row = row.add(1);
        }
    }
    Object::list(gil, names)
}

fn index_names(finder: &Instance<State>, names: &Object, flags: EntryFlags) -> Result<()> {
    let mut writer = Writer::new();
    names.for_each(|name| {
        writer.entry(name.to_str()?).flag(flags);
        Ok(())
    })?;
    let layer = layer(&writer)?;
    finder.update(|catalogue| catalogue.append(layer));
    Ok(())
}
