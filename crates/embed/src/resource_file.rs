//! Resources in a file of their own, which several programs share.

use std::fs::File;
use std::path::{Path, PathBuf};

use pyox_interpreter_config::ResourceFile;
use pyox_native_loader::is_mapped_from_file;
use pyox_packed_resources::{Blob, hex};

use crate::error::NewInterpreterError;
use crate::privileges;

/// Maps the file, which is found relative to the executable, and checks that it is the one the program was made with.
/// It stays mapped as long as the process lives.
pub(crate) fn map(file: &ResourceFile, executable: &Path) -> Result<Blob<'static>, NewInterpreterError> {
    let path = executable.parent().unwrap_or(Path::new("/")).join(&file.path);
    let bytes = match map_file(&path) {
        Ok(map) => map,
        Err(source) => return Err(NewInterpreterError::ResourceFile { path, source: source.into() }),
    };
    match Blob::open(bytes).and_then(|blob| Ok((blob, blob.digest()?))) {
        Ok((blob, Some(found))) if found == file.digest => Ok(blob),
        Ok((_, found)) => Err(mismatch(path, file.digest, found)),
        Err(source) => Err(NewInterpreterError::ResourceFile { path, source: source.into() }),
    }
}

fn map_file(path: &Path) -> std::io::Result<&'static [u8]> {
    let file = File::open(path)?;
    if !privileges::trusts(&file.metadata()?) {
        let why =
            "the program has more privileges than the one who starts it, and others than its owner may change the file";
        return Err(std::io::Error::new(std::io::ErrorKind::PermissionDenied, why));
    }
    // SAFETY: a private read-only mapping. As with a shared library, whoever changes the file while programs use it
    // breaks them; files are replaced as a whole instead.
    let map = unsafe { memmap2::Mmap::map(&file) }?;
    let bytes: &'static [u8] = Box::leak(Box::new(map));
    // SAFETY: the mapping is private and read-only.
    unsafe { is_mapped_from_file(bytes) };
    Ok(bytes)
}

fn mismatch(path: PathBuf, expected: [u8; 32], found: Option<[u8; 32]>) -> NewInterpreterError {
    let start = |digest: [u8; 32]| hex(&digest[..8]);
    let found = found.map_or_else(|| "none".to_owned(), start);
    NewInterpreterError::ResourceFileDigest { path, expected: start(expected), found }
}
