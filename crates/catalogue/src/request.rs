//! What is asked for.

use std::fmt;
use std::str::FromStr;

use crate::archive::{Archive, Linkage, number};
use crate::error::Error;

/// How libpython of the archive is to be linked; the names are those of the manual (section 4.11.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flavor {
    /// `standalone`: the better one of what there is.
    #[default]
    Standalone,
    /// `standalone_static`.
    Static,
    /// `standalone_dynamic`.
    Dynamic,
}

impl Flavor {
    /// All, with their names.
    pub const NAMES: [(&str, Self); 3] =
        [("standalone", Self::Standalone), ("standalone_static", Self::Static), ("standalone_dynamic", Self::Dynamic)];
}

impl FromStr for Flavor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Self::NAMES.into_iter().find(|(name, _)| *name == text);
        found.map(|(_, flavor)| flavor).ok_or_else(|| Error::Flavor { text: text.to_owned() })
    }
}

/// Which archive is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    text: String,
    what: What,
    pub(crate) target: String,
    flavor: Flavor,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    /// This very archive.
    Name,
    Version {
        minor: [u32; 2],
        patch: Option<u32>,
        release: Option<String>,
        free_threaded: bool,
        debug: bool,
    },
}

impl Request {
    /// `[cpython-]X.Y[.Z][t][d][+RELEASE]` for a target triple, or the whole name of an archive. The letters are those
    /// of `sys.abiflags`: without the global lock (3.13 and later), and with checks for debugging.
    ///
    /// # Errors
    ///
    /// [`Error::Request`], if it is anything else.
    pub fn parse(text: &str, target: &str) -> Result<Self, Error> {
        let what = if text.ends_with(".tar.zst") || text.ends_with(".tar.gz") {
            What::Name
        } else {
            version(text.strip_prefix("cpython-").unwrap_or(text))
                .ok_or_else(|| Error::Request { text: text.to_owned() })?
        };
        Ok(Self { text: text.to_owned(), what, target: target.to_owned(), flavor: Flavor::default() })
    }

    /// The same with another flavor.
    #[must_use]
    pub fn with_flavor(self, flavor: Flavor) -> Self {
        Self { flavor, ..self }
    }

    /// The target triple.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// How libpython is to be linked.
    pub fn flavor(&self) -> Flavor {
        self.flavor
    }

    pub(crate) fn allows(&self, archive: &Archive) -> bool {
        if self.what == What::Name {
            return archive.name == self.text;
        }
        let linkage = match self.flavor {
            Flavor::Standalone => None,
            Flavor::Static => Some(Linkage::Static),
            Flavor::Dynamic => Some(Linkage::Dynamic),
        };
        archive.target == self.target
            && self.allows_version(archive)
            && linkage.is_none_or(|linkage| archive.linkage() == linkage)
    }

    pub(crate) fn allows_version(&self, archive: &Archive) -> bool {
        let What::Version { minor, patch, release, free_threaded, debug } = &self.what else { return false };
        let [major, second, third] = archive.version.0;
        [major, second] == *minor
            && patch.is_none_or(|patch| patch == third)
            && release.as_ref().is_none_or(|release| *release == archive.release)
            && archive.is("freethreaded") == *free_threaded
            && archive.is("debug") == *debug
    }

    /// Whether an archive that is allowed is linked as one would expect.
    pub(crate) fn prefers(&self, archive: &Archive) -> bool {
        (archive.linkage() == Linkage::Static) == archive.target.ends_with("-musl")
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The target triple of this machine, as archives are named. On Linux it is that with the GNU C library.
pub fn host_target() -> String {
    use std::env::consts::{ARCH, OS};
    let arch = match ARCH {
        "x86" => "i686",
        "powerpc64" => "ppc64le",
        arch => arch,
    };
    match OS {
        "macos" => format!("{arch}-apple-darwin"),
        "windows" => format!("{arch}-pc-windows-msvc"),
        _ if arch == "arm" => "armv7-unknown-linux-gnueabihf".to_owned(),
        _ => format!("{arch}-unknown-linux-gnu"),
    }
}

fn version(text: &str) -> Option<What> {
    let (version, release) = match text.split_once('+') {
        Some((version, release)) => (version, Some(number(release).map(|_| release.to_owned())?)),
        None => (text, None),
    };
    let (version, debug) = without(version, 'd');
    let (version, free_threaded) = without(version, 't');
    let parts: Vec<u32> = version.split('.').map(number).collect::<Option<_>>()?;
    let (minor, patch) = match parts[..] {
        [major, minor] => ([major, minor], None),
        [major, minor, patch] => ([major, minor], Some(patch)),
        _ => return None,
    };
    Some(What::Version { minor, patch, release, free_threaded, debug })
}

fn without(text: &str, letter: char) -> (&str, bool) {
    text.strip_suffix(letter).map_or((text, false), |text| (text, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_request_is_refused() {
        for text in ["", "3", "3.x", "3.13.1.1", "3.13+", "3.13+x", "+20260814", "3.13dt", "pypy-3.10", ">=3.9", "-3.1"]
        {
            assert!(matches!(Request::parse(text, "t"), Err(Error::Request { .. })), "{text}");
        }
        for text in ["3.13", "3.13.15", "cpython-3.13.15+20260814", "3.13t", "3.13.15td+20260814", "cpython-x.tar.gz"] {
            assert_eq!(Request::parse(text, "t").expect(text).to_string(), text);
        }
    }

    #[test]
    fn flavors_have_names() {
        for (name, flavor) in Flavor::NAMES {
            assert_eq!(name.parse::<Flavor>().expect(name), flavor);
        }
        assert!("static".parse::<Flavor>().is_err());
    }
}
