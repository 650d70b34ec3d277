//! Values of a layer, in the form in which it keeps them.

use std::borrow::Cow;
use std::sync::Arc;

use pyox_packed_resources::{Blob, Compressor, Data, Dictionary, Encoding, Error, FieldKind, Value};

/// zstd level: layers are made once and read often. Those of a build for tests are read once or twice.
pub const LEVEL: i32 = if cfg!(debug_assertions) { 3 } else { 19 };

/// Below so many bytes a dictionary costs more time than it saves space.
const WORTH_A_DICTIONARY: u64 = 256 << 10;

/// What values have in common that are compressed alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ContentKind {
    Source,
    Code,
    Native,
    Other,
}

impl ContentKind {
    pub(super) const ALL: [Self; 4] = [Self::Source, Self::Code, Self::Native, Self::Other];
}

/// The dictionaries of the standard library, with which all layers are compressed.
#[derive(Default, Clone)]
pub(super) struct Dictionaries {
    source: Option<Arc<Dictionary>>,
    code: Option<Arc<Dictionary>>,
}

impl Dictionaries {
    /// Makes them of the values of a layer that is large enough to learn from.
    pub(super) fn train(source: &[Cow<'_, [u8]>], code: &[Cow<'_, [u8]>]) -> Result<Self, Error> {
        Ok(Self { source: train(source, &[448 << 10])?, code: train(code, &[1 << 20, 640 << 10])? })
    }

    /// Those that values of a layer were compressed with.
    pub(super) fn of(blob: &Blob<'_>, all: &[Option<Arc<Dictionary>>]) -> Result<Self, Error> {
        let mut found = Self::default();
        for entry in blob.entries() {
            let entry = entry?;
            for field in entry.fields() {
                let field = field?;
                if let Encoding::Dictionary(number) = field.encoding()? {
                    let place = if field.kind() == FieldKind::Source { &mut found.source } else { &mut found.code };
                    *place = all.get(usize::from(number)).cloned().flatten();
                }
            }
            if found.source.is_some() && found.code.is_some() {
                break;
            }
        }
        Ok(found)
    }

    pub(super) fn is_any(&self) -> bool {
        self.source.is_some() || self.code.is_some()
    }

    fn get(&self, kind: ContentKind) -> Option<&Arc<Dictionary>> {
        match kind {
            ContentKind::Source => self.source.as_ref(),
            ContentKind::Code => self.code.as_ref(),
            ContentKind::Native | ContentKind::Other => None,
        }
    }

    /// Compresses values of one kind, given with their lengths, on all processors.
    pub(super) fn compress(&self, kind: ContentKind, raw: &[(&Data, u64)]) -> Result<Vec<Value>, Error> {
        let total: u64 = raw.iter().map(|(_, length)| length).sum();
        let dictionary = self.get(kind).filter(|_| total >= WORTH_A_DICTIONARY);
        let workers = std::thread::available_parallelism().map_or(1, usize::from).min(raw.len().max(1));
        let next = std::sync::atomic::AtomicUsize::new(0);
        let work = || -> Result<Vec<(usize, Value)>, Error> {
            let mut compressor = match dictionary {
                Some(dictionary) => Compressor::with_dictionary(LEVEL, Arc::clone(dictionary))?,
                None => Compressor::new(LEVEL)?,
            };
            let mut done = Vec::new();
            loop {
                let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let Some((data, _)) = raw.get(index) else { return Ok(done) };
                done.push((index, compressor.compress_data(data)?));
            }
        };
        let mut values = vec![Value::raw(Vec::new()); raw.len()];
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            for thread in threads {
                match thread.join() {
                    Ok(done) => done?.into_iter().for_each(|(index, value)| values[index] = value),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            Ok(values)
        })
    }
}

/// A dictionary of the first of some sizes that the trainer can fill: one that it cannot is worse than a smaller one.
fn train(samples: &[Cow<'_, [u8]>], sizes: &[usize]) -> Result<Option<Arc<Dictionary>>, Error> {
    let total: usize = samples.iter().map(|sample| sample.len()).sum();
    // No more of a large file than any other code can have in common with it.
    let heads: Vec<&[u8]> = samples.iter().map(|sample| &sample[..sample.len().min(128 << 10)]).collect();
    let mut found = None;
    for &size in sizes {
        // The trainer wants many samples, and several times the size of the dictionary in all.
        if samples.len() >= 100 && total >= 5 * size {
            let dictionary = Dictionary::train(&heads, size)?;
            let is_full = dictionary.content()?.len() == size;
            found = Some(Arc::new(dictionary));
            if is_full {
                break;
            }
        }
    }
    Ok(found)
}
