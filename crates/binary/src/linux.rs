//! On which Linux distributions something runs, by the versions of glibc and libstdc++ it needs.

use serde::Serialize;

use crate::{ElfFacts, SymbolVersion, stays_with_system};

/// What ELF files ask of a Linux distribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LinuxNeeds {
    /// The C library they are made for; `None` if they name none, as a static program does.
    pub c_library: Option<CLibrary>,
    /// The version of glibc they need at least.
    pub glibc: Option<SymbolVersion>,
    /// The files inside a program that need this version of glibc; empty if the program itself does.
    pub because_of: Vec<String>,
    /// The version of `GLIBCXX` symbols in libstdc++ that they need at least.
    pub glibcxx: Option<SymbolVersion>,
    /// The version of `CXXABI` symbols in libstdc++ that they need at least.
    pub cxxabi: Option<SymbolVersion>,
    /// Whether they need private symbols of glibc: they run only with the one they belong to, and no distribution is
    /// named.
    pub glibc_private: bool,
    /// The libraries that the file itself needs and that not every distribution has; see
    /// [`crate::stays_with_system`].
    pub other_libraries: Vec<String>,
    /// The platform tag of wheels (PEP 600) that promises these versions, such as `manylinux_2_17_x86_64`.
    pub manylinux: Option<String>,
    /// The distributions that have these versions, or whose C library does not matter.
    pub runs_on: Vec<Distribution>,
    /// The distributions that are older, or have another C library.
    pub not_on: Vec<Distribution>,
}

/// A C library of Linux distributions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CLibrary {
    /// That of GNU.
    Glibc,
    /// That of Alpine Linux.
    Musl,
}

/// A release of a Linux distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Distribution {
    /// Its name; `RHEL` stands for its rebuilds too, such as Rocky Linux.
    pub name: &'static str,
    /// The number of the release.
    pub release: &'static str,
    /// What it has of glibc and libstdc++; `None` if its C library is musl.
    #[serde(skip)]
    gnu: Option<Gnu>,
}

/// Versions: glibc 2.x, `GLIBCXX_3.4.x` and `CXXABI_1.3.x`, of which these are the last numbers.
type Gnu = (u32, u32, u32);

/// By the packages of the releases, with their updates. Versions of libstdc++ by those of GCC are in its manual ("ABI
/// Policy and Guidelines").
const DISTRIBUTIONS: [Distribution; 19] = [
    gnu("Debian", "10", (28, 25, 11)),
    gnu("Debian", "11", (31, 28, 12)),
    gnu("Debian", "12", (36, 30, 13)),
    gnu("Debian", "13", (41, 33, 15)),
    gnu("Ubuntu", "18.04", (27, 25, 11)),
    gnu("Ubuntu", "20.04", (31, 28, 12)),
    gnu("Ubuntu", "22.04", (35, 30, 13)),
    gnu("Ubuntu", "24.04", (39, 33, 15)),
    gnu("RHEL", "7", (17, 19, 7)),
    gnu("RHEL", "8", (28, 25, 11)),
    gnu("RHEL", "9", (34, 29, 13)),
    gnu("RHEL", "10", (39, 33, 15)),
    gnu("Fedora", "41", (40, 33, 15)),
    gnu("Fedora", "42", (41, 34, 16)),
    gnu("Fedora", "43", (42, 34, 16)),
    gnu("openSUSE Leap", "15.4", (31, 29, 13)),
    gnu("openSUSE Leap", "15.5", (31, 30, 13)),
    gnu("openSUSE Leap", "15.6", (38, 32, 14)),
    Distribution { name: "Alpine", release: "3", gnu: None },
];

/// Distributions that have gone, whose versions the platform tags `manylinux1`, `manylinux2010` and `manylinux_2_24`
/// promise: CentOS 5 and 6, Debian 9.
const GONE: [Gnu; 3] = [(5, 8, 1), (12, 13, 3), (24, 22, 10)];

const fn gnu(name: &'static str, release: &'static str, versions: Gnu) -> Distribution {
    Distribution { name, release, gnu: Some(versions) }
}

/// The lowest glibc 2.x for which there are platform tags, by architecture (PEP 571, PEP 599, and the policies of
/// auditwheel).
const FIRST_MANYLINUX: [(&str, u32); 9] = [
    ("x86_64", 5),
    ("i686", 5),
    ("aarch64", 17),
    ("armv7l", 17),
    ("ppc64", 17),
    ("ppc64le", 17),
    ("s390x", 17),
    ("riscv64", 31),
    ("loongarch64", 36),
];

impl LinuxNeeds {
    /// Of a file, and of those with their names that it carries. `architecture` is a name that [`Image`](crate::Image)
    /// has.
    #[must_use]
    pub fn of(architecture: &str, own: &ElfFacts, carried: &[(String, ElfFacts)]) -> Self {
        let all = || std::iter::once(own).chain(carried.iter().map(|(_, facts)| facts));
        let glibc = all().filter_map(|facts| facts.glibc).max();
        let names = carried.iter().filter(|(_, facts)| facts.glibc == glibc).map(|(name, _)| name.clone());
        let mut needs = Self {
            c_library: all().find_map(c_library),
            glibc,
            because_of: if own.glibc == glibc { Vec::new() } else { names.collect() },
            glibcxx: all().filter_map(|facts| facts.glibcxx).max(),
            cxxabi: all().filter_map(|facts| facts.cxxabi).max(),
            glibc_private: all().any(|facts| facts.glibc_private),
            other_libraries: own.needed.iter().filter(|library| !stays_with_system(library)).cloned().collect(),
            manylinux: None,
            runs_on: Vec::new(),
            not_on: Vec::new(),
        };
        let needs_nothing = own.needed.is_empty() && needs.c_library.is_none();
        if needs.glibc_private || needs.c_library.is_none() && !needs_nothing {
            return needs;
        }
        let runs = |distribution: &Distribution| needs_nothing || needs.is_met_by(distribution);
        (needs.runs_on, needs.not_on) = DISTRIBUTIONS.into_iter().partition(runs);
        needs.manylinux = needs.manylinux(architecture);
        needs
    }

    fn is_met_by(&self, distribution: &Distribution) -> bool {
        match (self.c_library, distribution.gnu) {
            (Some(CLibrary::Musl), None) => true,
            (Some(CLibrary::Glibc), Some(gnu)) => self.glibc <= Some(version(2, gnu.0, 0)) && self.has_libstdcxx(gnu),
            _ => false,
        }
    }

    fn has_libstdcxx(&self, (_, glibcxx, cxxabi): Gnu) -> bool {
        self.glibcxx <= Some(version(3, 4, glibcxx)) && self.cxxabi <= Some(version(1, 3, cxxabi))
    }

    /// PEP 600: a tag is that of a glibc with which all distributions have what is needed.
    fn manylinux(&self, architecture: &str) -> Option<String> {
        if self.c_library != Some(CLibrary::Glibc) || self.glibc.is_some_and(|glibc| glibc.major != 2) {
            return None;
        }
        let (_, first) = FIRST_MANYLINUX.iter().find(|(name, _)| *name == architecture)?;
        let known = DISTRIBUTIONS.iter().filter_map(|distribution| distribution.gnu).chain(GONE);
        let without = known.clone().filter(|gnu| !self.has_libstdcxx(*gnu)).map(|gnu| gnu.0).max();
        let libstdcxx = match without {
            None => 0,
            Some(last) => known.map(|gnu| gnu.0).filter(|glibc| *glibc > last).min()?,
        };
        let glibc = self.glibc.map_or(0, |glibc| glibc.minor).max(*first).max(libstdcxx);
        Some(format!("manylinux_2_{glibc}_{architecture}"))
    }
}

const fn version(major: u32, minor: u32, patch: u32) -> SymbolVersion {
    SymbolVersion { major, minor, patch }
}

/// The C library that a file is made for, by the libraries it needs and the dynamic loader that starts it.
fn c_library(facts: &ElfFacts) -> Option<CLibrary> {
    let names = || facts.needed.iter().chain(&facts.interpreter).map(|name| name.rsplit('/').next().unwrap_or(name));
    if names().any(|name| name.starts_with("libc.musl-") || name.starts_with("ld-musl-")) {
        Some(CLibrary::Musl)
    } else if facts.glibc.is_some() || names().any(|name| name.starts_with("libc.so.6") || name.starts_with("ld-linux"))
    {
        Some(CLibrary::Glibc)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(glibc: &str, glibcxx: &str, cxxabi: &str) -> LinuxNeeds {
        LinuxNeeds {
            c_library: Some(CLibrary::Glibc),
            glibc: SymbolVersion::parse(glibc),
            because_of: Vec::new(),
            glibcxx: SymbolVersion::parse(glibcxx),
            cxxabi: SymbolVersion::parse(cxxabi),
            glibc_private: false,
            other_libraries: Vec::new(),
            manylinux: None,
            runs_on: Vec::new(),
            not_on: Vec::new(),
        }
    }

    /// The highest versions of the policies of auditwheel, by which wheels get their tags.
    #[test]
    fn tags_are_those_of_auditwheel() {
        for (glibc, glibcxx, cxxabi, tag) in [
            ("2.5", "", "", "manylinux_2_5_x86_64"),
            ("2.2.5", "3.4.8", "1.3.1", "manylinux_2_5_x86_64"),
            ("2.4", "3.4.13", "1.3.3", "manylinux_2_12_x86_64"),
            ("2.17", "3.4.19", "1.3.7", "manylinux_2_17_x86_64"),
            ("2.17", "3.4.22", "1.3.10", "manylinux_2_24_x86_64"),
            ("2.17", "3.4.25", "1.3.11", "manylinux_2_27_x86_64"),
            ("2.28", "3.4.25", "1.3.11", "manylinux_2_28_x86_64"),
            ("2.34", "3.4.29", "1.3.13", "manylinux_2_34_x86_64"),
            ("2.14", "3.4.29", "", "manylinux_2_34_x86_64"),
            ("2.39", "3.4.33", "1.3.15", "manylinux_2_39_x86_64"),
        ] {
            assert_eq!(needs(glibc, glibcxx, cxxabi).manylinux("x86_64").as_deref(), Some(tag), "{glibc} {glibcxx}");
        }
        assert_eq!(needs("2.5", "", "").manylinux("aarch64").as_deref(), Some("manylinux_2_17_aarch64"));
        assert_eq!(needs("2.17", "3.4.99", "").manylinux("x86_64"), None);
        assert_eq!(needs("2.17", "", "").manylinux("mips"), None);
    }

    #[test]
    fn older_distributions_are_too_old() {
        let runs = |needs: &LinuxNeeds| -> Vec<String> {
            let runs = DISTRIBUTIONS.iter().filter(|distribution| needs.is_met_by(distribution));
            runs.map(|distribution| format!("{} {}", distribution.name, distribution.release)).collect()
        };
        let all = runs(&needs("2.17", "", ""));
        assert!(all.len() == DISTRIBUTIONS.len() - 1 && !all.contains(&"Alpine 3".to_owned()), "{all:?}");
        let new = ["Debian 13", "Fedora 42", "Fedora 43"];
        assert_eq!(runs(&needs("2.41", "", "")), new);
        assert_eq!(runs(&needs("2.17", "3.4.34", "")), ["Fedora 42", "Fedora 43"]);
        assert_eq!(runs(&LinuxNeeds { c_library: Some(CLibrary::Musl), ..needs("", "", "") }), ["Alpine 3"]);
    }
}
