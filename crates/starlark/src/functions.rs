//! The global functions of the dialect (manual 4.5 to 4.9, 4.11).

mod files;
mod pythons;
mod targets;

use starlark::environment::{Globals, GlobalsBuilder, LibraryExtension};

use crate::values::installer;
use crate::values::removed::{self, Removed};

/// The functions.
pub(crate) fn own(builder: &mut GlobalsBuilder) {
    targets::functions(builder);
    files::functions(builder);
    pythons::functions(builder);
}

/// Everything that a file finds defined, but constants.
pub(crate) fn globals() -> Globals {
    let mut builder = GlobalsBuilder::extended_by(&[LibraryExtension::Print]);
    own(&mut builder);
    for (name, _) in installer::NAMES {
        if let Some(installer) = installer::of(installer::NAMES, name) {
            builder.set(name, installer);
        }
    }
    for name in removed::GLOBALS {
        builder.set(name.name, Removed(*name));
    }
    builder.build()
}
