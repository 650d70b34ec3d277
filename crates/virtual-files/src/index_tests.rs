use pyox_packed_resources::{Field, FieldKind};

use super::{Index, Node};
use crate::{Content, Files};

/// Files whose content is one letter of `CONTENT` each, in order.
struct Paths(&'static [&'static str]);

const CONTENT: &[u8] = b"abcdefghijklmnopqrstuvwxyz";

impl Files for Paths {
    fn each(&self, visit: &mut dyn FnMut(&[&[u8]], Content)) {
        for (i, path) in self.0.iter().enumerate() {
            let (first, second) = path.split_at(path.len() / 2);
            let field = Field::raw(FieldKind::File, "", CONTENT, i..i + 1);
            visit(&[first.as_bytes(), second.as_bytes()], Content::new(field, None));
        }
    }
}

fn index(paths: &'static [&'static str]) -> Index {
    Index::new(&Paths(paths)).unwrap()
}

fn children(index: &Index, directory: &str) -> Vec<String> {
    let (mut names, mut next) = (Vec::new(), 0);
    while let Some((name, file, after)) = index.child(directory.as_bytes(), next) {
        names.push(format!("{}{}", String::from_utf8_lossy(name), if file.is_some() { "" } else { "/" }));
        next = after;
    }
    names
}

#[test]
fn what_is_at_a_path() {
    let index = index(&["a.b", "a/x", "a-b/c", "a/b/c", "a0", "z"]);
    assert_eq!(index.node(b""), Node::Directory);
    for directory in ["a", "a-b", "a/b"] {
        assert_eq!(index.node(directory.as_bytes()), Node::Directory, "{directory}");
    }
    for file in ["a.b", "a/x", "a-b/c", "a/b/c", "a0", "z"] {
        assert!(matches!(index.node(file.as_bytes()), Node::File(number) if index.path(number) == file.as_bytes()));
    }
    for missing in ["b", "a/", "a/c", "a/b/c0", "a/b/", "zz", "/", "/a"] {
        assert_eq!(index.node(missing.as_bytes()), Node::Missing, "{missing}");
    }
    assert_eq!(index.node(b"a/b/c/d/e"), Node::NotDirectory);
    assert_eq!(index.node(b"z/y"), Node::NotDirectory);
}

#[test]
fn directories_have_each_name_once() {
    let index = index(&["p/b/1", "p/b.c", "p/b/2/3", "p/a", "p/b-/x", "q", "p/c/1"]);
    assert_eq!(children(&index, ""), ["p/", "q"]);
    assert_eq!(children(&index, "p"), ["a", "b-/", "b.c", "b/", "c/"]);
    assert_eq!(children(&index, "p/b"), ["1", "2/"]);
    assert_eq!(children(&index, "q"), [""; 0]);
    assert_eq!(children(&index, "none"), [""; 0]);
    assert_eq!(index.below(b"p/b").count(), 2);
    assert_eq!(index.below(b"").count(), 7);
}

#[test]
fn the_first_of_equal_paths_counts_and_others_cannot_be_reached() {
    let index = index(&["b", "a", "b", "../c", "/d", "e//f", "g/./h", "", "i/", "k\0l"]);
    let Node::File(number) = index.node(b"b") else { panic!("no file") };
    assert_eq!(index.content(number).unwrap().field.stored().unwrap(), b"a");
    assert_eq!(index.below(b"").count(), 2);
}
