//! Results of a build.
//!
//! * [`Outputs`] are the inputs and outputs of a command: no output takes the place of an input or of another output.
//! * [`write_atomically`] writes one file, [`Stage`] several, so that they are complete or not there.
//! * [`default_output`] says where a program goes if nothing else does.
//!
//! A command names everything that it reads and writes in [`Outputs`], does its work, writes to a [`Stage`], and puts
//! that in place at the end. In the sources, `outputs.rs` comes first, with `identity.rs` (whether two paths are one
//! file) and `ours.rs` (what may be replaced) below it; then `stage.rs`.
#![forbid(unsafe_code)]

mod error;
mod identity;
mod ours;
mod outputs;
mod stage;

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

pub use error::Error;
pub use ours::is_output;
pub use outputs::Outputs;
pub use stage::Stage;

/// Permission bits of a new program, as far as the umask of the process allows them.
pub const EXECUTABLE: u32 = 0o777;
/// Permission bits of other files.
pub const PLAIN: u32 = 0o666;

/// How the names of files and directories start that are written aside.
const ASIDE: &str = ".pyoxidizer-";

/// Where a program called `name` goes if it is not said where: `name` in the working directory, or `name.bin` if that
/// is taken by anything but an earlier program, such as the directory of the package itself, or what is packed.
///
/// # Errors
///
/// [`Error::IsForeign`] if both are taken.
pub fn default_output(name: &str) -> Result<PathBuf, Error> {
    let (plain, other) = (PathBuf::from(name), PathBuf::from(format!("{name}.bin")));
    let is_free = |path: &Path| path.symlink_metadata().is_err() || path.is_file() && ours::is_program(path);
    match (is_free(&plain), is_free(&other)) {
        (true, _) => Ok(plain),
        (false, true) => Ok(other),
        (false, false) => Err(Error::IsForeign { path: plain, other }),
    }
}

/// Whether a path with `/` between its parts leads to what is, or was left, aside.
pub fn is_aside(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with(ASIDE))
}

/// The directory of a path, `.` if it names none.
pub fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes `path` through a temporary file beside it that is renamed at the end. A failure leaves `path` as it was.
/// The umask takes its part of `mode`.
pub fn write_atomically<E: From<Error>>(
    path: &Path,
    mode: u32,
    write: impl FnOnce(&mut BufWriter<&mut File>) -> Result<(), E>,
) -> Result<(), E> {
    let directory = parent(path);
    std::fs::create_dir_all(directory).map_err(Error::io("create", directory))?;
    let mut file = with_mode(&mut tempfile::Builder::new(), mode)
        .prefix(ASIDE)
        .tempfile_in(directory)
        .map_err(Error::io("write into", directory))?;
    let mut out = BufWriter::with_capacity(1 << 18, file.as_file_mut());
    write(&mut out)?;
    out.flush().map_err(Error::io("write", path))?;
    drop(out);
    file.persist(path).map_err(|error| Error::io("write", path)(error.error))?;
    Ok(())
}

#[cfg(unix)]
fn with_mode<'b>(
    builder: &'b mut tempfile::Builder<'static, 'static>,
    mode: u32,
) -> &'b mut tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn with_mode<'b>(
    builder: &'b mut tempfile::Builder<'static, 'static>,
    _mode: u32,
) -> &'b mut tempfile::Builder<'static, 'static> {
    builder
}

/// A new file, to be written and read back. The umask takes its part of `mode`.
pub fn create_new(path: &Path, mode: u32) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
