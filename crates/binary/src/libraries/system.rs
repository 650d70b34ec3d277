//! Which libraries are left to the machine that runs the program.

/// The C library and its parts, by the name before `.so`. They belong to the dynamic loader that runs the program.
///
/// Not here and therefore bundled: `libcrypt` (left glibc, two incompatible versions are about). `libnsl.so.1` is
/// here: it is bound to private symbols of its own glibc.
const C_LIBRARY: &[&str] = &[
    "libBrokenLocale",
    "libanl",
    "libc",
    "libc_malloc_debug",
    "libdl",
    "libm",
    "libmvec",
    "libpthread",
    "libresolv",
    "librt",
    "libthread_db",
    "libutil",
];

/// Libraries by full name. The first group is the policy of the manylinux wheels (PEP 600 and the policy files of
/// auditwheel); the second is what the graphics drivers bring, and what the X libraries of the first need themselves: a
/// second copy of those in one process, or a copy older than the driver, does not work.
const BY_NAME: &[&str] = &[
    "libICE.so.6",
    "libSM.so.6",
    "libX11.so.6",
    "libXext.so.6",
    "libXrender.so.1",
    "libgcc_s.so.1",
    "libglib-2.0.so.0",
    "libgobject-2.0.so.0",
    "libgthread-2.0.so.0",
    "libnsl.so.1",
    "libstdc++.so.6",
    // The network information service, for the module `nis` before Python 3.13: of use only where a machine is set up
    // for it, and it brings Kerberos, which reads plugins and settings of the machine.
    "libnsl.so.2",
    "libtirpc.so.3",
    // Graphics.
    "libEGL.so.1",
    "libGL.so.1",
    "libGLESv2.so.2",
    "libGLX.so.0",
    "libGLdispatch.so.0",
    "libOpenGL.so.0",
    "libX11-xcb.so.1",
    "libXau.so.6",
    "libXdmcp.so.6",
    "libcuda.so.1",
    "libdrm.so.2",
    "libgbm.so.1",
    "libnvidia-ml.so.1",
    "libvulkan.so.1",
    "libxcb.so.1",
];

/// Tcl and Tk by the start of their names: at start they load scripts that are installed beside them, and refuse those
/// of any other patch release, so that a copy of the library without its scripts works nowhere. Whoever brings the
/// scripts has the libraries among the roots.
const WITH_SCRIPTS: &[&str] = &["libtcl8", "libtk8", "libtcl9", "libtk9"];

/// Dynamic loaders, and the C library of musl, which is its own loader.
const LOADERS: &[&str] = &["ld-linux", "ld-musl-", "ld.so.", "ld64.so.", "libc.musl-"];

/// Whether a library is left to the machine that runs the program, because every Linux desktop or server has it, or
/// because a copy of another machine's would not work.
///
/// The list is that of the manylinux wheels, so that a packaged program asks of a machine what the wheels in it ask
/// already, with the graphics drivers added. Everything else is bundled.
///
/// ```
/// # use pyox_binary::stays_with_system;
/// assert!(stays_with_system("libc.so.6"));
/// assert!(!stays_with_system("libssl.so.3"));
/// ```
pub fn stays_with_system(soname: &str) -> bool {
    let stem = soname.split_once(".so").map_or(soname, |(stem, _)| stem);
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| soname.starts_with(prefix));
    BY_NAME.contains(&soname) || C_LIBRARY.contains(&stem) || has_scripts(soname) || starts(LOADERS)
}

/// Whether a library is of use together with its scripts only.
pub(super) fn has_scripts(soname: &str) -> bool {
    WITH_SCRIPTS.iter().any(|prefix| soname.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use crate::stays_with_system;

    #[test]
    fn the_line_is_drawn_where_the_documentation_says() {
        for stays in [
            "libm.so.6",
            "libdl.so.2",
            "ld-linux-x86-64.so.2",
            "libstdc++.so.6",
            "libX11.so.6",
            "libnsl.so.1",
            "libtirpc.so.3",
            "libtk8.6.so",
        ] {
            assert!(stays_with_system(stays), "{stays}");
        }
        for bundled in ["libcrypt.so.1", "libkrb5.so.3", "libz.so.1", "libmd.so.0"] {
            assert!(!stays_with_system(bundled), "{bundled}");
        }
    }
}
