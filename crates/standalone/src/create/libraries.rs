//! The licences of libraries that extension modules of the standard library are linked with.

/// The licences of a library, as SPDX identifiers, and whether it is in the public domain; `None` if it is not known.
/// They are those of the releases that CPython is linked with nowadays.
pub(super) fn licenses(library: &str) -> Option<(&'static [&'static str], bool)> {
    Some(match library {
        "bz2" => (&["bzip2-1.0.6"], false),
        "crypto" | "ssl" => (&["Apache-2.0"], false),
        "expat" => (&["MIT"], false),
        "ffi" => (&["MIT"], false),
        "gdbm" | "gdbm_compat" => (&["GPL-3.0-or-later"], false),
        "lzma" => (&["0BSD"], false),
        "mpdec" => (&["BSD-2-Clause"], false),
        "ncurses" | "ncursesw" | "panel" | "panelw" | "tinfo" => (&["X11-distribute-modifications-variant"], false),
        "readline" => (&["GPL-3.0-or-later"], false),
        "sqlite3" => (&[], true),
        "tcl8.6" | "tk8.6" => (&["TCL"], false),
        "uuid" => (&["BSD-3-Clause"], false),
        "z" => (&["Zlib"], false),
        // They belong to the C library.
        "c" | "m" | "dl" | "pthread" | "rt" | "util" => (&[], true),
        _ => return None,
    })
}

/// The name of a library for `-l`: `ssl` of `libssl.so.3`.
pub(super) fn link_name(soname: &str) -> &str {
    let name = soname.strip_prefix("lib").unwrap_or(soname);
    name.split(".so").next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_licences_are_known_to_spdx() {
        for soname in
            ["libssl.so.3", "libz.so.1", "libreadline.so.8", "libncursesw.so.6", "libtcl8.6.so", "libbz2.so.1.0"]
        {
            let (names, _) = licenses(link_name(soname)).unwrap_or_else(|| panic!("{soname}"));
            assert!(!names.is_empty() && names.iter().all(|name| spdx::license_id(name).is_some()), "{soname}");
        }
        assert_eq!(licenses(link_name("libnsl.so.2")), None);
    }
}
