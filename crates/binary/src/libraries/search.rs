//! Where the dynamic loader would find a library (`ld.so(8)`), without running it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use goblin::elf::header::{EM_AARCH64, EM_X86_64};
use serde::{Deserialize, Serialize};

use crate::libraries::ld_cache;
use crate::{ElfFacts, ElfTarget};

/// The directories that a file itself names for what it needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchPath {
    /// The directories of `DT_RPATH`, its own and then those of the files that loaded it.
    rpath: Vec<PathBuf>,
    /// The directories of `DT_RUNPATH`, its own only.
    runpath: Vec<PathBuf>,
    /// The `DT_RPATH` that the files it loads inherit, which is there even where it ignores them itself.
    own_rpath: Vec<PathBuf>,
}

impl SearchPath {
    /// The directories for the needs of a file that lies in the directory `origin`, with `$ORIGIN`, `$LIB` and
    /// `$PLATFORM` expanded. Relative directories are left out, and so are those that mention `$ORIGIN` if there is no
    /// `origin`. `loader` belongs to the file that needed this one, whose `DT_RPATH` counts too.
    pub fn new(facts: &ElfFacts, origin: Option<&Path>, loader: Option<&SearchPath>) -> Self {
        let origin = origin.and_then(|origin| std::path::absolute(origin).ok());
        let origin = origin.as_deref();
        let expand = |dirs: &[String]| dirs.iter().flat_map(|dir| expand(dir, origin, facts.target)).collect();
        let inherited = loader.map(|loader| loader.own_rpath.as_slice()).unwrap_or_default();
        // A file with DT_RUNPATH ignores every DT_RPATH, but still hands down what it inherited.
        let own: Vec<PathBuf> = if facts.runpath.is_empty() { expand(&facts.rpath) } else { Vec::new() };
        let own_rpath: Vec<PathBuf> = own.into_iter().chain(inherited.iter().cloned()).collect();
        let rpath = if facts.runpath.is_empty() { own_rpath.clone() } else { Vec::new() };
        Self { rpath, runpath: expand(&facts.runpath), own_rpath }
    }

    fn directories(&self) -> impl Iterator<Item = &PathBuf> {
        self.rpath.iter().chain(&self.runpath)
    }
}

/// The libraries of a machine.
#[derive(Clone, Debug, Default)]
pub struct SystemLibraries {
    extra: Vec<PathBuf>,
    machine: Machine,
}

/// Where a machine has libraries.
#[derive(Clone, Debug, Default)]
enum Machine {
    /// It is another one.
    #[default]
    Other,
    /// Where glibc finds them: by the cache of the dynamic loader, and in the usual directories.
    Glibc(BTreeMap<String, Vec<PathBuf>>),
    /// Where musl finds them.
    Musl(Vec<PathBuf>),
}

impl SystemLibraries {
    /// The libraries of the machine that this runs on for programs with glibc: those of `/etc/ld.so.cache` and those in
    /// the usual directories.
    pub fn of_this_machine() -> Self {
        let mut cached: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
        for (name, path) in ld_cache::entries(&fs::read("/etc/ld.so.cache").unwrap_or_default()) {
            cached.entry(name).or_default().push(path);
        }
        Self { extra: Vec::new(), machine: Machine::Glibc(cached) }
    }

    /// Those for programs with musl: in the directories of `/etc/ld-musl-ARCHITECTURE.path`, or else in the usual ones.
    pub fn of_this_machine_for_musl(architecture: &str) -> Self {
        let path = fs::read_to_string(format!("/etc/ld-musl-{architecture}.path"));
        let path = path.unwrap_or_else(|_| "/lib:/usr/local/lib:/usr/lib".to_owned());
        let directories = path.split([':', '\n']).map(PathBuf::from).filter(|directory| directory.is_absolute());
        Self { extra: Vec::new(), machine: Machine::Musl(directories.collect()) }
    }

    /// Whether they are those for programs with musl.
    pub fn are_for_musl(&self) -> bool {
        matches!(self.machine, Machine::Musl(_))
    }

    /// No libraries but those that files themselves lead to, and those of [`Self::with_directories`]: for building for
    /// another machine.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds directories to be searched before the machine's own, such as the `lib` of a Python installation.
    #[must_use]
    pub fn with_directories(mut self, directories: impl IntoIterator<Item = PathBuf>) -> Self {
        self.extra.extend(directories);
        self
    }

    /// Finds a library by the name under which it is needed, as a path that may be a symbolic link. Files for another
    /// target are passed over. A name with a slash is a path and searched nowhere.
    ///
    /// Unlike the dynamic loader this looks at no environment variable, so that builds do not depend on the shell.
    pub fn find(&self, name: &str, target: ElfTarget, path: &SearchPath) -> Option<PathBuf> {
        let usable = |file: &PathBuf| target_of(file) == Some(target) && !(self.are_for_musl() && needs_glibc(file));
        if name.contains('/') {
            return Some(PathBuf::from(name)).filter(|file| file.is_absolute() && usable(file));
        }
        let named = path.directories().chain(&self.extra).map(|dir| dir.join(name));
        let of_machine: Vec<PathBuf> = match &self.machine {
            Machine::Other => Vec::new(),
            Machine::Glibc(cached) => {
                let usual = default_directories(target).into_iter().map(|dir| Path::new("/").join(dir).join(name));
                cached.get(name).into_iter().flatten().cloned().chain(usual).collect()
            }
            Machine::Musl(directories) => directories.iter().map(|dir| dir.join(name)).collect(),
        };
        named.chain(of_machine).find(usable)
    }
}

/// The directories that the dynamic loaders of the distributions search last, relative to the root.
fn default_directories(target: ElfTarget) -> Vec<String> {
    let mut directories: Vec<String> = ["lib64", "usr/lib64", "lib", "usr/lib"].map(str::to_owned).into();
    if let Some(platform) = platform(target) {
        directories.extend(["lib", "usr/lib"].map(|lib| format!("{lib}/{platform}-linux-gnu")));
    }
    directories
}

fn platform(target: ElfTarget) -> Option<&'static str> {
    match target.machine {
        EM_X86_64 if target.is_64 => Some("x86_64"),
        EM_AARCH64 if target.little_endian => Some("aarch64"),
        _ => None,
    }
}

/// Expands one directory of a search path; to several if `$LIB` is in it, which differs among distributions.
fn expand(directory: &str, origin: Option<&Path>, target: ElfTarget) -> Vec<PathBuf> {
    let with = |text: &str, token: &str, value: &str| {
        text.replace(&format!("${{{token}}}"), value).replace(&format!("${token}"), value)
    };
    let mut text = directory.to_owned();
    if text.contains("$ORIGIN") || text.contains("${ORIGIN}") {
        let Some(origin) = origin.and_then(Path::to_str) else { return Vec::new() };
        text = with(&text, "ORIGIN", origin);
    }
    let platform = platform(target).unwrap_or_default();
    text = with(&text, "PLATFORM", platform);
    let libs = ["lib64".to_owned(), "lib".to_owned(), format!("lib/{platform}-linux-gnu")];
    let mut expanded: Vec<PathBuf> = libs.iter().map(|lib| PathBuf::from(with(&text, "LIB", lib))).collect();
    expanded.dedup();
    expanded.retain(|directory| directory.is_absolute());
    expanded
}

/// Whether a library is for glibc. Programs with musl run on machines of glibc, too.
fn needs_glibc(path: &Path) -> bool {
    let facts = fs::read(path).ok().and_then(|bytes| ElfFacts::from_bytes(&bytes).ok());
    facts.is_some_and(|facts| facts.needed.iter().any(|name| name == "libc.so.6"))
}

/// The target of a file, if it is an ELF file.
fn target_of(path: &Path) -> Option<ElfTarget> {
    let mut header = Vec::with_capacity(64);
    File::open(path).ok()?.take(64).read_to_end(&mut header).ok()?;
    ElfTarget::from_bytes(&header)
}

#[cfg(test)]
mod tests {
    use super::*;

    const X86_64: ElfTarget = ElfTarget { machine: EM_X86_64, is_64: true, little_endian: true };

    #[test]
    fn programs_with_musl_have_no_library_of_glibc() {
        let target = target_of(Path::new("/proc/self/exe")).unwrap();
        let find = |libraries: SystemLibraries| libraries.find("libm.so.6", target, &SearchPath::default());
        let libm = find(SystemLibraries::of_this_machine()).unwrap();
        let directory = libm.parent().map(Path::to_owned);
        assert_eq!(find(SystemLibraries::of_this_machine_for_musl("x86_64").with_directories(directory)), None);
    }

    #[test]
    fn tokens_are_expanded() {
        let expand = |text| expand(text, Some(Path::new("/opt/app")), X86_64);
        assert_eq!(expand("$ORIGIN/../x.libs"), [Path::new("/opt/app/../x.libs")]);
        assert_eq!(expand("${ORIGIN}"), [Path::new("/opt/app")]);
        assert_eq!(expand("/usr/$LIB/x")[0], Path::new("/usr/lib64/x"));
        assert_eq!(expand("/usr/$LIB/x").len(), 3);
        assert_eq!(expand("/a/$PLATFORM"), [Path::new("/a/x86_64")]);
        assert!(expand("relative").is_empty() && expand(".").is_empty());
        assert!(super::expand("$ORIGIN", None, X86_64).is_empty());
    }
}
