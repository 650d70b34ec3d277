use pyox_packed_resources::normalize_project_name;

use crate::error::Error;

/// What the file name of a wheel says
/// ([specification](https://packaging.python.org/specifications/binary-distribution-format/#file-name-convention)).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WheelName {
    /// The project's name, with underscores.
    pub distribution: String,
    /// The version.
    pub version: String,
    /// The build tag, if there is one.
    pub build: Option<String>,
    /// Compatibility tags, each `python-abi-platform` ([PEP 425](https://peps.python.org/pep-0425/)).
    pub tags: Vec<String>,
}

impl WheelName {
    /// Takes a file name apart.
    ///
    /// # Errors
    ///
    /// [`Error::WheelFileName`] if it is not that of a wheel.
    ///
    /// ```
    /// let name = pyox_scanner::WheelName::parse("six-1.16.0-py2.py3-none-any.whl")?;
    /// assert_eq!(name.tags, ["py2-none-any", "py3-none-any"]);
    /// # Ok::<(), pyox_scanner::Error>(())
    /// ```
    pub fn parse(file_name: &str) -> Result<Self, Error> {
        Self::try_parse(file_name).ok_or_else(|| Error::WheelFileName { file_name: file_name.to_owned() })
    }

    fn try_parse(file_name: &str) -> Option<Self> {
        // Not the name of a file; what it expands to grows with the third power of its length.
        if file_name.len() > 255 {
            return None;
        }
        let parts: Vec<&str> = file_name.strip_suffix(".whl")?.split('-').collect();
        let (distribution, version, build, tags) = match parts.as_slice() {
            [distribution, version, tags @ ..] if tags.len() == 3 => (distribution, version, None, tags),
            [distribution, version, build, tags @ ..] if tags.len() == 3 => {
                (distribution, version, Some((*build).to_owned()), tags)
            }
            _ => return None,
        };
        let plain = |part: &&str| {
            !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '+' | '!'))
        };
        if !parts.iter().all(plain) || build.as_ref().is_some_and(|tag| !tag.starts_with(|c: char| c.is_ascii_digit()))
        {
            return None;
        }
        if tags.iter().any(|set| set.split('.').any(str::is_empty)) {
            return None;
        }
        Some(Self {
            distribution: (*distribution).to_owned(),
            version: (*version).to_owned(),
            build,
            tags: expand(tags),
        })
    }

    /// Whether a `.dist-info` directory is that of this name and version, however they are spelled.
    pub(super) fn matches(&self, directory: &str) -> bool {
        directory.strip_suffix(".dist-info").and_then(|stem| stem.split_once('-')).is_some_and(|(name, version)| {
            normalize_project_name(name) == normalize_project_name(&self.distribution)
                && comparable(version) == comparable(&self.version)
        })
    }
}

fn expand(tags: &[&str]) -> Vec<String> {
    let mut expanded = vec![String::new()];
    for part in tags {
        expanded = expanded
            .iter()
            .flat_map(|start| {
                part.split('.').map(move |tag| if start.is_empty() { tag.to_owned() } else { format!("{start}-{tag}") })
            })
            .collect();
    }
    expanded
}

/// A version in a form in which `1.0`, `1.0.0` and different separators of the local part are equal.
fn comparable(version: &str) -> String {
    let mut version = version.to_lowercase().replace(['-', '_', '+'], ".");
    while let Some(shorter) = version.strip_suffix(".0") {
        version.truncate(shorter.len());
    }
    version
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let name = WheelName::parse("a_b-1.0+x.1-2local-cp311-abi3.cp311-linux_x86_64.whl").unwrap();
        assert_eq!((name.distribution.as_str(), name.version.as_str()), ("a_b", "1.0+x.1"));
        assert_eq!(name.build.as_deref(), Some("2local"));
        assert_eq!(name.tags, ["cp311-abi3-linux_x86_64", "cp311-cp311-linux_x86_64"]);
        for bad in
            ["a-1.whl", "a-1-py3-none-any.zip", "a-1-x-py3-none-any.whl", "a--py3-none-any.whl", "../a-1-b-c-d.whl"]
        {
            assert!(WheelName::parse(bad).is_err(), "{bad}");
        }
        let dots = ".".repeat(70);
        assert!(WheelName::parse(&format!("a-1-a{dots}a-a{dots}a-a{dots}a.whl")).is_err(), "empty tags");
        let long = "a.".repeat(2000);
        assert!(WheelName::parse(&format!("a-1-{long}-{long}-{long}.whl")).is_err());
    }

    #[test]
    fn directories() {
        let name = WheelName::parse("A.b-1.0-py3-none-any.whl").unwrap();
        assert!(name.matches("a_b-1.0.0.dist-info"));
        assert!(!name.matches("a_b-1.1.dist-info"));
        assert!(!name.matches("c-1.0.dist-info"));
    }
}
