//! The packed files of the program for the whole process.

use std::path::PathBuf;
use std::sync::OnceLock;

use pyox_finder::{Loaded, PackedFiles, Roots};
use pyox_packed_resources::Blob;
use pyox_python_objects::Gil;
use pyox_virtual_files::{Content, Files, HEADER_LEN};

/// A process has one tree.
static FILES: OnceLock<PackedFiles> = OnceLock::new();
/// The program whose tree that is, and its directory in the cache, if paths are files.
static STARTED: OnceLock<(PathBuf, String)> = OnceLock::new();

struct Tree;

impl Files for Tree {
    fn each(&self, visit: &mut dyn FnMut(&[&[u8]], Content)) {
        if let Some(files) = FILES.get() {
            files.each(&mut |path, field, blob, has_header| {
                let content = Content::new(field, Some(blob));
                visit(path, if has_header { content.header(header) } else { content });
            });
        }
    }

    fn library(&self, name: &str) -> Option<Content> {
        let (field, blob) = FILES.get()?.library(name)?;
        Some(Content::new(field, Some(blob)))
    }
}

/// What comes before bytecode in a file.
fn header() -> [u8; HEADER_LEN] {
    FILES.get().map_or([0; HEADER_LEN], PackedFiles::header)
}

/// Paths below the program's are those of its packed files from now on, unless someone has turned that off, or it is
/// not possible. The importer then says which native code it has loaded from memory.
pub(crate) fn start(roots: &Roots, blobs: &[Blob<'static>], script: Option<String>) -> Option<Loaded> {
    let name = directory_name(blobs);
    let is_first = FILES.set(PackedFiles::new(blobs.to_vec(), roots.clone(), script)).is_ok();
    if is_first && matches!(pyox_virtual_files::start(roots.program(), &name, &Tree), Ok(true)) {
        let _ = STARTED.set((roots.program().to_owned(), name.clone()));
    }
    // Another interpreter of this process may have started with them.
    let is_started = STARTED.get().is_some_and(|started| *started == (roots.program().to_owned(), name));
    is_started.then_some(pyox_virtual_files::loaded)
}

/// Python runs.
pub(crate) fn started(gil: Gil) {
    if let Some(files) = FILES.get() {
        files.started(gil);
    }
}

/// The name of the directory in the cache: it follows from all that is packed, by the checksums of its sections.
fn directory_name(blobs: &[Blob<'static>]) -> String {
    let sections = blobs.iter().flat_map(Blob::sections);
    let numbers = sections.flat_map(|section| [section.kind.code().into(), section.crc.into(), section.length]);
    // FNV-1a with 128 bits.
    let digest =
        numbers.flat_map(u64::to_le_bytes).fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
            (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
        });
    format!("files-{digest:032x}")
}
