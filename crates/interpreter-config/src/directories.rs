//! Where the files of a program seem to be: paths below that of the program, with `/`. And where systems have some.
//!
//! They are those of an installed Python, so that code which goes from one to the other, or native code with an
//! `$ORIGIN`, arrives where it means to. The directory of the application is not above that of Python: what lists its
//! own files sees no others.

/// The directory of the application: that of its script, the first of `sys.path`.
pub const APPLICATION: &str = "app";

/// The installation: `sys.prefix`.
pub const PREFIX: &str = "python";

/// The standard library of Python 3.`minor`: `sysconfig.get_path("stdlib")`.
#[must_use]
pub fn standard_library(minor: u8) -> String {
    format!("{PREFIX}/lib/python3.{minor}")
}

/// Installed packages: `sysconfig.get_path("purelib")`.
#[must_use]
pub fn site_packages(minor: u8) -> String {
    format!("{}/site-packages", standard_library(minor))
}

/// Where distributions of Linux have the database of terminals: what the administrator adds, the little that is there
/// before `/usr`, and all.
pub const TERMINFO_OF_SYSTEMS: [&str; 6] = [
    "/etc/terminfo",
    "/lib/terminfo",
    "/usr/share/terminfo",
    "/usr/lib/terminfo",
    "/usr/share/lib/terminfo",
    "/usr/local/share/terminfo",
];
