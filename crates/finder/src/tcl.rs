//! Tcl and Tk that are packed: where they find their scripts.
//!
//! A library of Tcl has the path of its scripts compiled in, and takes another one from the variable `TCL_LIBRARY` of
//! the environment, which child processes inherit. It also runs a script of its host before its own in every
//! interpreter (`TclSetPreInitScript`): nothing outside of Tcl sees that.

use std::ffi::{CStr, CString, c_char};
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use pyox_packed_resources::{FieldKind, Place};

use crate::catalogue::Found;
use crate::state::State;

/// The extension module that needs Tcl.
pub(crate) const MODULE: &str = "_tkinter";

/// The function under its names in Tcl 9 and in Tcl 8.
const SET_SCRIPT: [&CStr; 2] = [c"Tcl_SetPreInitScript", c"TclSetPreInitScript"];

impl State {
    /// Leads the library of Tcl that [`MODULE`] has loaded to its packed scripts, if it is packed and they can be read.
    pub(crate) fn lead_tcl(&self, module: &Found<'_>) {
        if self.loaded.is_none() {
            return;
        }
        for field in module.fields_of(FieldKind::Dependency).flatten() {
            let Some(version) = version(field.key()) else { continue };
            let prefix = self.roots.relative(Place::Prefix);
            let scripts = format!("{prefix}/lib/tcl{version}/init.tcl");
            if matches!(module.catalogue.entry(&scripts), Ok(Some(_)))
                && let Some(function) = SET_SCRIPT.iter().find_map(|name| pyox_native_loader::symbol(field.key(), name))
                && let Ok(script) = CString::new(script(self.roots.of(Place::Prefix), version))
            {
                // SAFETY: the function has this type in every version of Tcl. It keeps the pointer, so the script is
                // never freed.
                unsafe {
                    let set: extern "C" fn(*const c_char) -> *const c_char = std::mem::transmute(function);
                    set(script.into_raw());
                }
            }
        }
    }
}

/// The version of Tcl whose library has a name such as `libtcl8.6.so`.
fn version(library: &str) -> Option<&str> {
    let version = library.strip_prefix("libtcl")?.split(".so").next()?;
    version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.').then_some(version)
}

/// What sets the directories of scripts, in Tcl. The path of the program is in the encoding of the system, as Tcl is
/// given paths, and is written so that no character of it means anything.
fn script(prefix: &Path, version: &str) -> String {
    let mut bytes = String::new();
    for byte in prefix.as_os_str().as_bytes() {
        // Writing into a string does not fail.
        let _ = write!(bytes, "\\u{byte:04x}");
    }
    format!(
        "apply {{lib {{\n\
         set ::tcl_library $lib/tcl{version}\n\
         set ::tk_library $lib/tk{version}\n\
         encoding dirs [list $lib/tcl{version}/encoding]\n\
         }}}} [encoding convertfrom [encoding system] \"{bytes}\"]/lib"
    )
}

#[cfg(test)]
mod tests {
    use super::{script, version};

    #[test]
    fn libraries_have_versions() {
        assert_eq!(version("libtcl8.6.so"), Some("8.6"));
        assert_eq!(version("libtcl9.0.so.0"), Some("9.0"));
        assert_eq!(version("libtcl9tk9.0.so"), None);
        assert_eq!(version("libtk8.6.so"), None);
    }

    #[test]
    fn no_character_of_a_path_means_anything() {
        let script = script("/a b/[exit]$x\"}".as_ref(), "8.6");
        assert!(!script.contains("exit") && script.contains("\\u005b\\u0065\\u0078"), "{script}");
    }
}
