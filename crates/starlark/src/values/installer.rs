//! Installers and signers of later versions: values that can be configured, and not built.

use std::fmt;

use starlark::eval::{Arguments, Evaluator};
use starlark::values::{Heap, StarlarkValue, Value, starlark_value};

use super::value_type;
use crate::fault::Fault;

/// The functions that make one, with what there is instead.
pub(crate) const NAMES: &[(&str, &str)] = &[
    ("WiXInstaller", WIX),
    ("WiXBundleBuilder", WIX),
    ("WiXMSIBuilder", WIX),
    ("MacOsApplicationBundleBuilder", APPLE),
    ("AppleUniversalBinary", APPLE),
    ("code_signer_from_pfx_file", SIGNING),
    ("code_signer_from_windows_store_sha1_thumbprint", SIGNING),
    ("code_signer_from_windows_store_subject", SIGNING),
    ("code_signer_from_windows_store_auto", SIGNING),
];

/// The methods that make one, of programs and manifests.
pub(crate) const METHODS: &[(&str, &str)] = &[("to_wix_msi_builder", WIX), ("to_wix_bundle_builder", WIX)];

const WIX: &str = "build a FileManifest target, and make an installer of its directory with the WiX toolset";
const APPLE: &str = "build a FileManifest target, and make a bundle of its directory with the tools of Xcode";
const SIGNING: &str = "build the program, and sign it with signtool, codesign or a similar tool";

/// What is not built, and what can be done instead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unbuilt {
    name: &'static str,
    instead: &'static str,
}

value_type! {
    /// What such a function returns. Its attributes can be set and its methods called, which does nothing.
    Installer(Unbuilt)
}

impl Installer {
    /// Why it cannot be built.
    pub(crate) fn fault(&self) -> Fault {
        Fault::Unsupported { what: self.0.name.to_owned(), instead: self.0.instead }
    }
}

/// The function or method of this name.
pub(crate) fn of(names: &'static [(&'static str, &'static str)], name: &str) -> Option<Installer> {
    let found = names.iter().find(|(known, _)| *known == name);
    found.map(|(name, instead)| Installer(Unbuilt { name, instead }))
}

impl fmt::Display for Installer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}()", self.0.name)
    }
}

#[starlark_value(type = "Installer")]
impl<'v> StarlarkValue<'v> for Installer {
    fn get_attr(&self, _name: &str, heap: Heap<'v>) -> Option<Value<'v>> {
        Some(heap.alloc(Self(self.0)))
    }

    fn set_attr(&self, _name: &str, _value: Value<'v>) -> starlark::Result<()> {
        Ok(())
    }

    fn invoke(
        &self,
        _me: Value<'v>,
        _args: &Arguments<'v, '_>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        Ok(eval.heap().alloc(Self(self.0)))
    }
}
