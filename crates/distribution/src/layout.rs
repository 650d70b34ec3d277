//! The standard library of a distributor who installs packages elsewhere, made to fit the layout of programs.
//!
//! Debian's `sysconfig` and `site` name directories `dist-packages`, below `local`. A packed program has the layout of
//! CPython itself (PEP 370, `sysconfig`'s scheme `posix_prefix`), as a virtual environment of Debian's Python has.

use std::borrow::Cow;
use std::io;

use pyox_packed_resources::{Data, ReadData, Resource};
use pyox_scanner::{Error, ResourceSource, Scan};

/// The directory that tells such a distributor.
const MARK: &[u8] = b"dist-packages";

/// What is added to a module at its end.
const ADDED: [(&str, &str); 2] = [
    (
        "sysconfig",
        "
for _name in _INSTALL_SCHEMES:
    if _name in ('posix_local', 'deb_system'):
        _INSTALL_SCHEMES[_name] = _INSTALL_SCHEMES['posix_prefix']
del _name
",
    ),
    (
        "site",
        "
def getsitepackages(prefixes=None):
    version = 'python%d.%d' % sys.version_info[:2]
    found = [os.path.join(prefix, 'lib', version, 'site-packages') for prefix in prefixes or PREFIXES if prefix]
    return list(dict.fromkeys(found))
",
    ),
];

/// A standard library with what is added.
pub(crate) struct OwnLayout<S>(pub(crate) S);

impl<S: ResourceSource> ResourceSource for OwnLayout<S> {
    fn scan(&self) -> Result<Scan, Error> {
        let mut scan = self.0.scan()?;
        for found in &mut scan.resources {
            if let Resource::ModuleSource(module) = &mut found.resource
                && let Some((_, added)) = ADDED.iter().find(|(name, _)| *name == module.name)
            {
                module.source = Data::lazy(Extended { source: module.source.clone(), added });
            }
        }
        Ok(scan)
    }
}

/// A source, and what is added to it if it is a distributor's.
struct Extended {
    source: Data,
    added: &'static str,
}

impl ReadData for Extended {
    fn read(&self) -> io::Result<Cow<'_, [u8]>> {
        let source = self.source.read()?;
        let is_marked = source.windows(MARK.len()).any(|part| part == MARK);
        Ok(if is_marked { Cow::Owned([&*source, self.added.as_bytes()].concat()) } else { source })
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use pyox_scanner::MemorySource;

    use super::*;

    const SYSCONFIG: &str = "_INSTALL_SCHEMES = {'posix_prefix': 1, 'posix_local': 'dist-packages', 'nt': 3}\n";
    const SITE: &str = "import os, sys\nPREFIXES = ['/a', '/b', '/a']\ndef getsitepackages(): return 'dist-packages'\n";

    fn edited(name: &str, text: &str) -> Result<String, Box<dyn std::error::Error>> {
        let source = MemorySource::new().file(format!("{name}.py"), text);
        let scan = OwnLayout(source).scan()?;
        let [found] = &scan.resources[..] else { return Err("one module".into()) };
        let Resource::ModuleSource(module) = &found.resource else { return Err("a source".into()) };
        Ok(String::from_utf8(module.source.read()?.into_owned())?)
    }

    #[test]
    fn only_a_distributors_modules_are_changed() -> Result<(), Box<dyn std::error::Error>> {
        for (name, text) in [("sysconfig", "x = 'site-packages'\n"), ("site", "x = 1\n"), ("json", SYSCONFIG)] {
            assert_eq!(edited(name, text)?, text);
        }
        let run = |text: String| {
            let output = Command::new("python3").args(["-c", &text]).output()?;
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Ok::<_, io::Error>(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        let schemes = edited("sysconfig", SYSCONFIG)? + "print(_INSTALL_SCHEMES)";
        assert_eq!(run(schemes)?, "{'posix_prefix': 1, 'posix_local': 1, 'nt': 3}");
        let site = edited("site", SITE)? + "print([path.split('/')[1::3] for path in getsitepackages()])";
        assert_eq!(run(site)?, "[['a', 'site-packages'], ['b', 'site-packages']]");
        Ok(())
    }
}
