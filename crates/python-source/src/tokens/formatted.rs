//! Strings with replacement fields: literal text and expressions inside of each other.

use super::{Kind, Quotes, Token, Tokens};

/// What the tokenizer is in the middle of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Frame {
    Literal(Literal),
    /// An expression between braces, with the depth inside of these.
    Field {
        depth: usize,
    },
}

/// Literal text of a formatted string, or of the format specification in one of its fields.
#[derive(Debug, Clone, Copy)]
pub(super) struct Literal {
    quotes: Quotes,
    raw: bool,
    specification: bool,
    /// Depth around the string.
    depth: usize,
}

impl<'a> Tokens<'a> {
    /// The start of a formatted string, whose prefix of this length is next.
    pub(super) fn formatted(&mut self, prefix: usize, quotes: Quotes, raw: bool) -> Token<'a> {
        self.frames.push(Frame::Literal(Literal { quotes, raw, specification: false, depth: self.depth }));
        self.take(Kind::Formatted, prefix + quotes.len())
    }

    /// Passes over literal text: a brace after it, or `None` when the string has ended.
    pub(super) fn literal(&mut self, literal: Literal) -> Option<Token<'a>> {
        let Literal { quotes, raw, specification, .. } = literal;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\\' if !raw && self.peek(1) == Some(b'N') && self.peek(2) == Some(b'{') => self.at += 3,
                b'\\' if matches!(self.peek(1), Some(b'{' | b'}')) => self.at += 1,
                b'\\' => self.escape(),
                b'{' | b'}' if !specification && self.peek(1) == Some(byte) => self.at += 2,
                b'{' => {
                    let brace = self.take(Kind::Symbol, 1);
                    self.depth += 1;
                    self.frames.push(Frame::Field { depth: self.depth });
                    return Some(brace);
                }
                b'}' if specification => {
                    self.frames.pop();
                    return Some(self.end_of_field());
                }
                b'\n' | b'\r' if quotes.triple => self.line_end(),
                b'\n' | b'\r' => break,
                _ if quotes.start(&self.source[self.at..]) => {
                    self.at += quotes.len();
                    break;
                }
                _ => self.at += 1,
            }
        }
        // Also out of a field that was left open.
        while let Some(frame) = self.frames.pop() {
            if let Frame::Literal(Literal { specification: false, depth, .. }) = frame {
                self.depth = depth;
                break;
            }
        }
        None
    }

    /// A symbol that matters to the innermost field, if it is one.
    pub(super) fn field_symbol(&mut self, byte: u8) -> Option<Token<'a>> {
        let [.., Frame::Literal(literal), Frame::Field { depth }] = self.frames[..] else { return None };
        if self.depth > depth {
            return None;
        }
        match byte {
            b'}' => return Some(self.end_of_field()),
            b':' => self.frames.push(Frame::Literal(Literal { specification: true, ..literal })),
            // A bracket that was not opened in the field does not close what is around it.
            b')' | b']' => {}
            _ => return None,
        }
        Some(self.take(Kind::Symbol, 1))
    }

    fn end_of_field(&mut self) -> Token<'a> {
        if let Some(Frame::Field { depth }) = self.frames.pop() {
            self.depth = depth - 1;
        }
        self.take(Kind::Symbol, 1)
    }
}
