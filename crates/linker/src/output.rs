//! Writing files so that they are complete or not there.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Whether a program can be written to `path`: quick, and to be asked before the long work.
///
/// # Errors
///
/// `path` is a directory or a device, is one of `inputs`, or has no directory to be in.
pub fn check_output(path: &Path, inputs: &[&Path]) -> Result<(), Error> {
    if path.is_dir() {
        return Err(Error::OutputIsDirectory { path: path.to_owned() });
    }
    if path.exists() && !path.is_file() {
        return Err(Error::OutputIsSpecial { path: path.to_owned() });
    }
    if inputs.iter().any(|input| is_same_file(input, path)) {
        return Err(Error::OutputIsInput { path: path.to_owned() });
    }
    let directory = parent(path);
    if directory.is_dir() {
        Ok(())
    } else {
        Err(Error::NoOutputDirectory { path: path.to_owned(), directory: directory.to_owned() })
    }
}

/// Where a program called `name` goes if nobody says where: `name` in the working directory, or `name.bin` if that is
/// taken by a directory, as that of the package itself, or by what is packed.
pub fn default_output(name: &str, source: Option<&Path>) -> PathBuf {
    let plain = PathBuf::from(name);
    let is_taken = plain.is_dir() || source.is_some_and(|source| is_same_file(source, &plain));
    if is_taken { PathBuf::from(format!("{name}.bin")) } else { plain }
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    // Of a file that is not there yet its directory is.
    let place = |path: &Path| -> std::io::Result<PathBuf> {
        path.canonicalize().or_else(|_| Ok(parent(path).canonicalize()?.join(path.file_name().unwrap_or_default())))
    };
    place(one).is_ok_and(|one| place(other).is_ok_and(|other| one == other))
}

pub(crate) fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes `path` through a temporary file beside it that is renamed at the end. A failure leaves `path` as it was.
pub(crate) fn write_atomically<E: From<Error>>(
    path: &Path,
    mode: u32,
    write: impl FnOnce(&mut BufWriter<&mut std::fs::File>) -> Result<(), E>,
) -> Result<(), E> {
    let directory = parent(path);
    std::fs::create_dir_all(directory).map_err(Error::io("create", directory))?;
    let mut file = tempfile::Builder::new()
        .prefix(".pyoxidizer-")
        .tempfile_in(directory)
        .map_err(Error::io("write into", directory))?;
    let mut out = BufWriter::with_capacity(1 << 18, file.as_file_mut());
    write(&mut out)?;
    out.flush().map_err(Error::io("write", path))?;
    drop(out);
    set_mode(file.as_file(), mode).map_err(Error::io("write", path))?;
    file.persist(path).map_err(|error| Error::io("write", path)(error.error))?;
    Ok(())
}

#[cfg(unix)]
pub(crate) fn set_mode(file: &std::fs::File, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
pub(crate) fn set_mode(_file: &std::fs::File, _mode: u32) -> std::io::Result<()> {
    Ok(())
}
