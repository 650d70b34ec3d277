//! Writing an archive.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use pyox_output::{PLAIN, write_atomically};
use tar::{Builder, EntryType, Header};

use super::files::{Member, Members};
use crate::Error;

/// When every file was changed, in seconds since 1970: the second day of 1980, which zip files can hold.
const MODIFIED: u64 = 315_619_200;
/// The level of compression: beyond it, it takes much longer.
const LEVEL: i32 = 6;

/// Writes the members in the order of their paths.
pub(super) fn archive(path: &Path, members: Members) -> Result<(), Error> {
    write_atomically(path, PLAIN, |out| {
        let write = |source| Error::io("write", path)(source);
        let mut encoder = zstd::Encoder::new(out, LEVEL).map_err(write)?;
        encoder.include_checksum(true).map_err(write)?;
        let mut tar = Builder::new(encoder);
        for (name, member) in members.0 {
            add(&mut tar, &name, member, path)?;
        }
        tar.into_inner().and_then(zstd::Encoder::finish).map_err(write)?.flush().map_err(write)
    })
}

fn add(tar: &mut Builder<impl Write>, name: &str, member: Member, archive: &Path) -> Result<(), Error> {
    let write = |source| Error::io("write", archive)(source);
    let bytes = |executable, content: Vec<u8>| (header(content.len() as u64, executable), content);
    let (mut header, content) = match member {
        Member::Symlink(target) => {
            let mut header = header(0, true);
            header.set_entry_type(EntryType::Symlink);
            return tar.append_link(&mut header, name, target).map_err(write);
        }
        Member::File(path, executable) => {
            // Whole, since its length must not change in between.
            let mut content = Vec::new();
            let file = fs::File::open(&path).and_then(|mut file| file.read_to_end(&mut content));
            file.map_err(Error::io("read", &path))?;
            bytes(executable, content)
        }
        Member::Bytes(content) => bytes(false, content),
        Member::Executable(content) => bytes(true, content),
    };
    tar.append_data(&mut header, name, io::Cursor::new(content)).map_err(write)
}

fn header(length: u64, executable: bool) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_size(length);
    header.set_mode(if executable { 0o755 } else { 0o644 });
    header.set_mtime(MODIFIED);
    header.set_uid(0);
    header.set_gid(0);
    header
}
