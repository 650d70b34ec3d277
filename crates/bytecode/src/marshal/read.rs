//! From a stream to a graph without equal nodes.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use super::{FLAG_REF, Graph, Id, MarshalError, Node};

/// Half of CPython's own limit, and some ten times what its compiler produces.
const DEPTH_LIMIT: u16 = 1000;

/// `None`, `False`, `True`, `StopIteration` and `Ellipsis`.
const SINGLE: &[u8] = b"NFTS.";

pub(super) fn read(stream: &[u8], minor: (u8, u8)) -> Result<Graph<'_>, MarshalError> {
    let mut reader = Reader {
        stream,
        offset: 0,
        numbers: if minor >= (3, 11) { 20 } else { 24 },
        tables: if minor >= (3, 11) { 2 } else { 1 },
        nodes: Vec::new(),
        heights: Vec::new(),
        references: Vec::new(),
        leaves: HashMap::new(),
        texts: HashMap::new(),
        tuples: HashMap::new(),
        digests: HashMap::new(),
    };
    let root = reader.object(0)?;
    match reader.offset {
        end if end == stream.len() => Ok(Graph { nodes: reader.nodes, root }),
        offset => Err(MarshalError::Trailing { offset }),
    }
}

struct Reader<'a> {
    stream: &'a [u8],
    offset: usize,
    /// The size of the numbers at the start of a code object.
    numbers: usize,
    /// The number of tables at the end of a code object.
    tables: usize,
    nodes: Vec<Node<'a>>,
    /// For each node, how deep its parts go.
    heights: Vec<u16>,
    /// What flagged objects became; nothing while they are read.
    references: Vec<Option<Id>>,
    leaves: HashMap<(u8, &'a [u8]), Id>,
    texts: HashMap<&'a [u8], Id>,
    tuples: HashMap<(u8, Vec<Id>), Id>,
    digests: HashMap<Id, [u8; 32]>,
}

impl<'a> Reader<'a> {
    fn take(&mut self, size: usize) -> Result<&'a [u8], MarshalError> {
        let stream = self.stream;
        let end = self.offset.checked_add(size).filter(|end| *end <= stream.len());
        let end = end.ok_or(MarshalError::Truncated { offset: stream.len() })?;
        let taken = &stream[self.offset..end];
        self.offset = end;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, MarshalError> {
        Ok(self.take(1)?[0])
    }

    fn long(&mut self) -> Result<i32, MarshalError> {
        let bytes = self.take(4)?;
        Ok(i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    fn size(&mut self) -> Result<usize, MarshalError> {
        let offset = self.offset;
        let size = self.long()?;
        usize::try_from(size).map_err(|_| MarshalError::BadSize { size, offset })
    }

    fn object(&mut self, depth: u16) -> Result<Id, MarshalError> {
        let start = self.offset;
        let code = self.byte()?;
        let kind = code & !FLAG_REF;
        if depth >= DEPTH_LIMIT {
            return Err(MarshalError::TooDeep { limit: DEPTH_LIMIT, offset: start });
        }
        if kind == b'r' {
            let index = self.long()?.cast_unsigned();
            let found = self.references.get(index as usize).copied().flatten();
            return found.ok_or(MarshalError::BadReference { index, offset: start });
        }
        // The loader numbers an object before its parts, but none of which there is only one.
        let reference = (code & FLAG_REF != 0 && !SINGLE.contains(&kind)).then(|| {
            self.references.push(None);
            self.references.len() - 1
        });
        let id = match kind {
            kind if SINGLE.contains(&kind) => self.leaf(start, 0)?,
            b'i' => self.leaf(start, 4)?,
            b'I' | b'g' => self.leaf(start, 8)?,
            b'y' => self.leaf(start, 16)?,
            b'l' => {
                let digits = self.long()?.unsigned_abs() as usize;
                self.leaf(start, digits.saturating_mul(2))?
            }
            b's' => {
                let size = self.size()?;
                self.leaf(start, size)?
            }
            b'f' => {
                let size = self.byte()?;
                self.leaf(start, size.into())?
            }
            b'x' => {
                let size = self.byte()?;
                self.take(size.into())?;
                let size = self.byte()?;
                self.leaf(start, size.into())?
            }
            b'z' | b'Z' => {
                let size = self.byte()?;
                self.ascii(size.into(), kind == b'Z')?
            }
            b'a' | b'A' => {
                let size = self.size()?;
                self.ascii(size, kind == b'A')?
            }
            b'u' | b't' => {
                let size = self.size()?;
                self.text(size, kind == b't')?
            }
            b')' => {
                let count = self.byte()?;
                self.tuple(b'(', count.into(), depth, start)?
            }
            b'(' | b'>' => {
                let count = self.size()?;
                self.tuple(kind, count, depth, start)?
            }
            b':' => self.tuple(kind, 3, depth, start)?,
            b'[' | b'<' => {
                let count = self.size()?;
                let mut parts = self.parts(count, depth)?;
                if kind == b'<' {
                    self.sort(&mut parts);
                }
                self.node(Node::Parts { kind, parts }, start)?
            }
            b'{' | b'}' => {
                let parts = self.until_null(depth)?;
                self.node(Node::Parts { kind, parts }, start)?
            }
            b'c' => self.code(depth, start)?,
            code => return Err(MarshalError::UnknownType { code, offset: start }),
        };
        if let Some(reference) = reference {
            self.references[reference] = Some(id);
        }
        Ok(id)
    }

    /// A value whose content is the next `size` bytes and what was read since `start`.
    fn leaf(&mut self, start: usize, size: usize) -> Result<Id, MarshalError> {
        self.take(size)?;
        let kind = self.stream[start] & !FLAG_REF;
        let content = &self.stream[start + 1..self.offset];
        if let Some(id) = self.leaves.get(&(kind, content)) {
            return Ok(*id);
        }
        let id = self.node(Node::Leaf { kind, content }, start)?;
        self.leaves.insert((kind, content), id);
        Ok(id)
    }

    /// A text that has to be ASCII: the loader takes other bytes as Latin-1.
    fn ascii(&mut self, size: usize, interned: bool) -> Result<Id, MarshalError> {
        let offset = self.offset;
        let text = self.stream.get(offset..offset.saturating_add(size)).unwrap_or_default();
        if text.is_ascii() { self.text(size, interned) } else { Err(MarshalError::NotAscii { offset }) }
    }

    fn text(&mut self, size: usize, interned: bool) -> Result<Id, MarshalError> {
        let start = self.offset;
        let text = self.take(size)?;
        if let Some(id) = self.texts.get(text).copied() {
            if let Some(Node::Text { interned: known, .. }) = self.nodes.get_mut(id as usize) {
                *known |= interned;
            }
            return Ok(id);
        }
        // The interpreter has one copy of the empty string and of each of the first 256 characters, and whether that
        // copy is interned depends on what else has run.
        let single = matches!(text, [] | [_] | [0xc2 | 0xc3, _]);
        let id = self.node(Node::Text { text, interned: interned || single }, start)?;
        self.texts.insert(text, id);
        Ok(id)
    }

    fn tuple(&mut self, kind: u8, count: usize, depth: u16, start: usize) -> Result<Id, MarshalError> {
        let mut parts = self.parts(count, depth)?;
        if kind == b'>' {
            self.sort(&mut parts);
        }
        let key = (kind, parts);
        if let Some(id) = self.tuples.get(&key) {
            return Ok(*id);
        }
        let id = self.node(Node::Parts { kind, parts: key.1.clone() }, start)?;
        self.tuples.insert(key, id);
        Ok(id)
    }

    fn parts(&mut self, count: usize, depth: u16) -> Result<Vec<Id>, MarshalError> {
        // Sizes may lie, also in each other: memory follows what is there.
        let mut parts = Vec::new();
        for _ in 0..count {
            parts.push(self.object(depth + 1)?);
        }
        Ok(parts)
    }

    /// The keys and values of a dictionary, and the null at its end.
    fn until_null(&mut self, depth: u16) -> Result<Vec<Id>, MarshalError> {
        let mut parts = Vec::new();
        loop {
            let start = self.offset;
            if parts.len() % 2 == 0 && self.stream.get(start).is_some_and(|code| code & !FLAG_REF == b'0') {
                self.byte()?;
                parts.push(self.leaf(start, 0)?);
                return Ok(parts);
            }
            parts.push(self.object(depth + 1)?);
        }
    }

    fn code(&mut self, depth: u16, start: usize) -> Result<Id, MarshalError> {
        let numbers = self.take(self.numbers)?;
        let mut objects = [0; 8];
        for object in &mut objects {
            *object = self.object(depth + 1)?;
        }
        let line = self.take(4)?;
        let tables = self.parts(self.tables, depth)?;
        self.node(Node::Code { numbers, objects, line, tables }, start)
    }

    fn node(&mut self, node: Node<'a>, offset: usize) -> Result<Id, MarshalError> {
        let highest = |parts: &[Id]| parts.iter().map(|part| self.heights[*part as usize]).max().unwrap_or(0);
        let height = 1 + match &node {
            Node::Leaf { .. } | Node::Text { .. } => 0,
            Node::Parts { parts, .. } => highest(parts),
            Node::Code { objects, tables, .. } => highest(objects).max(highest(tables)),
        };
        if height > DEPTH_LIMIT {
            return Err(MarshalError::TooDeep { limit: DEPTH_LIMIT, offset });
        }
        let id = Id::try_from(self.nodes.len()).map_err(|_| MarshalError::Truncated { offset })?;
        self.nodes.push(node);
        self.heights.push(height);
        Ok(id)
    }

    fn sort(&mut self, members: &mut [Id]) {
        members.sort_by_cached_key(|id| self.digest(*id));
    }

    /// A digest of the content of a node, for an order that does not depend on where it was read.
    fn digest(&mut self, id: Id) -> [u8; 32] {
        if let Some(digest) = self.digests.get(&id) {
            return *digest;
        }
        let mut hash = Sha256::new();
        let parts = match &self.nodes[id as usize] {
            Node::Leaf { kind, content } => {
                hash.update([*kind]);
                hash.update(content);
                Vec::new()
            }
            Node::Text { text, .. } => {
                hash.update([b'u']);
                hash.update(text);
                Vec::new()
            }
            Node::Parts { kind, parts } => {
                hash.update([*kind]);
                parts.clone()
            }
            Node::Code { numbers, objects, line, tables } => {
                hash.update([b'c']);
                hash.update(numbers);
                hash.update(line);
                objects.iter().chain(tables).copied().collect()
            }
        };
        for part in parts {
            let digest = self.digest(part);
            hash.update(digest);
        }
        let digest = hash.finalize().into();
        self.digests.insert(id, digest);
        digest
    }
}
