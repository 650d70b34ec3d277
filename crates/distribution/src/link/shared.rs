//! Finding the shared library of an interpreter.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::PythonInfo;
use crate::run::Paths;

/// Where the shared library may be, the best first.
pub(super) fn candidates(info: &PythonInfo, paths: &Paths, stated: Option<PathBuf>) -> Vec<PathBuf> {
    let name = soname(info);
    let prefix_lib = paths.base_prefix.join("lib");
    let directories = paths.libdir.iter().chain([&prefix_lib]);
    let mut found: Vec<PathBuf> = paths.loaded.iter().cloned().chain(stated).collect();
    for directory in directories {
        let below = paths.multiarch.as_ref().map(|multiarch| directory.join(multiarch));
        found.extend([Some(directory.clone()), below].into_iter().flatten().map(|directory| directory.join(&name)));
    }
    let mut unique: Vec<PathBuf> = Vec::with_capacity(found.len());
    for path in found {
        if !unique.contains(&path) {
            unique.push(path);
        }
    }
    unique
}

/// The name of the library (`DT_SONAME`), as CPython gives it.
pub(super) fn soname(info: &PythonInfo) -> String {
    let flag = |is_set, flag| if is_set { flag } else { "" };
    let (free_threaded, debug) = (flag(info.gil_disabled, "t"), flag(info.debug, "d"));
    format!("libpython{}.{}{free_threaded}{debug}.so.1.0", info.major, info.minor)
}

/// Whether it is a shared library (ELF) for a target, as Rust calls it. The interpreter itself may be a script that
/// starts it.
pub(super) fn is_for(path: &Path, triple: &str) -> bool {
    /// `ET_DYN`
    const SHARED: [u8; 2] = [3, 0];
    let mut start = [0; 20];
    if File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_err() {
        return false;
    }
    let machine = match triple.split('-').next() {
        Some("x86_64") => Some([62, 0]),
        Some("aarch64") => Some([183, 0]),
        _ => None,
    };
    start.starts_with(b"\x7fELF\x02") && start[16..18] == SHARED && machine.is_none_or(|machine| start[18..] == machine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_called_after_their_abi() {
        let mut info = PythonInfo::new((3, 13, 1), "x86_64-unknown-linux-gnu");
        assert_eq!(soname(&info), "libpython3.13.so.1.0");
        (info.gil_disabled, info.debug) = (true, true);
        assert_eq!(soname(&info), "libpython3.13td.so.1.0");
    }

    #[test]
    fn a_library_of_another_machine_is_none() -> std::io::Result<()> {
        let directory = tempfile::tempdir()?;
        let file = |name: &str, kind: u8, machine: u8| {
            let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
            bytes.resize(20, 0);
            (bytes[16], bytes[18]) = (kind, machine);
            let path = directory.path().join(name);
            std::fs::write(&path, bytes).map(|()| path)
        };
        let (program, library, other) = (file("python", 2, 62)?, file("a.so", 3, 62)?, file("b.so", 3, 183)?);
        let is_for = |path: &Path| super::is_for(path, "x86_64-unknown-linux-gnu");
        assert!(is_for(&library));
        assert!(!is_for(&other) && !is_for(&program) && !is_for(&directory.path().join("missing")));
        assert!(super::is_for(&other, "aarch64-unknown-linux-gnu"));
        Ok(())
    }
}
