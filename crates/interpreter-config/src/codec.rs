//! The binary form: the only place that knows bincode.

use bincode::config::{Configuration, Fixint, Limit, LittleEndian};

use crate::InterpreterConfig;

/// No configuration is larger, in bytes; bounds what a damaged length can make the decoder allocate.
const LIMIT: usize = 1 << 20;
/// The version of what a launcher expects of a program, besides the format of packed resources. Changes whenever the
/// encoding of [`InterpreterConfig`] does, or how the launcher finds and starts a program.
pub const VERSION: u8 = 7;

const FORMAT: Configuration<LittleEndian, Fixint, Limit<LIMIT>> =
    bincode::config::standard().with_fixed_int_encoding().with_limit::<LIMIT>();

/// The configuration cannot be encoded or decoded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Made by another version of this crate.
    #[error("interpreter configuration has version {found}, this launcher reads version {expected}")]
    Version {
        /// The version in the bytes; 0 when there are none.
        found: u8,
        /// The version of this crate.
        expected: u8,
    },
    /// The bytes are not a configuration.
    #[error("interpreter configuration is damaged")]
    Decode(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The configuration is larger than a megabyte.
    #[error("interpreter configuration cannot be encoded")]
    Encode(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl InterpreterConfig {
    /// The binary form.
    ///
    /// # Errors
    ///
    /// [`Error::Encode`] if it would be larger than a megabyte.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = vec![VERSION];
        let body = bincode::serde::encode_to_vec(self, FORMAT).map_err(|error| Error::Encode(error.into()))?;
        bytes.extend(body);
        Ok(bytes)
    }

    /// Reads the binary form.
    ///
    /// # Errors
    ///
    /// [`Error::Version`] or [`Error::Decode`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let (&found, body) = bytes.split_first().unwrap_or((&0, &[]));
        if found != VERSION {
            return Err(Error::Version { found, expected: VERSION });
        }
        match bincode::serde::decode_from_slice(body, FORMAT) {
            Ok((config, read)) if read == body.len() => Ok(config),
            Ok(_) => Err(Error::Decode("bytes left over".into())),
            Err(error) => Err(Error::Decode(error.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ResourceFile, Run};

    #[test]
    fn every_prefix_is_an_error_and_every_flip_an_error_or_another_value() {
        let config = InterpreterConfig::default()
            .run_mode(Run::Script { file: "a.py".into() })
            .resource_files([ResourceFile::new("../lib/shared.resources", [7; 32])]);
        let bytes = config.encode().unwrap();
        for end in 0..bytes.len() {
            assert!(InterpreterConfig::decode(&bytes[..end]).is_err(), "prefix of {end} bytes");
        }
        for position in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[position] ^= 0xff;
            match InterpreterConfig::decode(&damaged) {
                Ok(other) => assert!(position > 0 && other != config, "byte {position} means nothing"),
                Err(Error::Version { found, expected }) => assert_eq!((position, found), (0, !expected)),
                Err(error) => assert!(matches!(error, Error::Decode(_)), "byte {position}: {error}"),
            }
        }
    }
}
