//! Packed resources of one version become a file of another.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::io::{Read, Seek, Write};
use std::path::Path;

use pyox_legacy_resources::{Loss, LossKind, Packed, Writer as LegacyWriter, convert};
use pyox_output::{PLAIN, Stage};
use pyox_packed_resources::{
    Blob, Decoder, Encoding, Entry, Error as FormatError, Field, FieldKind, Index, NativePaths, Writer,
};
use sha2::{Digest, Sha256};

use crate::Error;
use crate::lost::Lost;
use crate::resource_file::ResourceFile;

/// How packed resources become those of another version: 1 to 3 become 4, and 4 becomes 3.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Conversion {
    /// The version to write, 3 or 4; `None` for the one that is possible.
    pub to: Option<u8>,
    /// How paths of files are written in version 3.
    pub paths: NativePaths,
    /// What version 3 may lack.
    pub may_lose: BTreeSet<LossKind>,
    /// How many bytes the values may have once decoded; `None` for [`ResourceFile::decoded_limit`].
    pub limit: Option<u64>,
}

impl Default for Conversion {
    /// To the version that is possible, with the paths of this platform and without any loss.
    fn default() -> Self {
        Self { to: None, paths: NativePaths::HOST, may_lose: BTreeSet::new(), limit: None }
    }
}

/// What [`Conversion::write`] has done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Converted {
    /// The version that was read.
    pub from: u8,
    /// The version that was written.
    pub to: u8,
    /// Number of entries that were written.
    pub entries: usize,
    /// Number of values in files, to which the output refers as the input does.
    pub in_files: usize,
    /// Length of the resources that were read, in bytes.
    pub read: u64,
    /// Length of the output, in bytes.
    pub written: u64,
    /// What the output lacks.
    pub lost: Vec<Lost>,
}

impl Conversion {
    /// Sets the version to write, 3 or 4.
    #[must_use]
    pub fn to(mut self, version: impl Into<Option<u8>>) -> Self {
        self.to = version.into();
        self
    }

    /// Sets how paths of files are written in version 3.
    #[must_use]
    pub fn paths(mut self, paths: NativePaths) -> Self {
        self.paths = paths;
        self
    }

    /// Allows version 3 to lack things of these kinds.
    #[must_use]
    pub fn may_lose(mut self, kinds: impl IntoIterator<Item = LossKind>) -> Self {
        self.may_lose.extend(kinds);
        self
    }

    /// Sets how many bytes the values may have once decoded.
    #[must_use]
    pub fn limit(mut self, bytes: impl Into<Option<u64>>) -> Self {
        self.limit = bytes.into();
        self
    }

    /// Converts the resources of a file or program and writes them to `output`, which is complete then or as it was.
    /// What was written is read back and compared with the input before it is put into place.
    ///
    /// # Errors
    ///
    /// [`Error::NoConversion`] between two versions that are none or one, [`Error::ConversionLoss`] for everything that
    /// would be lost and may not, [`Error::Convert`] for what the other version cannot hold and for damage,
    /// [`Error::ConversionDiffers`] if the output is not what was written, those of
    /// [`Outputs::writes`](pyox_output::Outputs::writes), and [`Error::Io`].
    pub fn write(&self, file: &ResourceFile, output: &Path) -> Result<Converted, Error> {
        file.inputs().writes("the output", output)?;
        let packed = file.packed()?;
        let from = packed.version();
        let to = self.to.unwrap_or(if from == 4 { 3 } else { 4 });
        let failed = |source| Error::Convert { path: file.path().to_owned(), to, source };
        let (target, losses) = match (&packed, to) {
            (Packed::Legacy(resources), 4) => {
                (Target::Version4(convert::from_legacy(resources).map_err(failed)?), Vec::new())
            }
            (Packed::Blob(blob), 3) => self.to_version_3(file.path(), blob)?,
            _ => return Err(Error::NoConversion { path: file.path().to_owned(), from, to }),
        };
        let limit = self.limit.unwrap_or(file.decoded_limit());
        let expected = contents(&packed, &losses, limit).map_err(failed)?;
        let (mut entries, mut length) = (0, 0);
        let mut stage = Stage::default();
        stage.file(output, PLAIN, |out| {
            let io = || Error::io("write", output);
            length = target.write_to(out).map_err(|error| match error {
                FormatError::Write(source) => io()(source),
                source => failed(source),
            })?;
            out.flush().map_err(io())?;
            let mut written = Vec::new();
            let file = out.get_mut();
            file.rewind().and_then(|()| file.read_to_end(&mut written)).map_err(io())?;
            entries =
                self.check(&written, to, &expected).ok_or(Error::ConversionDiffers { path: output.to_owned() })?;
            Ok::<_, Error>(())
        })?;
        stage.put_in_place()?;
        Ok(Converted {
            from,
            to,
            entries,
            in_files: expected.iter().filter(|content| content.in_file).count(),
            read: file.resources().len() as u64,
            written: length,
            lost: losses.iter().map(Lost::from).collect(),
        })
    }

    fn to_version_3<'a>(&self, path: &Path, blob: &Blob<'a>) -> Result<(Target<'a>, Vec<Loss<'a>>), Error> {
        let mut losses = Vec::new();
        let converted = convert::to_legacy_writer(blob, self.paths, |loss| {
            losses.push(*loss);
            true
        });
        let refused = losses.iter().filter(|loss| !self.may_lose.contains(&loss.kind()));
        let refused: Vec<Lost> = refused.map(Lost::from).collect();
        if !refused.is_empty() {
            return Err(Error::ConversionLoss { path: path.to_owned(), losses: refused });
        }
        let writer = converted.map_err(|source| Error::Convert { path: path.to_owned(), to: 3, source })?;
        Ok((Target::Version3(writer), losses))
    }

    /// Number of entries, if the bytes are undamaged resources of this version with the expected contents.
    fn check(&self, bytes: &[u8], version: u8, expected: &[Content]) -> Option<usize> {
        let packed = Packed::open_with(bytes, self.paths).ok().filter(|packed| packed.version() == version)?;
        packed.verify().ok()?;
        (contents(&packed, &[], u64::MAX).ok()? == expected).then(|| packed.entry_count().ok())?
    }
}

/// What is to be written.
enum Target<'a> {
    Version3(LegacyWriter<'a>),
    Version4(Writer),
}

impl Target<'_> {
    fn write_to(&self, out: &mut dyn Write) -> Result<u64, FormatError> {
        match self {
            Self::Version3(writer) => writer.write_to(out),
            Self::Version4(writer) => writer.write_to(out),
        }
    }
}

/// A value, and where it belongs in every version of the format.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Content {
    /// Empty for the files of a distribution, whose name each version spells in its own way.
    entry: String,
    kind: FieldKind,
    key: String,
    in_file: bool,
    /// SHA-256 of the value, or of the path of its file.
    digest: [u8; 32],
}

/// All values but those that are lost, and but the names of metadata directories, which version 3 does not hold.
fn contents(packed: &Packed<'_>, losses: &[Loss<'_>], limit: u64) -> Result<Vec<Content>, FormatError> {
    let lost: BTreeSet<(&str, FieldKind, &str)> = losses
        .iter()
        .filter_map(|loss| match *loss {
            Loss::Field { entry, kind, key } => Some((entry, kind, key)),
            _ => None,
        })
        .collect();
    let decoder = Decoder::with_limit(limit);
    let mut contents = Vec::new();
    for entry in packed.entries() {
        let entry = entry?;
        for field in entry.fields() {
            let field = field?;
            let is_lost = lost.contains(&(entry.name(), field.kind(), field.key()));
            if !is_lost && field.kind() != FieldKind::MetadataDirectory {
                contents.push(content(&decoder, &entry, &field)?);
            }
        }
    }
    contents.sort();
    Ok(contents)
}

fn content<'a>(decoder: &Decoder<'a>, entry: &Entry<'a>, field: &Field<'a>) -> Result<Content, FormatError> {
    let in_file = field.encoding()? == Encoding::File;
    let digest = match field.file()? {
        Some(path) => Sha256::digest(path.as_bytes()),
        None => {
            let mut digest = Sha256::new();
            let counted = decoder.copy(field, |part| {
                digest.update(part);
                Ok::<_, Infallible>(())
            });
            counted?.map(drop).unwrap_or_default();
            digest.finalize()
        }
    };
    let is_of_distribution = field.kind() == FieldKind::DistributionResource;
    let name = if is_of_distribution { "" } else { entry.name() };
    Ok(Content {
        entry: name.to_owned(),
        kind: field.kind(),
        key: field.key().to_owned(),
        in_file,
        digest: digest.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(source: &[u8]) -> Result<Vec<u8>, FormatError> {
        let mut writer = Writer::new();
        writer.entry("pkg").field(FieldKind::Source, source.to_vec());
        writer.to_vec()
    }

    #[test]
    fn what_is_read_back_has_to_be_what_was_meant() -> Result<(), FormatError> {
        let (bytes, other) = (written(b"x = 1\n")?, written(b"x = 2\n")?);
        let packed = Packed::open(&bytes)?;
        let (expected, conversion) = (contents(&packed, &[], 1000)?, Conversion::default());
        assert_eq!(conversion.check(&bytes, 4, &expected), Some(1));
        assert_eq!(conversion.check(&bytes, 3, &expected), None, "another version");
        assert_eq!(conversion.check(&other, 4, &expected), None, "another value");
        assert_eq!(conversion.check(&written(b"")?[..100], 4, &expected), None, "cut off");
        let mut damaged = bytes.clone();
        damaged[40] ^= 1;
        assert_eq!(conversion.check(&damaged, 4, &expected), None, "damaged");
        let lost = Loss::Field { entry: "pkg", kind: FieldKind::Source, key: "" };
        assert_eq!(conversion.check(&bytes, 4, &contents(&packed, &[lost], 1000)?), None, "too much");
        Ok(())
    }
}
