//! The list of archives.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::archive::{Archive, Version};
use crate::error::Error;
use crate::request::Request;

/// The format that this version reads.
const FORMAT: u32 = 1;

/// A list of archives.
#[derive(Clone, Debug)]
pub struct Catalogue {
    archives: Vec<Archive>,
}

#[derive(Deserialize)]
struct Document {
    format: u32,
    releases: Vec<Release>,
}

/// Archives whose URLs start in the same way.
#[derive(Deserialize)]
struct Release {
    base: String,
    archives: BTreeMap<String, String>,
}

impl Catalogue {
    /// The catalogue that is part of this crate; `tools/catalogue.py` makes it.
    ///
    /// # Errors
    ///
    /// [`Error::Catalogue`], which a test excludes.
    pub fn embedded() -> Result<Self, Error> {
        Self::parse(include_str!("../data/catalogue.json"), "the catalogue of this program")
    }

    /// Reads a catalogue: a JSON object `{"format": 1, "releases": [{"base": URL, "archives": {NAME: SHA256}}]}`. An
    /// archive is at `BASE/NAME`, and its name is one of python-build-standalone. Other keys are ignored.
    /// `origin` says in errors where the text is from.
    ///
    /// # Errors
    ///
    /// [`Error::Catalogue`], if it is anything else.
    pub fn parse(text: &str, origin: &str) -> Result<Self, Error> {
        let wrong = |message: String| Error::Catalogue { origin: origin.to_owned(), message };
        let document: Document = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if document.format != FORMAT {
            return Err(wrong(format!("its format is {}, and {FORMAT} is expected", document.format)));
        }
        let mut archives = Vec::new();
        for Release { base, archives: named } in document.releases {
            if !base.starts_with("https://") && !base.starts_with("http://") {
                return Err(wrong(format!("{base:?} is no URL of the web")));
            }
            for (name, sha256) in named {
                let archive = Archive::new(&name, &base, &sha256);
                archives.push(archive.ok_or_else(|| wrong(format!("{name:?} with digest {sha256:?} is no archive")))?);
            }
        }
        archives.sort_by(|a, b| (a.version, &a.release, &a.name).cmp(&(b.version, &b.release, &b.name)));
        Ok(Self { archives })
    }

    /// All archives, older versions first.
    pub fn archives(&self) -> &[Archive] {
        &self.archives
    }

    /// The best archive that a request allows: of the newest Python among them that of the newest release; with
    /// [`Flavor::Standalone`](crate::Flavor::Standalone) one that is linked dynamically, for musl statically, if both
    /// are there; a full one rather than an installation.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], with what there is instead.
    pub fn find(&self, request: &Request) -> Result<&Archive, Error> {
        let found = self.archives.iter().filter(|archive| request.allows(archive));
        let newest = found.clone().map(|archive| archive.version).max();
        let found = found.filter(|archive| Some(archive.version) == newest);
        found.max_by_key(|archive| (request.prefers(archive), archive.rank())).ok_or_else(|| self.missing(request))
    }

    /// What is nearest: versions for the target, else targets that have the version.
    fn missing(&self, request: &Request) -> Error {
        let for_target = self.archives.iter().filter(|archive| archive.target == request.target);
        let versions: BTreeSet<(Version, &str)> =
            for_target.map(|archive| (archive.version, archive.release.as_str())).collect();
        let versions = versions.into_iter().map(|(version, release)| format!("{version}+{release}")).collect();
        let targets: BTreeSet<&str> = self.archives.iter().map(|archive| archive.target.as_str()).collect();
        let of_version = self.archives.iter().filter(|archive| request.allows_version(archive));
        let of_version = of_version.filter(|archive| archive.target == request.target);
        Error::NotFound {
            request: Box::new(request.clone()),
            versions,
            targets: targets.into_iter().map(str::to_owned).collect(),
            archives: of_version.map(|archive| archive.name.clone()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::{Linkage, Shape};
    use crate::request::Flavor;

    const GNU: &str = "x86_64-unknown-linux-gnu";
    const MUSL: &str = "x86_64-unknown-linux-musl";
    const WINDOWS: &str = "x86_64-pc-windows-msvc";

    fn find(text: &str, target: &str, flavor: Flavor) -> Result<Archive, Error> {
        let request = Request::parse(text, target)?.with_flavor(flavor);
        Catalogue::embedded()?.find(&request).cloned()
    }

    #[test]
    fn the_embedded_one_is_complete() {
        let catalogue = Catalogue::embedded().expect("a catalogue");
        let archives = catalogue.archives();
        assert!(archives.len() >= 346, "{}", archives.len());
        let names: BTreeSet<&str> = archives.iter().map(Archive::name).collect();
        assert_eq!(names.len(), archives.len());
        for archive in archives {
            let request = Request::parse(archive.name(), "anything").expect("a name is a request");
            assert_eq!(catalogue.find(&request).expect("found"), archive);
        }
    }

    #[test]
    fn a_minor_version_is_its_newest_patch() {
        let all = Catalogue::embedded().expect("a catalogue");
        for minor in 8..=14 {
            let text = format!("3.{minor}");
            let found = find(&text, GNU, Flavor::Standalone).expect("found");
            let of_minor = all.archives().iter().filter(|archive| archive.target() == GNU);
            let newest = of_minor.map(|archive| archive.version).filter(|version| version.0[1] == minor).max();
            assert_eq!(Some(found.version), newest, "{text}");
            assert!(!found.is("debug") && !found.is("freethreaded"), "{}", found.name());
        }
    }

    #[test]
    fn patches_releases_and_builds_are_exact() {
        let found = find("cpython-3.10.9+20221220", GNU, Flavor::Standalone).expect("found");
        assert_eq!((found.shape(), found.build()), (Shape::Full, &["pgo".to_owned()][..]));
        let found = find("3.13.15td", GNU, Flavor::Standalone).expect("found");
        assert!(found.is("freethreaded") && found.is("debug"));
        assert!(find("3.13t", GNU, Flavor::Standalone).expect("found").is("freethreaded"));
    }

    #[test]
    fn flavors_are_those_of_the_manual() {
        let linkage = |text, target, flavor| find(text, target, flavor).map(|archive| archive.linkage()).ok();
        assert_eq!(linkage("3.10.9", MUSL, Flavor::Standalone), Some(Linkage::Static));
        assert_eq!(linkage("3.10.9", WINDOWS, Flavor::Standalone), Some(Linkage::Dynamic));
        assert_eq!(linkage("3.10.9", WINDOWS, Flavor::Static), Some(Linkage::Static));
        assert_eq!(linkage("3.10", WINDOWS, Flavor::Static), Some(Linkage::Static));
        assert_eq!(linkage("3.13", WINDOWS, Flavor::Static), None);
        assert_eq!(linkage("3.13", GNU, Flavor::Dynamic), Some(Linkage::Dynamic));
    }

    #[test]
    fn what_there_is_instead_is_said() {
        let Err(Error::NotFound { versions, targets, archives, .. }) = find("3.13.1", GNU, Flavor::Standalone) else {
            panic!("found");
        };
        assert!(versions.contains(&"3.13.15+20260814".to_owned()), "{versions:?}");
        assert!(targets.iter().any(|target| target == WINDOWS) && archives.is_empty());
        let Err(Error::NotFound { archives, .. }) = find("3.13", GNU, Flavor::Static) else { panic!("found") };
        assert!(archives.iter().any(|name| name.contains("install_only")), "{archives:?}");
    }

    #[test]
    fn what_is_no_catalogue_is_refused() {
        let sha256 = "0".repeat(64);
        let good = "cpython-3.13.15+20260814-x86_64-unknown-linux-gnu-install_only.tar.gz";
        let document = |format: u32, base: &str, name: &str, sha256: &str| {
            format!(r#"{{"format":{format},"releases":[{{"base":"{base}","archives":{{"{name}":"{sha256}"}}}}]}}"#)
        };
        let parsed = |text: &str| Catalogue::parse(text, "here").map_err(|error| error.to_string());
        assert_eq!(parsed(&document(1, "https://host", good, &sha256)).expect("good").archives().len(), 1);
        for (text, word) in [
            (document(2, "https://host", good, &sha256), "format is 2"),
            (document(1, "file:///", good, &sha256), "no URL"),
            (document(1, "https://host", "../x.tar.gz", &sha256), "no archive"),
            (document(1, "https://host", good, "0"), "no archive"),
            ("[]".to_owned(), "here"),
        ] {
            let error = parsed(&text).expect_err("refused");
            assert!(error.contains(word), "{error}");
        }
    }
}
