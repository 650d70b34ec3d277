//! Any bytes as an archive of Python, and any tar file in one: an error that leaves nothing, or a tree that stays
//! inside of its directory and is no longer than the limit.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use pyox_standalone::{Archive, Limits};

/// Most bytes of an archive once decompressed, and most members.
const BYTES: u64 = 1 << 20;
const MEMBERS: usize = 200;

/// Tries an input: an archive if it begins as one, else what the first byte makes of the rest.
pub fn run(bytes: &[u8]) {
    let place = tempfile::tempdir().expect("a directory");
    let path = place.path().join("archive");
    fs::write(&path, packed(bytes)).expect("a file");
    let Some(archive) = Archive::open(&path).expect("can be read") else { return };
    let archive = archive.limits(Limits { always: BYTES, ratio: 1, most: BYTES, members: MEMBERS });
    let json = archive.python_json();
    let tree = place.path().join("out/tree");
    match archive.extract(&tree) {
        Ok(()) => {
            let root = tree.canonicalize().expect("it is there");
            assert!(walk(&root, &root) <= BYTES);
            let expected = fs::read(tree.join("python/PYTHON.json")).ok();
            let is_link = tree.join("python/PYTHON.json").is_symlink();
            // A hard link to a file of another name is no file of its own.
            assert!(is_link || json.as_ref().is_ok_and(|json| json.is_none() || *json == expected));
        }
        Err(_) => assert_eq!(fs::read_dir(place.path().join("out")).map_or(0, Iterator::count), 0),
    }
    let outside = fs::read_dir(place.path()).expect("a directory").count();
    assert!(outside <= 2, "{outside}");
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    match bytes {
        [kind @ 0..=1, tar @ ..] if *kind == 0 => {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
            gzip.write_all(tar).and_then(|()| gzip.finish()).expect("in memory")
        }
        [0..=1, tar @ ..] => zstd::encode_all(tar, 1).expect("in memory"),
        _ => bytes.to_vec(),
    }
}

/// The length of all files, none of which may lead out of the root.
fn walk(directory: &Path, root: &Path) -> u64 {
    let mut length = 0;
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        let kind = path.symlink_metadata().expect("it is there");
        if kind.is_symlink() {
            // One that leads to nothing, or in circles, leads to nothing outside.
            assert!(path.canonicalize().map_or(true, |target| target.starts_with(root)), "{path:?}");
        } else if kind.is_dir() {
            length += walk(&path, root);
        } else {
            assert!(kind.is_file() && fs::OpenOptions::new().append(true).open(&path).is_ok(), "{path:?}");
            // The names of one file share it.
            length += kind.len() / std::os::unix::fs::MetadataExt::nlink(&kind).max(1);
        }
    }
    length
}
