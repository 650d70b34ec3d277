//! The licences of libraries that extension modules of the standard library are linked with.

use std::path::Path;

use pyox_licenses::{Packages, library};

/// They belong to the C library, which stays with the system.
const C_LIBRARIES: [&str; 6] = ["c", "m", "dl", "pthread", "rt", "util"];

/// Whether a library, by its name for `-l`, is a part of the C library.
pub(super) fn is_of_c_library(name: &str) -> bool {
    C_LIBRARIES.contains(&name)
}

/// What PYTHON.json calls to be in the public domain.
const PUBLIC_DOMAIN: [&str; 2] = ["blessing", "LicenseRef-public-domain"];

/// What is said of the licence of a library, as PYTHON.json says it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Licenses {
    /// Identifiers of SPDX.
    pub(super) names: Vec<String>,
    /// Whether it is in the public domain.
    pub(super) public_domain: bool,
}

/// The licences of a library by its SONAME, and the file that it is; `None` if they are not known.
pub(super) fn licenses(soname: &str, origin: &Path, packages: &Packages) -> Option<Licenses> {
    let component = library(soname, Some(origin), Some(packages));
    let expression = component.expression()?;
    if PUBLIC_DOMAIN.contains(&expression) {
        return Some(Licenses { names: Vec::new(), public_domain: true });
    }
    Some(Licenses { names: expression.split(" AND ").map(str::to_owned).collect(), public_domain: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_by_name_and_by_the_packages_of_the_system() {
        let packages = Packages::default();
        let of = |soname: &str| licenses(soname, Path::new("/usr/lib/x"), &packages);
        let names = |names: &[&str]| {
            Some(Licenses { names: names.iter().map(|name| (*name).to_owned()).collect(), public_domain: false })
        };
        assert_eq!(of("libssl.so.3"), names(&["Apache-2.0"]));
        assert_eq!(of("libssl.so.1.1"), names(&["OpenSSL"]));
        assert_eq!(of("libdb-5.3.so"), names(&["Sleepycat", "BSD-3-Clause"]));
        let public = Some(Licenses { names: Vec::new(), public_domain: true });
        assert_eq!(of("libsqlite3.so.0"), public);
        assert_eq!(of("libsomething.so.2"), None);
    }
}
