//! Any text is read as `direct_url.json`: nothing, or what it says; paths of this machine are found again in their URLs,
//! and URLs lead to the paths that the WHATWG's parser of URLs finds.
#![no_main]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use libfuzzer_sys::fuzz_target;
use pyox_scanner::DirectUrl;
use serde_json::json;
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    if bytes.starts_with(b"/") {
        return path(Path::new(OsStr::from_bytes(bytes)));
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match DirectUrl::parse(text) {
        Some(direct) => url(direct),
        None => url(said(text, false)),
    }
});

/// What a file with this URL says.
fn said(url: &str, is_editable: bool) -> DirectUrl {
    let text = json!({ "url": url, "dir_info": { "editable": is_editable } }).to_string();
    let direct = DirectUrl::parse(&text).expect("is what the specification wants");
    assert_eq!((direct.url.as_str(), direct.is_editable), (url, is_editable));
    direct
}

fn path(path: &Path) {
    let Ok(url) = Url::from_file_path(path) else { return };
    let found = said(url.as_str(), true).path().expect("is here");
    // The URL has no `//` and no `/.`.
    assert_eq!(found.components().collect::<Vec<_>>(), path.components().collect::<Vec<_>>());
}

fn url(direct: DirectUrl) {
    let found = direct.path();
    assert!(found.as_ref().is_none_or(|path| path.is_absolute()));
    // Browsers forgive what is not written like a URL, and change what is.
    let plain = direct.url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let path = direct.url.get(7..).and_then(|rest| rest.split(['?', '#']).next()).unwrap_or_default();
    let lower = path.to_ascii_lowercase().replace("%2e", ".");
    let changed = lower.split('/').any(|part| matches!(part, "." | "..")) || lower.contains(['|', ':']);
    if !plain || changed || !direct.url.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("file://")) {
        return;
    }
    let second = Url::parse(&direct.url).ok().and_then(|url| url.to_file_path().ok());
    if let (Some(found), Some(second)) = (&found, &second) {
        assert_eq!(found.components().collect::<Vec<_>>(), second.components().collect::<Vec<_>>());
    }
    // A URL without a path is one of the root there, and a host may be written in more ways.
    assert!(found.is_none() || second.is_some(), "{}", direct.url);
}
