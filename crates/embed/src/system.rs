//! Where the running system keeps what libraries of a program look for: the database of terminals, and certificates.
//!
//! Libraries were built to look where the machine has it that they come from. Environment variables lead them
//! elsewhere; those that are set already are never changed.

use std::env::var_os;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use pyox_interpreter_config::directories::TERMINFO_OF_SYSTEMS;
use pyox_interpreter_config::{InterpreterConfig, Resolution};

use crate::start::expand;

/// Leads ncurses and readline to databases of terminals.
const TERMINFO: &str = "TERMINFO_DIRS";

/// Leads OpenSSL to a file, and to a directory, with certificates.
const CERTIFICATES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// Where distributions have the certificates of authorities in one file: Debian, Arch, Gentoo; Fedora, RHEL; openSUSE;
/// Alpine; FreeBSD.
const CERTIFICATE_FILES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
];

/// What OpenSSL looks for in the directory that it was built with.
const OPENSSL_NAMES: [&str; 2] = ["cert.pem", "certs"];

/// What paths are relative to.
#[derive(Clone, Copy)]
pub(crate) struct Places<'a> {
    /// The directory that `$ORIGIN` stands for.
    pub(crate) origin: &'a Path,
    /// The program, which its own files are below.
    pub(crate) program: &'a Path,
}

/// The variables to set.
pub(crate) fn variables(config: &InterpreterConfig, places: Places<'_>) -> Vec<(&'static str, OsString)> {
    let terminfo = || terminfo(&config.terminfo_resolution, places);
    let certificates = || certificates(&config.certificates, config.openssl_directory.as_deref(), places);
    let is_set = |name: &str| var_os(name).is_some();
    let mut variables = Vec::new();
    if !is_set(TERMINFO) {
        variables.extend(terminfo().map(|value| (TERMINFO, value)));
    }
    if !CERTIFICATES.into_iter().any(is_set) {
        variables.extend(certificates().map(|value| (CERTIFICATES[0], value)));
    }
    variables
}

fn terminfo(resolution: &Resolution, places: Places<'_>) -> Option<OsString> {
    let mut directories = match resolution {
        Resolution::Static(paths) => return Some(expand(paths, places.origin).into()),
        Resolution::Dynamic | Resolution::Packed(_) => terminfo_of_system(),
        _ => return None,
    };
    // Other programs, which see the variable too, do not find it: for them, the others have to come first.
    if let Resolution::Packed(path) = resolution {
        directories.push(places.program.join(path));
    }
    std::env::join_paths(directories).ok().filter(|paths| !paths.is_empty())
}

fn terminfo_of_system() -> Vec<PathBuf> {
    let mut found = Vec::<PathBuf>::new();
    for directory in TERMINFO_OF_SYSTEMS {
        // Some are links to others.
        let real = Path::new(directory).canonicalize().ok().filter(|real| real.is_dir());
        let is_known = |real| found.iter().any(|known| known.canonicalize().is_ok_and(|known| known == real));
        if real.is_some_and(|real| !is_known(real)) {
            found.push(directory.into());
        }
    }
    found
}

/// `built_with` is the directory where OpenSSL looks by itself.
fn certificates(resolution: &Resolution, built_with: Option<&str>, places: Places<'_>) -> Option<OsString> {
    match resolution {
        Resolution::Static(path) => Some(expand(path, places.origin).into()),
        // Other programs see the variable too: for them, it is a real file.
        Resolution::Packed(path) => {
            let path = places.program.join(path);
            path.is_file().then(|| real_path(&path).unwrap_or(path).into())
        }
        Resolution::Dynamic => {
            let has_its_own =
                |directory: &str| OPENSSL_NAMES.iter().any(|name| Path::new(directory).join(name).exists());
            if built_with.is_some_and(has_its_own) {
                return None;
            }
            CERTIFICATE_FILES.iter().find(|file| Path::new(file).is_file()).map(OsString::from)
        }
        _ => None,
    }
}

/// The file of the cache with what a file of the program has.
#[cfg(feature = "virtual-files")]
fn real_path(path: &Path) -> Option<PathBuf> {
    pyox_virtual_files::real_path(path)
}

#[cfg(not(feature = "virtual-files"))]
fn real_path(_: &Path) -> Option<PathBuf> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(origin: &str) -> Places<'_> {
        Places { origin: Path::new(origin), program: Path::new("/opt/app/program") }
    }

    #[test]
    fn given_paths_are_relative_to_the_program() {
        let origin = places("/opt/app");
        let given = Resolution::Static("$ORIGIN/terminfo:/usr/share/terminfo".into());
        assert_eq!(terminfo(&given, origin), Some("/opt/app/terminfo:/usr/share/terminfo".into()));
        assert_eq!(terminfo(&Resolution::None, origin), None);
        assert_eq!(
            certificates(&Resolution::Static("$ORIGIN/a.pem".into()), None, origin),
            Some("/opt/app/a.pem".into())
        );
        assert_eq!(certificates(&Resolution::None, None, origin), None);
    }

    #[test]
    fn what_is_in_the_program_is_below_it() {
        let packed = Resolution::Packed("python/share/terminfo".into());
        let found = terminfo(&packed, places("/")).unwrap();
        assert_eq!(std::env::split_paths(&found).last(), Some("/opt/app/program/python/share/terminfo".into()));
        // What is not there would be worse than nothing.
        assert_eq!(certificates(&packed, None, places("/")), None);
    }

    #[test]
    fn the_store_of_the_system_is_for_who_has_none() {
        let origin = places("/");
        let place = std::env::temp_dir().join(format!("pyox-openssl-{}", std::process::id()));
        std::fs::create_dir_all(place.join("certs")).unwrap();
        let directory = place.to_str().unwrap();
        assert_eq!(certificates(&Resolution::Dynamic, Some(directory), origin), None);
        std::fs::remove_dir_all(&place).unwrap();
        let found = certificates(&Resolution::Dynamic, Some(directory), origin);
        assert_eq!(found.is_some(), CERTIFICATE_FILES.iter().any(|file| Path::new(file).exists()));
        assert!(found.is_none_or(|file| Path::new(&file).is_file()));
    }

    #[test]
    fn each_database_of_terminals_is_named_once() {
        let found = terminfo(&Resolution::Dynamic, places("/")).unwrap_or_default();
        let mut real: Vec<_> = std::env::split_paths(&found).map(|path| path.canonicalize().unwrap()).collect();
        let count = real.len();
        real.sort();
        real.dedup();
        assert_eq!(real.len(), count, "{found:?}");
    }
}
