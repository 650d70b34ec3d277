//! From a graph to the canonical stream.

use super::{FLAG_REF, Graph, Id, Node};

pub(super) fn write(graph: &Graph<'_>) -> Vec<u8> {
    let mut writer = Writer {
        graph,
        uses: vec![0; graph.nodes.len()],
        numbers: vec![None; graph.nodes.len()],
        next: 0,
        out: Vec::new(),
    };
    writer.count(graph.root);
    writer.object(graph.root);
    writer.out
}

struct Writer<'a> {
    graph: &'a Graph<'a>,
    /// How often each node is met, up to two.
    uses: Vec<u8>,
    /// The numbers of the flagged nodes that are written.
    numbers: Vec<Option<u32>>,
    next: u32,
    out: Vec<u8>,
}

impl<'a> Writer<'a> {
    fn node(&self, id: Id) -> &'a Node<'a> {
        &self.graph.nodes[id as usize]
    }

    fn count(&mut self, id: Id) {
        let uses = &mut self.uses[id as usize];
        *uses = uses.saturating_add(1);
        if *uses > 1 {
            return;
        }
        match self.node(id) {
            Node::Leaf { .. } | Node::Text { .. } => {}
            Node::Parts { parts, .. } => parts.iter().for_each(|part| self.count(*part)),
            Node::Code { objects, tables, .. } => objects.iter().chain(tables).for_each(|part| self.count(*part)),
        }
    }

    fn object(&mut self, id: Id) {
        let node = self.node(id);
        let mut flag = 0;
        if self.uses[id as usize] > 1 && !is_cheap(node) {
            if let Some(number) = self.numbers[id as usize] {
                self.out.push(b'r');
                self.out.extend(number.to_le_bytes());
                return;
            }
            self.numbers[id as usize] = Some(self.next);
            self.next += 1;
            flag = FLAG_REF;
        }
        match node {
            Node::Leaf { kind, content } => {
                self.out.push(kind | flag);
                self.out.extend_from_slice(content);
            }
            Node::Text { text, interned } => self.text(text, *interned, flag),
            Node::Parts { kind, parts } => {
                self.start(*kind, parts.len(), flag);
                parts.iter().for_each(|part| self.object(*part));
            }
            Node::Code { numbers, objects, line, tables } => {
                self.out.push(b'c' | flag);
                self.out.extend_from_slice(numbers);
                objects.iter().for_each(|part| self.object(*part));
                self.out.extend_from_slice(line);
                tables.iter().for_each(|part| self.object(*part));
            }
        }
    }

    fn text(&mut self, text: &[u8], interned: bool, flag: u8) {
        let kind = match (text.is_ascii(), text.len() < 256, interned) {
            (true, true, true) => b'Z',
            (true, true, false) => b'z',
            (true, false, true) => b'A',
            (true, false, false) => b'a',
            (false, _, true) => b't',
            (false, _, false) => b'u',
        };
        self.out.push(kind | flag);
        self.length(text.len(), text.is_ascii());
        self.out.extend_from_slice(text);
    }

    /// The type and the size of something with parts.
    fn start(&mut self, kind: u8, count: usize, flag: u8) {
        match kind {
            b'(' => {
                self.out.push(flag | if count < 256 { b')' } else { b'(' });
                self.length(count, true);
            }
            b'[' | b'<' | b'>' => {
                self.out.push(kind | flag);
                self.length(count, false);
            }
            _ => self.out.push(kind | flag),
        }
    }

    /// A size in one byte, if it fits and may be short, or in four.
    fn length(&mut self, size: usize, may_be_short: bool) {
        match u8::try_from(size) {
            Ok(size) if may_be_short => self.out.push(size),
            // Everything that was read had a size of 31 bits, and nothing grows.
            _ => self.out.extend((size as u32).to_le_bytes()),
        }
    }
}

/// Whether repeating a value costs no more than a reference to it, since the interpreter has a single copy anyway.
fn is_cheap(node: &Node<'_>) -> bool {
    match node {
        Node::Leaf { kind, content } => match (kind, *content) {
            (b'N' | b'F' | b'T' | b'S' | b'.' | b'0', _) => true,
            (b'i', &[a, b, c, d]) => (-5..=256).contains(&i32::from_le_bytes([a, b, c, d])),
            (b's', [0, 0, 0, 0]) => true,
            _ => false,
        },
        Node::Text { text, .. } => matches!(text, [] | [_] | [0xc2 | 0xc3, _]),
        Node::Parts { kind, parts } => *kind == b'(' && parts.is_empty(),
        Node::Code { .. } => false,
    }
}
