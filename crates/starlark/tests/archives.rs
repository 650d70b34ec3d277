//! Distribution archives, from a file and from a server.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyox_build_cache::file_digest;
use pyox_distribution::{Host as _, Python as _};
use pyox_test_support::place::{Outcome, Place, python};

use crate::support::{command, run};

/// Serves a file under every name, until the process ends, and counts how often.
fn serve(content: Vec<u8>) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let served = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&served);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            counter.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]);
            let length = content.len();
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(&content);
        }
    });
    (url, served)
}

/// How many bytes the files below a directory have.
fn size(directory: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(directory) else { return 0 };
    let entries = entries.map(|entry| entry.expect("an entry").path());
    entries.map(|path| if path.is_dir() { size(&path) } else { path.metadata().map_or(0, |data| data.len()) }).sum()
}

#[test]
fn an_archive_is_taken_by_its_digest_from_a_file_or_a_server() {
    let place = Place::new();
    let executable = python().executable().display().to_string();
    run(&place, ["distribution", "create", &executable, "-o", "python.tar.zst"]).succeeds();
    let digest = file_digest(&place.path("python.tar.zst")).expect("a digest");
    let other = format!("{}{}", if digest.starts_with('0') { '1' } else { '0' }, &digest[1..]);
    let (url, served) = serve(place.read("python.tar.zst"));
    let list = |source: &str, digest: &str| {
        let text = format!(
            "dist = PythonDistribution(sha256 = \"{digest}\", {source})\n\
             print(dist, len(dist.python_resources()) > 500)\nregister_target(\"dist\", lambda: dist)\n"
        );
        place.write("pyoxidizer.bzl", text);
        let mut command = command(&place, ["list-targets"]);
        Outcome::of(command.env("PYOXIDIZER_CACHE_DIR", place.path("cache")).env_remove("PYOXIDIZER_OFFLINE"))
    };
    let version = &python().info().version;
    let from_server = format!("url = \"{url}/python.tar.zst\"");

    let outcome = list(&from_server, &other);
    assert!(outcome.status == Some(1) && outcome.stderr.contains(&other), "{outcome:?}");
    assert!(size(&place.path("cache")) < 1 << 20, "something stays of what is another file");

    served.store(0, Ordering::SeqCst);
    for _ in 0..2 {
        let outcome = list(&from_server, &digest);
        let expected = format!("PythonDistribution(\"{version}\") True");
        assert!(outcome.status == Some(0) && outcome.stderr.contains(&expected), "{outcome:?}");
    }
    assert_eq!(served.load(Ordering::SeqCst), 1, "the second time it is there");

    assert_eq!(list("local_path = \"python.tar.zst\"", &digest.to_uppercase()).status, Some(0));
    let outcome = list("local_path = \"python.tar.zst\"", &other);
    assert!(outcome.status == Some(1) && outcome.stderr.contains("has the SHA-256"), "{outcome:?}");
}
