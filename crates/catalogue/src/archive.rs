//! One archive: what its name says.

use std::fmt;

use serde::Serialize;

/// A version of Python, such as 3.13.15.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) [u32; 3]);

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.').map(number);
        let version = [parts.next()??, parts.next()??, parts.next()??];
        parts.next().is_none().then_some(Self(version))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

/// Digits without a sign.
pub(crate) fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// What is in an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Shape {
    /// An installation, object files, static libraries and `PYTHON.json`.
    Full,
    /// An installation.
    InstallOnly,
}

/// How libpython is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Linkage {
    /// Extension modules that are shared libraries cannot be loaded.
    Static,
    /// They can.
    Dynamic,
}

/// An archive that can be downloaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) sha256: String,
    pub(crate) version: Version,
    pub(crate) release: String,
    pub(crate) target: String,
    pub(crate) build: Vec<String>,
    pub(crate) shape: Shape,
}

impl Archive {
    /// Reads a name as python-build-standalone gives them:
    /// `cpython-VERSION+RELEASE-TRIPLE[-BUILD]-SHAPE.tar.(zst|gz)`.
    pub(crate) fn new(name: &str, base: &str, sha256: &str) -> Option<Self> {
        if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase()) {
            return None;
        }
        // It becomes a name of a file, and a part of a URL.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte);
        let stem = name.strip_suffix(".tar.zst").or_else(|| name.strip_suffix(".tar.gz"))?;
        let (version, rest) = stem.strip_prefix("cpython-")?.split_once('+')?;
        let (release, rest) = rest.split_once('-')?;
        if !name.bytes().all(is_plain) || release.is_empty() || number(release).is_none() {
            return None;
        }
        let parts: Vec<&str> = rest.split('-').collect();
        let (shape, parts) = parts.split_last()?;
        let shape = match *shape {
            "full" => Shape::Full,
            "install_only" | "install_only_stripped" => Shape::InstallOnly,
            _ => return None,
        };
        // Triples of Apple have three parts.
        let (target, build) = parts.split_at_checked(if *parts.get(1)? == "apple" { 3 } else { 4 })?;
        Some(Self {
            name: name.to_owned(),
            url: format!("{}/{}", base.trim_end_matches('/'), name.replace('+', "%2B")),
            sha256: sha256.to_owned(),
            version: Version::parse(version)?,
            release: release.to_owned(),
            target: target.join("-"),
            build: build.iter().flat_map(|part| part.split('+')).map(str::to_owned).collect(),
            shape,
        })
    }

    /// The name of the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it comes from, unless a mirror is asked.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// SHA-256 of the file, 64 lower-case hexadecimal digits.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The version of Python, such as `3.13.15`.
    pub fn version(&self) -> String {
        self.version.to_string()
    }

    /// The release of python-build-standalone, such as `20260814`.
    pub fn release(&self) -> &str {
        &self.release
    }

    /// The target triple, such as `x86_64-unknown-linux-gnu`.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// How it was built, such as `pgo`, `debug`, `freethreaded`.
    pub fn build(&self) -> &[String] {
        &self.build
    }

    /// What is in it.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// How libpython is linked, as far as the name and the release say: `static` in the name, or musl before release
    /// 20250311. What the archive itself says goes before this.
    pub fn linkage(&self) -> Linkage {
        let old_musl = self.target.ends_with("-musl") && self.release.as_str() < "20250311";
        if self.is("static") || old_musl { Linkage::Static } else { Linkage::Dynamic }
    }

    pub(crate) fn is(&self, option: &str) -> bool {
        self.build.iter().any(|part| part == option)
    }

    /// What is better of two that fit: no debug build and the ordinary interpreter are given by the request; then the
    /// newer Python, the newer release, the full archive.
    pub(crate) fn rank(&self) -> impl Ord + use<'_> {
        let is_whole = self.shape == Shape::Full;
        (self.version, &self.release, is_whole, self.is("pgo"), self.is("lto"), &self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA256: &str = "844a817f620c5e41bc5f98480565500e801225a3c54fa08f6bce94d1deadf488";

    #[test]
    fn names_are_taken_apart() {
        let name = "cpython-3.13.15+20260814-x86_64-unknown-linux-gnu-freethreaded+debug-full.tar.zst";
        let archive = Archive::new(name, "https://host/20260814/", SHA256).expect("an archive");
        assert_eq!((archive.version().as_str(), archive.release()), ("3.13.15", "20260814"));
        assert_eq!((archive.target(), archive.shape()), ("x86_64-unknown-linux-gnu", Shape::Full));
        assert_eq!(archive.build(), ["freethreaded", "debug"]);
        let escaped = name.replace('+', "%2B");
        assert_eq!(archive.url(), format!("https://host/20260814/{escaped}"));
        let apple = "cpython-3.9.16+20221220-aarch64-apple-darwin-pgo-full.tar.zst";
        let archive = Archive::new(apple, "https://host", SHA256).expect("an archive");
        assert_eq!((archive.target(), archive.build()), ("aarch64-apple-darwin", &["pgo".to_owned()][..]));
    }

    #[test]
    fn the_linkage_is_that_of_the_name_and_the_time() {
        for (name, linkage) in [
            ("cpython-3.9.16+20221220-x86_64-pc-windows-msvc-static-noopt-full.tar.zst", Linkage::Static),
            ("cpython-3.9.16+20221220-x86_64-pc-windows-msvc-shared-pgo-full.tar.zst", Linkage::Dynamic),
            ("cpython-3.9.16+20221220-x86_64-unknown-linux-musl-noopt-full.tar.zst", Linkage::Static),
            ("cpython-3.9.25+20251031-x86_64-unknown-linux-musl-debug-full.tar.zst", Linkage::Dynamic),
        ] {
            assert_eq!(Archive::new(name, "https://host", SHA256).map(|archive| archive.linkage()), Some(linkage));
        }
    }

    #[test]
    fn other_names_are_none() {
        for name in [
            "cpython-3.13+20260814-x86_64-unknown-linux-gnu-full.tar.zst",
            "cpython-3.13.15-x86_64-unknown-linux-gnu-full.tar.zst",
            "cpython-3.13.15+-x86_64-unknown-linux-gnu-full.tar.zst",
            "cpython-3.13.15+20260814-x86_64-unknown-full.tar.zst",
            "cpython-3.13.15+20260814-x86_64-unknown-linux-gnu-other.tar.zst",
            "cpython-3.13.15+20260814-../../x-linux-gnu-full.tar.zst",
            "pypy-3.13.15+20260814-x86_64-unknown-linux-gnu-full.tar.zst",
        ] {
            assert_eq!(Archive::new(name, "https://host", SHA256), None, "{name}");
        }
        let name = "cpython-3.13.15+20260814-x86_64-unknown-linux-gnu-install_only.tar.gz";
        assert!(Archive::new(name, "https://host", SHA256).is_some());
        assert!(Archive::new(name, "https://host", &SHA256[1..]).is_none());
        assert!(Archive::new(name, "https://host", &SHA256.to_uppercase()).is_none());
    }
}
