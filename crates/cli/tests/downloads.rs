//! Pythons that can be downloaded: which there are, how one is named, and that nothing is downloaded by surprise.

mod secure;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use pyox_build_cache::file_digest;
use pyox_test_support::command::workspace;
use pyox_test_support::place::{Outcome, Place};
use serde_json::Value;

const NAME: &str = "cpython-3.99.7+20300101-x86_64-unknown-linux-gnu-install_only.tar.gz";
const CONTENT: &str = "an archive of a Python that is not installed";

/// Serves one file under every name, until the process ends.
fn server(content: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let length = content.len();
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(&content);
        }
    });
    url
}

/// With a cache of its own, and a catalogue that `tools/catalogue.py` has made.
fn place() -> Place {
    let place = Place::with(&[("archive", CONTENT)]);
    catalogue(&place, NAME);
    place
}

/// A catalogue that has the file `archive` by a name.
fn catalogue(place: &Place, name: &str) {
    let digest = file_digest(&place.path("archive")).expect("a digest");
    place.write("SHA256SUMS", format!("{digest}  {name}\n{digest} *SHA256SUMS\n"));
    let url = server(place.read("archive"));
    let mut tool = Command::new("python3");
    tool.arg(workspace().join("tools/catalogue.py")).args(["--base", &url, "SHA256SUMS"]);
    let made = Outcome::of(tool.current_dir(place.path("")));
    place.write("catalogue.json", made.succeeds().stdout);
}

fn command(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.command(arguments);
    command.env("PYOXIDIZER_CACHE_DIR", place.path("cache")).env_remove("PYOXIDIZER_OFFLINE");
    command
}

#[test]
fn what_there_is_is_listed() {
    let place = Place::new();
    let outcome = place.run(["distribution", "list", "--target-triple", "x86_64-unknown-linux-musl"]).succeeds();
    let versions: Vec<&str> = outcome.stdout.lines().filter_map(|line| line.split('+').next()).collect();
    assert!(versions.contains(&"3.13.15") && versions.len() >= 5, "{outcome:?}");
    let all: Value =
        serde_json::from_str(&place.run(["distribution", "list", "--all", "--json"]).succeeds().stdout).expect("JSON");
    let all = all.as_array().expect("a list");
    assert!(all.len() >= 346);
    for archive in all {
        for key in ["name", "python", "release", "target", "shape", "linkage", "url", "sha256"] {
            assert!(archive[key].as_str().is_some_and(|text| !text.is_empty()), "{key} of {archive}");
        }
    }
    place.command_fails(&mut place.command(["distribution", "list", "--target-triple", "z80"]), &["nothing for z80"]);
}

#[test]
fn a_request_gives_an_archive_that_is_kept() {
    let place = place();
    let download = ["distribution", "download", "3.99", "--target-triple", "x86_64-unknown-linux-gnu"];
    let arguments = [&download[..], &["--catalogue", "catalogue.json"]].concat();
    let outcome = Outcome::of(&mut command(&place, &arguments)).succeeds();
    let path = PathBuf::from(outcome.stdout.trim());
    assert!(path.ends_with(NAME) && std::fs::read_to_string(&path).expect("a file") == CONTENT, "{outcome:?}");
    assert!(outcome.stderr.contains("downloading"), "{outcome:?}");
    let more = [&arguments[..], &["--offline", "-o", "."]].concat();
    let outcome = Outcome::of(&mut command(&place, &more)).succeeds();
    assert_eq!((place.read(NAME), outcome.stderr.as_str()), (CONTENT.into(), ""));
}

#[test]
fn what_cannot_be_given_is_explained() {
    let place = place();
    let fails = |request: &[&str], words: &[&str]| {
        let arguments = [&["distribution", "download"], request].concat();
        place.command_fails(&mut command(&place, &arguments), words);
    };
    let linux = ["--target-triple", "x86_64-unknown-linux-gnu"];
    fails(&[&["3.13.1"], &linux[..]].concat(), &["no distribution 3.13.1", "3.13.15+20260814"]);
    fails(&["3.13", "--target-triple", "z80"], &["for z80", "x86_64-unknown-linux-gnu"]);
    fails(&[&["3.13", "--flavor", "standalone_static"], &linux[..]].concat(), &["another flavor", "install_only"]);
    fails(&["python3"], &["does not name", "3.13.15"]);
    fails(&[&["3.13", "--offline"], &linux[..]].concat(), &["network may not be used"]);
    fails(&["3.13", "--catalogue", "SHA256SUMS"], &["no catalogue", "tools/catalogue.py"]);
    fails(&["3.13", "--catalogue", "http://192.0.2.1/"], &["https"]);
}

#[test]
fn packing_downloads_a_python_only_if_told_to() {
    let place = place();
    place.write("hello.py", "print('hello')\n");
    let pack = |more: &[&str], words: &[&str]| {
        let arguments = [&["pack", "hello.py", "--python", "3.14.7", "--no-venv"], more].concat();
        let mut pack = command(&place, &arguments);
        pack.env("PYOXIDIZER_OFFLINE", "1");
        place.command_fails(&mut pack, words);
    };
    if place.run(["launcher", "path", "--python", "3.14.7"]).status == Some(0) {
        return;
    }
    pack(&[], &["no Python found for 3.14.7"]);
    pack(&["--download"], &["cpython-3.14.7%2B20260814", "network may not be used"]);
}

/// A real description, of a Python for Windows.
#[test]
fn what_the_catalogue_has_is_described() {
    let place = Place::new();
    let json = workspace().join("crates/standalone/src/python_json/cpython-3.11.9-windows.json.zst");
    let text = zstd::decode_all(std::fs::File::open(json).expect("it is there")).expect("zstd");
    place.write("tree/python/PYTHON.json", text);
    place.write("tree/python/licenses/LICENSE.bzip2.txt", "the text of bzip2");
    let mut tar = Command::new("tar");
    tar.args(["-czf", "archive", "-C", "tree", "python"]).current_dir(place.path("."));
    assert!(tar.status().expect("tar starts").success());
    catalogue(&place, "cpython-3.99.7+20300101-x86_64-unknown-linux-gnu-pgo+lto-full.tar.zst");
    let named = |command: &str, more: &[&str]| {
        let words = [&[command, "3.99", "--catalogue", "catalogue.json"], more].concat();
        self::command(&place, &words)
    };
    let refused = Outcome::of(&mut named("python-distribution-info", &[]));
    assert_eq!((refused.status, refused.stdout.as_str()), (Some(1), ""), "{refused:?}");
    let info = Outcome::of(&mut named("python-distribution-info", &["--download", "--json"])).succeeds().stdout;
    let info: Value = serde_json::from_str(&info).expect("JSON");
    assert_eq!((&info["python_version"], &info["target_triple"]), (&"3.11.9".into(), &"x86_64-pc-windows-msvc".into()));
    let licenses = Outcome::of(&mut named("python-distribution-licenses", &["--download"])).succeeds().stdout;
    let bz2 = licenses.split("\n_bz2\n----\n").nth(1).expect("_bz2");
    assert!(bz2.contains("Licenses: bzip2-1.0.6\n"), "{licenses}");
    place.write("packages/spam.cp311-win_amd64.pyd", "");
    let words = ["find-resources", "packages", "--python", "3.99", "--distributions-dir", "kept", "--catalogue"];
    let found = Outcome::of(&mut self::command(&place, &[&words[..], &["catalogue.json"]].concat())).succeeds().stdout;
    assert_eq!(found, "PythonExtensionModule { name: spam }\n");
    assert!(place.path("kept").is_dir());
    let list = place.run(["licenses", "archive", "--format", "json"]).succeeds().stdout;
    assert!(list.contains("the text of bzip2") && list.contains("\"python-json\""), "{list}");
}
