use crate::layout::SectionKind;

/// Everything that can be wrong with packed resources, or with writing them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes do not start with [`crate::MAGIC`], or that of another version that is expected.
    #[error("not packed resources of a known version: the first bytes are {found:02x?}")]
    Magic {
        /// The first bytes, at most eight.
        found: Vec<u8>,
    },
    /// The bytes end before the blob does.
    #[error("packed resources are truncated: {expected} bytes expected, {actual} present")]
    Truncated {
        /// The length the header states, or the least a header needs.
        expected: u64,
        /// The length of the slice.
        actual: u64,
    },
    /// The checksum over header and section table does not match.
    #[error("packed resources header is damaged: checksum {expected:#010x} expected, {actual:#010x} computed")]
    HeaderChecksum {
        /// The stored CRC-32.
        expected: u32,
        /// The computed CRC-32.
        actual: u32,
    },
    /// A number in the header contradicts the format.
    #[error("packed resources header is invalid: {what} is {value}")]
    Header {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: u64,
    },
    /// A section the format requires is absent.
    #[error("packed resources have no {kind:?} section")]
    MissingSection {
        /// The absent section.
        kind: SectionKind,
    },
    /// An offset or length points outside of what it must stay in.
    #[error("{what} at offset {offset} with length {length} lies outside its bounds of {limit} bytes")]
    OutOfBounds {
        /// What points there.
        what: &'static str,
        /// Start, in bytes from the start of its container.
        offset: u64,
        /// Length in bytes.
        length: u64,
        /// Length of the container in bytes.
        limit: u64,
    },
    /// A name or key is not UTF-8.
    #[error("{what} at offset {offset} is not UTF-8")]
    NotUtf8 {
        /// What is stored there.
        what: &'static str,
        /// Its offset in the names section, or in a blob of versions 1 to 3.
        offset: u64,
    },
    /// A value does not have the checksum that it was stored with.
    #[error("the value of {name} is damaged: checksum {expected:#010x} expected, {actual:#010x} computed")]
    ValueChecksum {
        /// What the value is of.
        name: String,
        /// The CRC-32 it was stored with.
        expected: u32,
        /// The computed CRC-32.
        actual: u32,
    },
    /// A section does not have its checksum.
    #[error("the {kind} section of packed resources is damaged: it does not match its checksum")]
    SectionChecksum {
        /// The section.
        kind: SectionKind,
    },
    /// A value uses an encoding this version of the crate does not know.
    #[error("value has unknown encoding {encoding}")]
    UnknownEncoding {
        /// The encoding byte.
        encoding: u8,
    },
    /// The value is not in the blob but in a file.
    #[error("value is in the file {path}")]
    InFile {
        /// Path of the file, relative to the directory the reader is given.
        path: String,
    },
    /// An index of versions 1 to 3 contradicts the format.
    #[error("index of packed resources is invalid at offset {offset}: {what}")]
    LegacyIndex {
        /// What is wrong.
        what: &'static str,
        /// Where, in bytes from the start of the blob.
        offset: u64,
    },
    /// Another version of the format has no place for something.
    #[error("packed resources version {version} cannot hold {what}")]
    NotRepresentable {
        /// The version.
        version: u8,
        /// Entry and field, or the section.
        what: String,
    },
    /// A compressed value, but the crate was built without the feature `zstd`.
    #[error("value is compressed with zstd, and this build cannot decompress")]
    CompressionDisabled,
    /// A compressed value does not decompress to its declared length.
    #[error("compressed value is damaged: {expected} bytes expected")]
    Decompress {
        /// The declared length.
        expected: u64,
        /// What the decompressor said, if it failed.
        #[source]
        source: Option<std::io::Error>,
    },
    /// The values are more than a [`Decoder`](crate::Decoder) may decode.
    #[error("the values are longer than {limit} bytes once decoded")]
    DecodedLimit {
        /// How many bytes may be decoded in all.
        limit: u64,
    },
    /// A value names a dictionary that the blob does not have.
    #[error("value is compressed with dictionary {number}, which is not there")]
    NoDictionary {
        /// Number of the dictionary, from 0.
        number: u8,
    },
    /// The samples are too few or too small for a dictionary.
    #[error("cannot make a dictionary of {samples} samples with {bytes} bytes")]
    Train {
        /// Number of samples.
        samples: usize,
        /// Bytes in all of them.
        bytes: usize,
        /// What the compressor said.
        #[source]
        source: std::io::Error,
    },
    /// Content of a resource could not be read.
    #[error("cannot read the content of {name}")]
    Content {
        /// The resource.
        name: String,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
    /// The blob cannot represent so much.
    #[error("too large for packed resources: {what} is {value}, at most {limit} is possible")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// Its value.
        value: u64,
        /// The limit.
        limit: u64,
    },
    /// Writing failed.
    #[error("cannot write packed resources")]
    Write(#[source] std::io::Error),
}
