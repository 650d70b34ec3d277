//! Where an installed distribution came from.

use std::path::PathBuf;

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
        let (scheme, rest) = self.url.split_once("://")?;
        let (host, _) = rest.split_once('/')?;
        if !scheme.eq_ignore_ascii_case("file") || !(host.is_empty() || host.eq_ignore_ascii_case("localhost")) {
            return None;
        }
        let path = rest[host.len()..].split(['?', '#']).next().unwrap_or_default();
        let path = unescaped(path);
        // `/C:/project` on Windows.
        let is_windows = cfg!(windows) && path.get(2) == Some(&b':');
        native(path.get(usize::from(is_windows)..)?.to_vec())
    }
}

/// Decodes `%20`; what is no such escape stays.
fn unescaped(path: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let digit = |at: usize| tail.get(at).and_then(|&digit| char::from(digit).to_digit(16));
        match (byte, digit(0).zip(digit(1))) {
            (b'%', Some((high, low))) => {
                bytes.push((high << 4 | low) as u8);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(byte);
                rest = tail;
            }
        }
    }
    bytes
}

#[cfg(unix)]
fn native(path: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt as _;
    Some(std::ffi::OsString::from_vec(path).into())
}

#[cfg(not(unix))]
fn native(path: Vec<u8>) -> Option<PathBuf> {
    String::from_utf8(path).ok().map(PathBuf::from)
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
