//! Requirements that metadata states.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr as _;

use pep508_rs::{ExtraName, MarkerEnvironmentBuilder, Pep508ErrorSource, Pep508Url, VersionOrUrl};
use pyox_packed_resources::normalize_project_name;
use url::Url;

/// A project that metadata requires ([PEP 508](https://peps.python.org/pep-0508/)): by its name, or by its name and a
/// URL.
///
/// Options and paths, which pip takes on its command line as well, are no such requirements: metadata comes from
/// others.
#[derive(Debug, Clone)]
pub struct Requirement(pep508_rs::Requirement<DirectUrl>);

/// Text that is no requirement of metadata.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequirementError {
    /// It starts as an option of pip does.
    #[error("{text:?} is an option of pip")]
    Option {
        /// The text.
        text: String,
    },
    /// It names no project, only where one is.
    #[error("{text:?} is a path or a URL, without the name of a project")]
    Path {
        /// The text.
        text: String,
    },
    /// It contradicts PEP 508.
    #[error("{text:?} is not written as requirements are: {message}")]
    Syntax {
        /// The text.
        text: String,
        /// What is wrong.
        message: String,
    },
}

impl Requirement {
    /// Reads a requirement, with white space around it or not.
    ///
    /// # Errors
    ///
    /// Anything that PEP 508 does not allow: options, paths, URLs without a name.
    ///
    /// ```
    /// let requirement = pyox_scanner::Requirement::parse("Flask.Ext[async]>=3,<4; os_name == 'posix'")?;
    /// assert_eq!(requirement.project(), "flask-ext");
    /// assert_eq!(requirement.to_string(), "flask-ext[async] (>=3,<4)");
    /// assert!(pyox_scanner::Requirement::parse("--index-url=https://example.com").is_err());
    /// # Ok::<(), pyox_scanner::RequirementError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, RequirementError> {
        let text = text.trim();
        let own = || text.to_owned();
        if text.starts_with('-') {
            return Err(RequirementError::Option { text: own() });
        }
        if text.starts_with(['.', '/', '\\', '~']) {
            return Err(RequirementError::Path { text: own() });
        }
        if ends_in_separator(text) {
            let message = "a name ends with a letter or a digit".to_owned();
            return Err(RequirementError::Syntax { text: own(), message });
        }
        text.parse().map(Self).map_err(|error: pep508_rs::Pep508Error<DirectUrl>| match error.message {
            Pep508ErrorSource::UnsupportedRequirement(_) => RequirementError::Path { text: own() },
            Pep508ErrorSource::String(message) => RequirementError::Syntax { text: own(), message },
            Pep508ErrorSource::UrlError(error) => RequirementError::Syntax { text: own(), message: error.to_string() },
        })
    }

    /// The normalised name of the project.
    pub fn project(&self) -> String {
        normalize_project_name(self.0.name.as_ref())
    }

    /// Whether it holds in no environment unless an extra is asked for.
    pub fn is_optional(&self) -> bool {
        !self.0.marker.evaluate_extras(&[])
    }

    /// Whether its markers hold, without any extra.
    pub fn applies(&self, environment: &MarkerEnvironment) -> bool {
        self.0.evaluate_markers(&environment.0, &[])
    }

    /// Whether its markers hold with these extras.
    pub fn applies_with<S: AsRef<str>>(&self, environment: &MarkerEnvironment, extras: &[S]) -> bool {
        let extras = extras.iter().filter_map(|extra| ExtraName::from_str(extra.as_ref()).ok());
        self.0.evaluate_markers(&environment.0, &Vec::from_iter(extras))
    }

    /// The normalised names of the extras that it asks for.
    pub fn extras(&self) -> Vec<String> {
        self.0.extras.iter().map(ToString::to_string).collect()
    }

    /// Whether its URL is that of a file or directory of this machine.
    pub fn is_file(&self) -> bool {
        matches!(&self.0.version_or_url, Some(VersionOrUrl::Url(url)) if url.is_file())
    }
}

/// In a form that pip takes for nothing but a project's name and its versions or URL, whatever files there are: without
/// the markers, and with versions in parentheses, as `x==1+a.zip` could be the name of a file.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.project())?;
        if !self.0.extras.is_empty() {
            let extras: Vec<&str> = self.0.extras.iter().map(AsRef::as_ref).collect();
            write!(f, "[{}]", extras.join(","))?;
        }
        match &self.0.version_or_url {
            Some(VersionOrUrl::VersionSpecifier(versions)) if !versions.is_empty() => {
                let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
                write!(f, " ({})", versions.join(","))
            }
            Some(VersionOrUrl::Url(url)) => write!(f, " @ {url}"),
            _ => Ok(()),
        }
    }
}

/// Whether a name or an extra ends in a separator: pep508_rs 0.9 panics then.
fn ends_in_separator(text: &str) -> bool {
    let names = text.split(['@', '(', '<', '>', '=', '!', '~', ';']).next().unwrap_or_default();
    let mut words = names.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')));
    words.any(|word| word.ends_with(['-', '_', '.']))
}

/// The URL of a requirement.
#[derive(Debug, Clone)]
struct DirectUrl(Url);

impl DirectUrl {
    fn is_file(&self) -> bool {
        self.0.scheme() == "file" || self.0.scheme().ends_with("+file")
    }
}

/// `;` would begin the markers.
impl fmt::Display for DirectUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.as_str().replace(';', "%3B"))
    }
}

#[derive(Debug, thiserror::Error)]
enum DirectUrlError {
    #[error("a URL has no white space")]
    WhiteSpace,
    #[error("a URL begins with SCHEME://")]
    NoHost,
    #[error("a URL with `..` could be taken for a path")]
    Parent,
    #[error(transparent)]
    Url(#[from] url::ParseError),
}

impl Pep508Url for DirectUrl {
    type Err = DirectUrlError;

    fn parse_url(text: &str, _working_directory: Option<&Path>) -> Result<Self, DirectUrlError> {
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(DirectUrlError::WhiteSpace);
        }
        let url = Url::parse(text)?;
        if !text.contains("://") || url.cannot_be_a_base() {
            return Err(DirectUrlError::NoHost);
        }
        // Pip looks whether `NAME @ URL` is a directory, and `..` in the query or the fragment leads anywhere.
        if url.as_str().split(['/', '\\']).any(|part| part == "..") {
            return Err(DirectUrlError::Parent);
        }
        Ok(Self(url))
    }
}

/// What the markers of requirements are compared with: values of one Python on one machine.
#[derive(Debug, Clone)]
pub struct MarkerEnvironment(pep508_rs::MarkerEnvironment);

impl MarkerEnvironment {
    /// The environment of these values, by the names that PEP 508 gives them. `None` if a version among them is not
    /// one.
    pub fn new(values: &BTreeMap<String, String>) -> Option<Self> {
        let value = |name: &str| values.get(name).map_or("", String::as_str);
        let builder = MarkerEnvironmentBuilder {
            implementation_name: value("implementation_name"),
            implementation_version: value("implementation_version"),
            os_name: value("os_name"),
            platform_machine: value("platform_machine"),
            platform_python_implementation: value("platform_python_implementation"),
            platform_release: value("platform_release"),
            platform_system: value("platform_system"),
            platform_version: value("platform_version"),
            python_full_version: value("python_full_version"),
            python_version: value("python_version"),
            sys_platform: value("sys_platform"),
        };
        builder.try_into().ok().map(Self)
    }
}

/// Whether a version of Python is among those that metadata states as `Requires-Python`
/// ([version specifiers](https://packaging.python.org/specifications/version-specifiers/)).
///
/// # Errors
///
/// What is wrong with `specifiers`.
///
/// ```
/// assert_eq!(pyox_scanner::allows_python(">=3.9, !=3.10.*", [3, 11, 7]), Ok(true));
/// ```
pub fn allows_python(specifiers: &str, version: [u8; 3]) -> Result<bool, String> {
    let specifiers: pep440_rs::VersionSpecifiers =
        specifiers.parse().map_err(|error: pep440_rs::VersionSpecifiersParseError| error.to_string())?;
    Ok(specifiers.contains(&pep440_rs::Version::new(version.map(u64::from))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What pip would be given.
    fn given(text: &str) -> Result<String, RequirementError> {
        Requirement::parse(text).map(|requirement| requirement.to_string())
    }

    #[test]
    fn options_and_paths_in_metadata_do_not_reach_pip() {
        for text in ["--index-url=https://x", " \n -r/etc/x", "-e .", "--pre\nflask", "-", "\u{a0}--pre"] {
            assert!(matches!(given(text), Err(RequirementError::Option { .. })), "{text:?}");
        }
        for text in [
            "/abs/proj",
            "./proj",
            "../proj",
            "~/proj",
            "proj/",
            "proj/sub; python_version > '3'",
            "\\\\host\\proj",
            "https://example.com/x.zip",
            "git+https://example.com/x",
            "file:///etc",
            "x.whl",
            "x.tar.gz",
            "x.ZIP/",
        ] {
            assert!(matches!(given(text), Err(RequirementError::Path { .. })), "{text:?}: {:?}", given(text));
        }
        for text in [
            "",
            "flask --index-url=https://x",
            "flask\n--index-url=https://x",
            "flask>=3 --pre",
            "flask; os_name == 'posix' --index-url=https://x",
            "flask; os_name == 'posix'\n--pre",
            "flask @ /etc",
            "flask @ ./x",
            "flask @ -r/etc/x",
            "flask @ file:x",
            "flask @ https://h/x.whl --index-url=https://x",
            "flask @ https://h/x.whl\n--index-url=https://x",
            "flask @ https://h/x\t--pre",
            "flask @ https://h/?/../../../../etc/proj",
            "flask @ https://h/#/../../../../etc/proj",
            "flask @ data:x",
            "flask -r /etc/x",
            "flask #egg",
        ] {
            assert!(matches!(given(text), Err(RequirementError::Syntax { .. })), "{text:?}: {:?}", given(text));
        }
    }

    #[test]
    fn what_pip_is_given_cannot_be_the_name_of_a_file() {
        for (text, expected) in [
            ("Flask", "flask"),
            (" flask.ext [ b, A ] (>=3 , <4) ; extra == 'x'", "flask-ext[b,a] (>=3,<4)"),
            ("x==1+a.zip", "x (==1+a.zip)"),
            ("x.zip>1", "x-zip (>1)"),
            ("x@https://h/../../a.zip", "x @ https://h/a.zip"),
            ("x @ https://h/${HOME}/a;b", "x @ https://h/$%7BHOME%7D/a%3Bb"),
            ("x @ git+ssh://git@h/r@main#egg=x ; os_name == 'nt'", "x @ git+ssh://git@h/r@main#egg=x"),
        ] {
            assert_eq!(given(text).as_deref(), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn files_are_known_however_their_url_is_written() {
        for (text, expected) in [
            ("x @ file:///a/x.whl", true),
            ("x @ FILE://localhost/a", true),
            ("x @ git+file:///a", true),
            ("x @ https://h/file:///a", false),
            ("x", false),
        ] {
            assert_eq!(Requirement::parse(text).map(|requirement| requirement.is_file()), Ok(expected), "{text}");
        }
    }

    #[test]
    fn nothing_that_metadata_says_panics() {
        for text in
            ["a- >=1", "a_;x", "a.@https://h", "x[a-]", "x[a.,b]", "a-\u{fc}", "x[", "x[]", "a;", "a(", "a (", ";"]
        {
            let _ = Requirement::parse(text);
        }
        // All short texts of what the grammar is made of.
        let parts =
            ["a", "-", ".", "[", "]", "(", ")", ",", "@", " ", ";", "=", "<", "1", "*", "'", "\u{fc}", "extra", "://"];
        let mut texts = vec![String::new()];
        for _ in 0..4 {
            texts = texts.iter().flat_map(|text| parts.map(|part| format!("{text}{part}"))).collect();
            for text in &texts {
                let _ =
                    Requirement::parse(text).map(|requirement| (requirement.to_string(), requirement.is_optional()));
            }
        }
    }

    #[test]
    fn markers_are_those_of_the_python_that_is_given() {
        let environment = |version: &str, system: &str| {
            let values = [
                ("implementation_name", "cpython"),
                ("implementation_version", "3.11.0"),
                ("platform_python_implementation", "CPython"),
                ("python_full_version", version),
                ("python_version", version.rsplit_once('.').unwrap().0),
                ("sys_platform", system),
            ];
            let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
            MarkerEnvironment::new(&values.into()).unwrap()
        };
        for (marker, old, new, optional) in [
            ("python_version < '3.11'", true, false, false),
            ("python_version >= '3.9' and sys_platform == 'darwin'", false, true, false),
            ("python_full_version < '3.9.19'", true, false, false),
            ("extra == 'x'", false, false, true),
            ("extra == 'x' or python_version > '3'", true, true, false),
            ("'x' == extra and os_name == 'posix'", false, false, true),
            ("extra != 'x'", true, true, false),
            ("platform_python_implementation != 'extra'", true, true, false),
        ] {
            let requirement = Requirement::parse(&format!("a; {marker}")).unwrap();
            assert_eq!(requirement.applies(&environment("3.9.18", "linux")), old, "{marker}");
            assert_eq!(requirement.applies(&environment("3.13.0", "darwin")), new, "{marker}");
            assert_eq!(requirement.is_optional(), optional, "{marker}");
        }
        assert!(MarkerEnvironment::new(&BTreeMap::new()).is_none());
    }

    #[test]
    fn clauses_are_all_asked() {
        for (specifiers, expected) in [
            ("", true),
            (">=3.9", true),
            (">=3.12", false),
            (">=3.9,<3.11", false),
            (">=3.9, !=3.11.*", false),
            ("!=3.11.6", true),
            ("==3.11.*", true),
            ("==3.11", false),
            ("===3.11.7", true),
            ("~=3.11", true),
            ("~=3.11.0", true),
            ("~=3.10.0", false),
            ("~=3.12", false),
            ("<4", true),
            (">3.11.7", false),
            ("<=3.11.7", true),
            (">=3.11rc1", true),
        ] {
            assert_eq!(allows_python(specifiers, [3, 11, 7]), Ok(expected), "{specifiers}");
        }
        for wrong in ["three", ">=3.6.*", ">=", "3.11"] {
            assert!(allows_python(wrong, [3, 11, 7]).is_err(), "{wrong}");
        }
    }
}
