//! Libraries that lack a symbol which what needs them brings: another library that they do not name, or the extension
//! module itself.
//!
//! The dynamic loader, which loads all of them at once, finds it there. Here a library is loaded before what needs it,
//! so that functions are bound when they are first called, and looked for once all is loaded.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::LoadError;
use crate::libraries::{Library, open_library, open_with};
use crate::registry::Registry;

/// A library by its name, and a symbol that it lacks; whether it was found.
static LACKING: Registry<(String, String), AtomicBool> = Registry::new();

/// Opens a library that others need. If it lacks a symbol, that may come later.
pub(crate) fn open_needed(name: &str, path: &Path) -> Result<(), String> {
    let Err(message) = open_library(path) else { return Ok(()) };
    let Some(symbol) = undefined(&message) else { return Err(message) };
    open_with(path, libc::RTLD_LAZY).map_err(|_| message.clone())?;
    LACKING.add((name.to_owned(), symbol.to_owned()), AtomicBool::new(false));
    Ok(())
}

/// Whether what `by` is loaded from, after [`load_needed`](crate::load_needed), has what libraries lack that it needs.
/// It is loaded if one lacks something.
///
/// # Errors
///
/// A symbol is nowhere.
pub fn check_lacking<L: Library>(by: &L, path: &Path) -> Result<(), L::Error> {
    let mut lacking = Vec::new();
    LACKING.each(|library, found| {
        if !found.load(Ordering::Relaxed) {
            lacking.push((library, found));
        }
    });
    if lacking.is_empty() {
        return Ok(());
    }
    let mut needed = BTreeSet::new();
    collect(by, &mut needed)?;
    // If it cannot be loaded, whoever loads it will say so.
    let Ok(handle) = open_with(path, libc::RTLD_NOW) else { return Ok(()) };
    for ((library, symbol), found) in lacking.into_iter().filter(|((library, _), _)| needed.contains(library)) {
        let name = CString::new(symbol.as_str()).unwrap_or_default();
        // SAFETY: a handle of dlopen and a C string.
        if unsafe { libc::dlsym(handle.as_ptr(), name.as_ptr()) }.is_null() {
            let message = format!("undefined symbol: {symbol}");
            return Err(LoadError::Refused { name: library.clone(), message }.into());
        }
        found.store(true, Ordering::Relaxed);
    }
    Ok(())
}

/// The names of all that something needs.
fn collect<L: Library>(by: &L, names: &mut BTreeSet<String>) -> Result<(), L::Error> {
    for name in by.needed() {
        if names.insert(name.to_owned())
            && let Some(library) = by.library(name)?
        {
            collect(&library, names)?;
        }
    }
    Ok(())
}

/// The symbol that a message of the dynamic loader is about.
fn undefined(message: &str) -> Option<&str> {
    // That of musl says it in other words.
    if let Some(message) = message.strip_suffix(": symbol not found") {
        return message.rsplit_once(": ").map(|(_, symbol)| symbol);
    }
    let (_, symbol) = message.rsplit_once(": undefined symbol: ")?;
    symbol.split([',', ' ']).next().filter(|symbol| !symbol.is_empty())
}

#[cfg(test)]
mod tests {
    use super::undefined;

    #[test]
    fn messages_name_symbols() {
        assert_eq!(undefined("/a: b/c.so: undefined symbol: base"), Some("base"));
        assert_eq!(undefined("/c.so: undefined symbol: base, version BASE_1.0"), Some("base"));
        assert_eq!(undefined("Error relocating /c.so: base: symbol not found"), Some("base"));
        assert_eq!(undefined("/c.so: cannot open shared object file"), None);
    }
}
