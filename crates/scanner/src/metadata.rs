use crate::requirement::Requirement;

/// The headers of `METADATA`, `PKG-INFO` or `WHEEL`, in order, with continuation lines joined by a line break.
///
/// The format is that of e-mail headers ([core metadata](https://packaging.python.org/specifications/core-metadata/)):
/// everything after the first empty line is the description and not part of the result. Lines that are no headers are
/// passed over.
///
/// ```
/// let headers = pyox_scanner::metadata_headers("Metadata-Version: 2.1\nName: flask\n\nName: not a header\n");
/// assert_eq!(headers, [("Metadata-Version".into(), "2.1".into()), ("Name".into(), "flask".into())]);
/// ```
pub fn metadata_headers(text: &str) -> Vec<(String, String)> {
    numbered_headers(text).into_iter().map(|(_, name, value)| (name, value)).collect()
}

/// The headers with the numbers of their first lines, counted from 1.
fn numbered_headers(text: &str) -> Vec<(usize, String, String)> {
    let mut headers: Vec<(usize, String, String)> = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            if let Some((.., value)) = headers.last_mut() {
                value.push('\n');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            headers.push((index + 1, name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    headers
}

/// What a distribution says of itself
/// ([core metadata](https://packaging.python.org/specifications/core-metadata/)).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// `Name`; empty if absent.
    pub name: String,
    /// `Version`; empty if absent.
    pub version: String,
    /// `Requires-Dist`, in order.
    pub requires_dist: Vec<RequiresDist>,
    /// `Requires-Python`, if stated.
    pub requires_python: Option<String>,
}

/// A `Requires-Dist` of metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequiresDist {
    /// The line that it begins in, counted from 1.
    pub line: usize,
    /// The requirement as it stands; [`Requirement::parse`] reads it.
    pub text: String,
}

impl Metadata {
    /// Reads the text of `METADATA` or `PKG-INFO`.
    pub fn parse(text: &str) -> Self {
        let mut metadata = Self::default();
        for (line, header, value) in numbered_headers(text) {
            match header.to_ascii_lowercase().as_str() {
                "name" if metadata.name.is_empty() => metadata.name = value,
                "version" if metadata.version.is_empty() => metadata.version = value,
                "requires-dist" => metadata.requires_dist.push(RequiresDist { line, text: value }),
                "requires-python" => metadata.requires_python = Some(value),
                _ => {}
            }
        }
        metadata
    }

    /// Normalised names of the projects that are required without an extra. What is no requirement requires nothing.
    pub(crate) fn required_projects(&self) -> impl Iterator<Item = String> {
        let required = self.requires_dist.iter().filter_map(|required| Requirement::parse(&required.text).ok());
        required.filter(|requirement| !requirement.is_optional()).map(|requirement| requirement.project())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse() {
        let text = "Name: A\nVersion: 1\nDescription: x\n        | y\nRequires-Dist: Set.tools>=3\n\
                    Requires-Dist: b ; extra == 'dev'\nRequires-Dist: c[x]; python_version < '4'\n\
                    Requires-Dist: -r d\nnonsense\n\nName: B";
        let metadata = Metadata::parse(text);
        assert_eq!((metadata.name.as_str(), metadata.version.as_str()), ("A", "1"));
        assert_eq!(metadata.required_projects().collect::<Vec<_>>(), ["set-tools", "c"]);
        assert_eq!(metadata.requires_dist.iter().map(|required| required.line).collect::<Vec<_>>(), [5, 6, 7, 8]);
        assert_eq!(metadata_headers(text)[2], ("Description".into(), "x\n| y".into()));
    }
}
