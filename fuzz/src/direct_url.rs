//! Any text is read as `direct_url.json`: nothing, or what it says; paths of this machine are found again in their
//! URLs.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use pyox_scanner::DirectUrl;
use serde_json::json;
use url::Url;

/// Tries an input.
pub fn run(bytes: &[u8]) {
    if bytes.starts_with(b"/") {
        return path(Path::new(OsStr::from_bytes(bytes)));
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match DirectUrl::parse(text) {
        Some(direct) => url(direct),
        None => url(said(text, false)),
    }
}

/// What a file with this URL says.
fn said(url: &str, is_editable: bool) -> DirectUrl {
    let text = json!({ "url": url, "dir_info": { "editable": is_editable } }).to_string();
    let direct = DirectUrl::parse(&text).expect("is what the specification wants");
    assert_eq!((direct.url.as_str(), direct.is_editable), (url, is_editable));
    direct
}

fn path(path: &Path) {
    let Ok(url) = Url::from_file_path(path) else { return };
    // The URL has no `//` and no `/.`.
    let components = path.components().collect::<Vec<_>>();
    let found = said(url.as_str(), true).path();
    assert!(found.map_or(components.len() == 1, |found| found.components().eq(components)), "{url}");
}

fn url(direct: DirectUrl) {
    assert!(direct.path().is_none_or(|path| path.is_absolute() && path.parent().is_some()));
}
