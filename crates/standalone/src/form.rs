//! Where the code of an extension module is.

use std::path::Path;

use pyox_distribution::{ExtensionForm, ExtensionModule, ExtensionVariant};

use crate::python_json::{BuildInfo, ExtensionInfo};

/// Where the code of a variant is; `None` if the archive does not have it. A shared library is preferred: it is loaded
/// from memory, and costs nothing where it is not imported.
pub(crate) fn form(root: &Path, variant: &ExtensionInfo) -> Option<ExtensionForm> {
    Some(match variant {
        variant if variant.in_core => ExtensionForm::BuiltIn,
        ExtensionInfo { shared_lib: Some(path), .. } => ExtensionForm::Shared(root.join(path)),
        ExtensionInfo { static_lib: Some(path), objs, .. } if objs.is_empty() => {
            ExtensionForm::Archive(root.join(path))
        }
        ExtensionInfo { objs, .. } if objs.is_empty() => return None,
        ExtensionInfo { objs, .. } => ExtensionForm::Objects(objs.iter().map(|path| root.join(path)).collect()),
    })
}

/// Whether the code of a variant becomes a part of the launcher.
pub(crate) fn is_linked(variant: &ExtensionInfo) -> bool {
    let is_there = !variant.objs.is_empty() || variant.static_lib.is_some();
    variant.in_core || (variant.shared_lib.is_none() && is_there)
}

/// A module with all its variants, the chosen one first.
pub(crate) fn module(root: &Path, info: &BuildInfo, name: &str, chosen: &ExtensionInfo) -> ExtensionModule {
    let all = info.extensions.get(name).into_iter().flatten();
    let others = all.filter(|variant| *variant != chosen);
    let variants = [chosen].into_iter().chain(others).filter_map(|info| {
        let mut variant = ExtensionVariant::new(form(root, info)?);
        variant.name.clone_from(&info.variant);
        variant.libraries = info.links.iter().map(|link| link.name.clone()).collect();
        variant.licenses = info.licenses.clone().unwrap_or_default();
        variant.required = info.required;
        Some(variant)
    });
    ExtensionModule::new(name, variants.collect())
}
