//! Where an installed distribution came from.

use std::path::PathBuf;

use url::Url;

/// What `direct_url.json` says of a distribution that was not found by its name in an index
/// ([PEP 610](https://packaging.python.org/specifications/direct-url-data-structure/)).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DirectUrl {
    /// The URL.
    pub url: String,
    /// Whether the installation is an editable one: its code is where the URL says.
    pub is_editable: bool,
}

impl DirectUrl {
    /// Reads the text of the file; `None` if it is not what the specification wants.
    pub fn parse(text: &str) -> Option<Self> {
        let json: serde_json::Value = serde_json::from_str(text).ok()?;
        let is_editable = json["dir_info"]["editable"] == true;
        Some(Self { url: json["url"].as_str()?.to_owned(), is_editable })
    }

    /// The file or directory of this machine that the URL names
    /// ([RFC 8089](https://www.rfc-editor.org/rfc/rfc8089)): absolute.
    pub fn path(&self) -> Option<PathBuf> {
        let url = Url::parse(&self.url).ok().filter(|url| url.scheme() == "file")?;
        // Without a path it is a URL of the root, where nothing is installed from.
        url.to_file_path().ok().filter(|path| path.parent().is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(url: &str) -> Option<PathBuf> {
        DirectUrl { url: url.into(), is_editable: true }.path()
    }

    #[test]
    fn file_urls_are_paths() {
        assert_eq!(path("file:///a%20b/%C3%BC%zz"), Some("/a b/ü%zz".into()));
        assert_eq!(path("file://localhost/a"), Some("/a".into()));
        assert_eq!(path("FILE:///a#subdirectory=b"), Some("/a".into()));
        assert_eq!(path("file:///a%+1%2"), Some("/a%+1%2".into()));
    }

    #[test]
    fn urls_of_other_machines_are_not_paths() {
        for url in ["https://a/b", "file://server/share", "file://localhosts/a", "file://", "file://localhost", "/a"] {
            assert_eq!(path(url), None, "{url}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn names_of_files_may_be_any_bytes() {
        use std::os::unix::ffi::OsStrExt as _;
        assert_eq!(path("file:///%ff").expect("a path").as_os_str().as_bytes(), b"/\xff");
    }

    #[test]
    fn only_true_is_editable() {
        for (text, is_editable) in [
            (r#"{"url": "file:///a", "dir_info": {"editable": true}}"#, true),
            (r#"{"url": "file:///a", "dir_info": {"editable": 1}}"#, false),
            (r#"{"url": "file:///a", "dir_info": {}}"#, false),
            (r#"{"url": "file:///a", "dir_info": []}"#, false),
        ] {
            assert_eq!(DirectUrl::parse(text).map(|found| found.is_editable), Some(is_editable), "{text}");
        }
        for text in ["", "[]", "{\"url\": 1}", &"[".repeat(1 << 20)] {
            assert_eq!(DirectUrl::parse(text), None);
        }
    }
}
