//! Reading values in parts, so that memory does not follow what a small blob says or decodes to.

use std::borrow::Cow;

use crate::decode::Decoder;
use crate::error::Error;
use crate::field::Field;
use crate::layout::Encoding;

/// Values up to this length are read at once, longer ones in parts of it. In bytes.
const PART: usize = 1 << 20;

impl<'a> Decoder<'a> {
    /// Hands the value of a field to `sink`, in parts of at most 1 MiB if it is compressed, and returns its length. A
    /// value never takes more memory than a part and the window of its frame, which is at most 128 MiB.
    ///
    /// # Errors
    ///
    /// As [`Decoder::read`], also after parts that were handed over. The inner error is that of `sink`.
    pub fn copy<E>(
        &self,
        field: &Field<'a>,
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<Result<u64, E>, Error> {
        let mut parts = self.parts(field)?;
        let mut length = 0;
        while let Some(part) = parts.next()? {
            length += part.len() as u64;
            if let Err(error) = sink(part) {
                return Ok(Err(error));
            }
        }
        Ok(Ok(length))
    }

    /// The value of a field that is short, such as a path.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] if it is longer than `most` bytes, else as [`Decoder::read`].
    pub fn read_at_most(&self, field: &Field<'a>, most: u64) -> Result<Cow<'a, [u8]>, Error> {
        if field.len() > most {
            return Err(Error::TooLarge { what: "text", value: field.len(), limit: most });
        }
        self.read(field)
    }

    /// Whether two values are the same bytes. Neither is in memory as a whole.
    ///
    /// # Errors
    ///
    /// As [`Decoder::read`].
    pub fn is_same(&self, left: &Field<'a>, right: &Field<'a>) -> Result<bool, Error> {
        if left.len() != right.len() {
            return Ok(false);
        }
        let (mut left, mut right) = (self.parts(left)?, self.parts(right)?);
        loop {
            // Both are cut at the same places.
            match (left.next()?, right.next()?) {
                (None, None) => return Ok(true),
                (one, other) if one != other => return Ok(false),
                _ => {}
            }
        }
    }

    fn parts(&self, field: &Field<'a>) -> Result<Parts<'a>, Error> {
        let is_compressed = !matches!(field.encoding()?, Encoding::Raw | Encoding::File);
        match is_compressed && field.len() > PART as u64 {
            true => self.stream(field).map(|stream| Parts::Stream { stream, part: vec![0; PART] }),
            false => Ok(Parts::Whole { value: self.read(field)?, position: 0 }),
        }
    }
}

/// A value, part by part.
enum Parts<'a> {
    Whole { value: Cow<'a, [u8]>, position: usize },
    Stream { stream: crate::decode::Stream<'a>, part: Vec<u8> },
}

impl Parts<'_> {
    /// The next part, which is as long as it can be.
    fn next(&mut self) -> Result<Option<&[u8]>, Error> {
        let part = match self {
            Self::Whole { value, position } => {
                let rest = &value[*position..];
                let part = &rest[..rest.len().min(PART)];
                *position += part.len();
                part
            }
            Self::Stream { stream, part } => {
                let length = stream.fill(part)?;
                &part[..length]
            }
        };
        Ok((!part.is_empty()).then_some(part))
    }
}
