//! Files of the operating system that a packed program may touch.

use std::path::Path;

/// Parts of the GNU C library and of the compiler's, which a program shares with the system. Everything else travels
/// in the program.
const C_LIBRARY: [&str; 11] = [
    "ld-linux",
    "libc",
    "libm",
    "libdl",
    "libpthread",
    "librt",
    "libutil",
    "libresolv",
    "libnss_",
    "libgcc_s",
    "libstdc++",
];

/// The network information service and the Kerberos that it brings, which belong to the system too: for the module
/// `nis`.
const NIS: [&str; 8] =
    ["libnsl", "libtirpc", "libgssapi_krb5", "libkrb5", "libk5crypto", "libkrb5support", "libcom_err", "libkeyutils"];

/// What displays are reached with, and what the libraries of that need.
const X11: [&str; 10] =
    ["libX11", "libXcursor", "libXext", "libXfixes", "libXrender", "libXau", "libXdmcp", "libxcb", "libbsd", "libmd"];

/// Places of data that belongs to the system whatever it is called: locales, time zones, settings, devices.
const DATA: [&str; 6] = ["/usr/share/zoneinfo", "/usr/lib/locale", "/usr/share/locale", "/etc", "/dev", "/proc"];

/// Whether a program may write to a path or remove it.
pub fn writing(path: &str) -> bool {
    ["/dev/", "/proc/", "/memfd:"].iter().any(|place| path.starts_with(place))
}

/// Whether a program may read a path.
pub fn reading(path: &str) -> bool {
    if path.starts_with("/memfd:") || !path.starts_with('/') {
        return true;
    }
    let path = Path::new(path);
    if DATA.iter().any(|place| path.starts_with(place)) {
        return true;
    }
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let stem = name.split(".so").next().unwrap_or(name);
    let is_of_system = C_LIBRARY.iter().any(|library| {
        stem == *library || (library.ends_with('_') || *library == "ld-linux") && stem.starts_with(library)
    });
    match kind(name) {
        Kind::Python => false,
        Kind::Library => {
            is_of_system
                || NIS.contains(&stem)
                || X11.contains(&stem)
                || path.parent().is_some_and(|place| place.ends_with("gconv"))
        }
        Kind::Other => true,
    }
}

enum Kind {
    /// Code of Python, or what leads to it.
    Python,
    Library,
    Other,
}

fn kind(name: &str) -> Kind {
    let python = [".py", ".pyc", ".pyo", ".pth", ".pyd", ".egg", ".whl", ".zip", "pyvenv.cfg", "._pth"];
    if python.iter().any(|ending| name.ends_with(ending)) || name.contains(".cpython-") || name.contains(".abi3.") {
        Kind::Python
    } else if name.ends_with(".so") || name.contains(".so.") {
        Kind::Library
    } else {
        Kind::Other
    }
}

#[test]
fn the_c_library_is_allowed_and_python_is_not() {
    for fine in ["/lib64/ld-linux-x86-64.so.2", "/usr/lib/libc.so.6", "/lib/libnss_files.so.2", "/etc/localtime"] {
        assert!(reading(fine), "{fine}");
    }
    for other in [
        "/usr/lib/libcrypt.so.1",
        "/usr/lib/libtk8.6.so",
        "/usr/lib/libssl.so.3",
        "/opt/x.py",
        "/opt/_x.cpython-311.so",
        "/a.zip",
    ] {
        assert!(!reading(other), "{other}");
    }
}
