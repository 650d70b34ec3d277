//! Layers in the cache: one file each, of the blob, the facts about it, and the length of the blob.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use pyox_build_cache::{self as kept, Kept, digest};
use pyox_linker::Progress;
use pyox_scanner::{ResourceSource, Spool};

use super::stored::{LONG_LAYER, Stored};
use super::{COMPRESSION_LEVEL, Facts, Layer, LayerBuilder};
use crate::error::Error;
use crate::plan::LayerKind;
use crate::policy::Policy;

/// Changes whenever layers are made differently from the same input.
const LAYER_VERSION: &[u8] = b"41";

impl LayerBuilder<'_> {
    /// Where a layer is kept. It is named by everything that can be known before it is made.
    pub(crate) fn place(&self, kind: LayerKind, identity: &str, below: &[&Layer]) -> PathBuf {
        let locations = Some(&self.policy.locations).filter(|_| kind != LayerKind::StandardLibrary);
        // Those that make a difference to the standard library are in its identity.
        let names = Some((&self.policy.includes, &self.policy.excludes)).filter(|_| kind != LayerKind::StandardLibrary);
        let compression = (self.compresses_everything(kind), COMPRESSION_LEVEL);
        let Policy { optimize, include_source, virtual_files, .. } = self.policy;
        let form = (optimize, include_source, virtual_files, compression, locations, names);
        let form = format!("{form:?}");
        let (python, compiler) = (self.python.target().identity(), self.compiler().identity());
        let libraries = below.iter().flat_map(|layer| layer.natives()).filter(|native| native.is_library);
        let mut parts =
            vec![LAYER_VERSION, kind.name().as_bytes(), identity.as_bytes(), form.as_bytes(), python.as_bytes()];
        parts.push(compiler.as_bytes());
        parts.extend(libraries.map(|library| library.name.as_bytes()));
        self.cache.directory("layers").join(digest(parts))
    }

    /// A layer that is kept, unless it is damaged, or the libraries of this machine are not those that it was made
    /// with.
    pub(crate) fn load(&self, place: &Path, progress: &mut dyn Progress) -> Option<Layer> {
        if self.refresh {
            return None;
        }
        let layer = match is_long(place) {
            true => kept::open(place).map(|(file, length)| split_file(file, length)),
            false => kept::read(place).map(split),
        };
        let layer = match layer {
            Kept::Intact(parts) => parts.and_then(|(stored, facts)| Layer::new(stored, facts).ok()),
            Kept::Damaged => None,
            Kept::Absent => return None,
        };
        let Some(layer) = layer else {
            progress.damaged(place, 1);
            return None;
        };
        let libraries = self.libraries();
        layer.facts.lookups.iter().all(|lookup| lookup.still_holds(&libraries)).then_some(layer)
    }

    /// Makes a layer and keeps it.
    pub(crate) fn make(
        &self,
        place: &Path,
        kind: LayerKind,
        source: &dyn ResourceSource,
        below: &[&Layer],
        progress: &mut dyn Progress,
    ) -> Result<Layer, Error> {
        let layer = self.layer(kind, source, below, progress)?;
        let facts = serde_json::to_vec(&layer.facts).map_err(|error| Error::io("write", place)(error.into()))?;
        let length = layer.stored.len();
        let written = kept::write_with(place, |out| {
            layer.stored.copy(out)?;
            out.write_all(&facts)?;
            out.write_all(&length.to_le_bytes())
        });
        written.map_err(Error::io("write", place))?;
        Ok(layer)
    }
}

/// Whether a layer is not to be held whole.
fn is_long(place: &Path) -> bool {
    fs::metadata(place).is_ok_and(|metadata| metadata.len() >= LONG_LAYER)
}

/// The blob and its facts.
fn split(mut bytes: Vec<u8>) -> Option<(Stored, Facts)> {
    let (rest, length) = bytes.split_last_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let facts = serde_json::from_slice(rest.get(length..)?).ok()?;
    bytes.truncate(length);
    Some((Stored::whole(bytes), facts))
}

/// The same of a file with so many bytes.
fn split_file(file: File, length: u64) -> Option<(Stored, Facts)> {
    let file = Spool::of(file, length);
    let (mut blob, facts_end) = ([0; 8], length.checked_sub(8)?);
    file.range(facts_end, 8).read_exact(&mut blob).ok()?;
    let blob = u64::from_le_bytes(blob);
    let mut text = Vec::new();
    file.range(blob, facts_end.checked_sub(blob)?).read_to_end(&mut text).ok()?;
    let facts: Facts = serde_json::from_slice(&text).ok()?;
    // What is beside the program is read from memory.
    let start = if facts.relative_files.is_empty() { facts.start } else { blob };
    Some((Stored::in_file(file, blob, start).ok()?, facts))
}
