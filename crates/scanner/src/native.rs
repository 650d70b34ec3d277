//! Which native file is an extension module, and which a shared library.

use memchr::memmem::find;
use pyox_packed_resources::Data;

use crate::python_name::{module_name, split_path};

/// What a native file is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Native {
    /// An extension module.
    Extension {
        /// Dotted name.
        name: String,
        /// Whether the file is named `__init__`.
        is_package: bool,
        /// Position of its suffix in the interpreter's order: the lowest one is imported.
        rank: usize,
    },
    /// An extension module that the interpreter would not import.
    Foreign,
    /// A shared library.
    Library,
}

/// Classifies by the path alone; `None` for what is not native.
///
/// `suffixes` are those of `importlib.machinery.EXTENSION_SUFFIXES`, in this order.
pub(crate) fn classify(path: &str, suffixes: &[String]) -> Option<Native> {
    let (directory, file_name) = split_path(path);
    if !is_native(file_name) {
        return None;
    }
    let longest = suffixes
        .iter()
        .enumerate()
        .filter_map(|(rank, suffix)| Some((rank, suffix, file_name.strip_suffix(suffix.as_str())?)))
        .max_by_key(|(_, suffix, _)| suffix.len());
    if let Some((rank, suffix, stem)) = longest
        && let Some((name, is_package)) = module_name(directory, stem, false)
    {
        let untagged = suffix.matches('.').count() == 1;
        if !(untagged && (stem.starts_with("lib") || in_library_directory(directory))) {
            return Some(Native::Extension { name, is_package, rank });
        }
    }
    Some(if has_foreign_tag(file_name) { Native::Foreign } else { Native::Library })
}

/// Whether a file with the name of an extension module is one: whether it defines the function that the import of
/// `name` calls ([PEP 489](https://peps.python.org/pep-0489/#export-hook-name), [PEP
/// 793](https://peps.python.org/pep-0793/)). What does not is a library that is loaded with ctypes or cffi:
/// `pkg/attach_linux.so`, or all of `pycryptodome`. With a tag in its name, what is no native file at all counts as
/// one: the import then says what is wrong.
pub(crate) fn is_module(path: &str, library: &Data, name: &str) -> std::io::Result<bool> {
    let leaf = name.rsplit('.').next().unwrap_or(name);
    if !leaf.is_ascii() {
        return Ok(true);
    }
    let content = library.read()?;
    let is_tagged = split_path(path).1.matches('.').count() > 1;
    if is_tagged && !FORMATS.iter().any(|magic| content.starts_with(magic)) {
        return Ok(true);
    }
    let defines = |prefix: &str| find(&content, format!("{prefix}_{leaf}\0").as_bytes()).is_some();
    Ok(defines("PyInit") || defines("PyModExport"))
}

/// How ELF, PE and Mach-O files start, the latter in both widths and for several architectures.
const FORMATS: [&[u8]; 5] = [b"\x7fELF", b"MZ", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"];

/// Whether a file has the name of native code.
pub(crate) fn is_native(file_name: &str) -> bool {
    let versioned = file_name.rsplit_once(".so.").is_some_and(|(stem, version)| {
        !stem.is_empty() && version.starts_with(|c: char| c.is_ascii_digit()) && version.chars().all(is_version_char)
    });
    versioned
        || [".so", ".pyd", ".dll", ".dylib"]
            .iter()
            .any(|end| file_name.strip_suffix(end).is_some_and(|s| !s.is_empty()))
}

fn is_version_char(c: char) -> bool {
    c.is_ascii_digit() || c == '.'
}

/// Where auditwheel (`NAME.libs`) and delocate (`.dylibs`) put libraries.
fn in_library_directory(directory: &str) -> bool {
    directory.split('/').any(|part| part.ends_with(".libs") || part == ".dylibs")
}

/// The suffix of an extension module for a particular interpreter, `.cpython-310-x86_64-linux-gnu.so`.
pub(crate) fn tagged_suffix(path: &str) -> Option<&str> {
    let (_, file_name) = split_path(path);
    has_foreign_tag(file_name).then(|| file_name.find('.').map(|dot| &file_name[dot..])).flatten()
}

/// A tag of [PEP 3149](https://peps.python.org/pep-3149/) or its like: `mod.cpython-310-x86_64-linux-gnu.so`,
/// `mod.cp311-win_amd64.pyd`, `mod.pypy39-pp73-x86_64-linux-gnu.so`, and since Python 3.15 `mod.abi3t.so`
/// ([PEP 803](https://peps.python.org/pep-0803/)) and `mod.abi3-x86_64-linux-gnu.so`.
fn has_foreign_tag(file_name: &str) -> bool {
    let mut parts = file_name.split('.');
    let stem = parts.next().unwrap_or("");
    let tag = parts.next().unwrap_or("");
    let is_last_but_one = parts.next().is_some_and(|end| matches!(end, "so" | "pyd")) && parts.next().is_none();
    let of_version = ["cpython-", "pypy", "graalpy", "cp3"].iter().any(|start| tag.starts_with(start));
    let is_stable = matches!(tag.split('-').next(), Some("abi3" | "abi3t"));
    !stem.is_empty() && is_last_but_one && (of_version || is_stable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suffixes() -> Vec<String> {
        [".cpython-311-x86_64-linux-gnu.so", ".abi3.so", ".so"].map(String::from).into()
    }

    fn extension(name: &str, is_package: bool, rank: usize) -> Option<Native> {
        Some(Native::Extension { name: name.into(), is_package, rank })
    }

    #[test]
    fn table() {
        let classify = |path| classify(path, &suffixes());
        assert_eq!(classify("_ssl.cpython-311-x86_64-linux-gnu.so"), extension("_ssl", false, 0));
        assert_eq!(classify("a/b/__init__.abi3.so"), extension("a.b", true, 1));
        assert_eq!(classify("a/c.so"), extension("a.c", false, 2));
        assert_eq!(classify("85c__mypyc.cpython-311-x86_64-linux-gnu.so"), extension("85c__mypyc", false, 0));
        assert_eq!(classify("libcst.abi3.so"), extension("libcst", false, 1));
        assert_eq!(classify("a/libfoo.so"), Some(Native::Library));
        assert_eq!(classify("numpy.libs/libgfortran-040039e1.so.5.0.0"), Some(Native::Library));
        assert_eq!(classify("numpy.libs/openblas.so"), Some(Native::Library));
        assert_eq!(classify("PIL/.dylibs/jpeg.9.dylib"), Some(Native::Library));
        assert_eq!(classify("a/x.cpython-310-x86_64-linux-gnu.so"), Some(Native::Foreign));
        assert_eq!(classify("a/x.cp311-win_amd64.pyd"), Some(Native::Foreign));
        assert_eq!(classify("a/x.abi3t.so"), Some(Native::Foreign));
        assert_eq!(classify("a/x.abi3-x86_64-linux-gnu.so"), Some(Native::Foreign));
        assert_eq!(classify("a/abi3.so"), extension("a.abi3", false, 2));
        assert_eq!(classify("a/x.so.txt"), None);
        assert_eq!(classify("a/x.py"), None);
        assert_eq!(classify("a/.so"), None);
        assert_eq!(classify("a/x.so."), None);
    }

    #[test]
    fn stable_interfaces_of_python_3_15() {
        let suffixes = [
            ".cpython-315-x86_64-linux-gnu",
            ".abi3-x86_64-linux-gnu",
            ".abi3",
            ".abi3t-x86_64-linux-gnu",
            ".abi3t",
            "",
        ];
        let suffixes = suffixes.map(|suffix| format!("{suffix}.so"));
        for (rank, suffix) in suffixes.iter().enumerate() {
            assert_eq!(super::classify(&format!("a/x{suffix}"), &suffixes), extension("a.x", false, rank));
        }
        assert_eq!(super::classify("a/x.abi3t-aarch64-linux-gnu.so", &suffixes), Some(Native::Foreign));
    }
}
