//! Any bytes are read as a marshal stream: an error, or a canonical stream of an equal object that stays as it is when
//! it is made canonical again; memory follows the length of the stream.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use pyox_bytecode::marshal::canonicalise;
use sha2::{Digest as _, Sha256};

use crate::memory;

/// Most bytes of memory for a byte of the stream: a node, its place in three tables, and what growing them leaves.
const MEMORY_FOR_BYTE: usize = 512;

/// Tries an input.
pub fn run(input: &[u8]) {
    // The first byte is the minor version of Python; the others are the stream.
    let Some((minor, stream)) = input.split_first() else { return };
    let python = (3, 9 + minor % 6);
    let (canonical, most) = memory::highest(|| canonicalise(stream, python));
    assert!(most <= (64 << 10) + MEMORY_FOR_BYTE * stream.len(), "{most} bytes for {}", stream.len());
    let Ok(canonical) = canonical else { return };
    assert!(canonicalise(&canonical, python).as_ref() == Ok(&canonical));
    let [before, after] = [stream, &canonical].map(|stream| Loader::load(stream, python));
    assert_eq!(before.digest(), after.digest());
    assert_eq!(identities(&before), identities(&after));
}

type Digest = [u8; 32];

/// What a stream says, without sharing that does not matter: a second reader, which knows nothing of the first one.
struct Object {
    kind: u8,
    content: Vec<u8>,
    parts: Vec<Rc<Object>>,
    digest: OnceCell<Digest>,
}

impl Object {
    /// Equal for equal objects.
    fn digest(&self) -> Digest {
        *self.digest.get_or_init(|| {
            let mut parts: Vec<Digest> = self.parts.iter().map(|part| part.digest()).collect();
            if matches!(self.kind, b'<' | b'>') {
                parts.sort_unstable();
            }
            let mut hash = Sha256::new();
            hash.update([self.kind]);
            hash.update((self.content.len() as u64).to_le_bytes());
            hash.update(&self.content);
            parts.iter().for_each(|part| hash.update(part));
            hash.finalize().into()
        })
    }
}

/// How many different lists, sets, dictionaries and code objects there are of each content.
fn identities(root: &Rc<Object>) -> HashMap<Digest, usize> {
    let (mut seen, mut open, mut count) = (BTreeSet::new(), vec![root], HashMap::new());
    while let Some(object) = open.pop() {
        if seen.insert(Rc::as_ptr(object)) {
            open.extend(&object.parts);
            if b"[<{}c".contains(&object.kind) {
                *count.entry(object.digest()).or_default() += 1;
            }
        }
    }
    count
}

/// Reads streams that are right.
struct Loader<'a> {
    rest: &'a [u8],
    python: (u8, u8),
    flagged: Vec<Option<Rc<Object>>>,
}

impl<'a> Loader<'a> {
    fn load(stream: &'a [u8], python: (u8, u8)) -> Rc<Object> {
        let mut loader = Self { rest: stream, python, flagged: Vec::new() };
        let object = loader.object();
        assert!(loader.rest.is_empty());
        object
    }

    fn take(&mut self, size: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(size);
        self.rest = rest;
        taken
    }

    fn short(&mut self) -> usize {
        self.take(1)[0].into()
    }

    fn long(&mut self) -> usize {
        u32::from_le_bytes(self.take(4).try_into().expect("four bytes")) as usize
    }

    fn parts(&mut self, count: usize) -> Vec<Rc<Object>> {
        (0..count).map(|_| self.object()).collect()
    }

    fn object(&mut self) -> Rc<Object> {
        let code = self.short() as u8;
        let kind = code & 0x7f;
        if kind == b'r' {
            let number = self.long();
            return Rc::clone(self.flagged[number].as_ref().expect("is complete"));
        }
        // CPython does not number what it has one of.
        let number = (code >= 0x80 && !b"NFTS.0".contains(&kind)).then(|| {
            self.flagged.push(None);
            self.flagged.len() - 1
        });
        let (kind, content, parts) = match kind {
            b'i' => (b'i', self.take(4).to_vec(), Vec::new()),
            b'I' | b'g' => (kind, self.take(8).to_vec(), Vec::new()),
            b'y' => (b'y', self.take(16).to_vec(), Vec::new()),
            b'l' => {
                let size = self.take(4);
                let digits = i32::from_le_bytes(size.try_into().expect("four bytes")).unsigned_abs() as usize;
                (b'l', [size, self.take(2 * digits)].concat(), Vec::new())
            }
            b's' => {
                let size = self.long();
                (b's', self.take(size).to_vec(), Vec::new())
            }
            b'f' | b'x' => {
                let mut content = Vec::new();
                for _ in 0..if kind == b'f' { 1 } else { 2 } {
                    let size = self.short();
                    content.push(size as u8);
                    content.extend(self.take(size));
                }
                (kind, content, Vec::new())
            }
            b'z' | b'Z' => {
                let size = self.short();
                (b'u', self.take(size).to_vec(), Vec::new())
            }
            b'a' | b'A' | b'u' | b't' => {
                let size = self.long();
                (b'u', self.take(size).to_vec(), Vec::new())
            }
            b')' => {
                let count = self.short();
                (b'(', Vec::new(), self.parts(count))
            }
            b'(' | b'[' | b'<' | b'>' => {
                let count = self.long();
                (kind, Vec::new(), self.parts(count))
            }
            b':' => (b':', Vec::new(), self.parts(3)),
            b'{' | b'}' => {
                let mut parts = Vec::new();
                while self.rest[0] & 0x7f != b'0' {
                    parts.extend(self.parts(2));
                }
                self.take(1);
                (kind, Vec::new(), parts)
            }
            b'c' => {
                let new = self.python >= (3, 11);
                let numbers = self.take(if new { 20 } else { 24 });
                let mut parts = self.parts(8);
                let content = [numbers, self.take(4)].concat();
                parts.extend(self.parts(if new { 2 } else { 1 }));
                (b'c', content, parts)
            }
            kind => (kind, Vec::new(), Vec::new()),
        };
        let object = Rc::new(Object { kind, content, parts, digest: OnceCell::new() });
        if let Some(number) = number {
            self.flagged[number] = Some(Rc::clone(&object));
        }
        object
    }
}
