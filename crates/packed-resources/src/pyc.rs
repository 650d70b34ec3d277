//! Bytecode files: what stands before the code, and where they are.

use crate::OptimizeLevel;

/// Length of what stands before the code, in bytes ([PEP 552](https://peps.python.org/pep-0552/)).
pub const HEADER_LEN: usize = 16;

/// The directory beside a source file in which its bytecode is ([PEP 3147](https://peps.python.org/pep-3147/)).
pub const CACHE_DIRECTORY: &str = "__pycache__";

/// PEP 552: hash-based, and not to be compared with a source.
const UNCHECKED_HASH: u32 = 1;

/// The header of a file that Python takes without looking at a source. `magic` is `importlib.util.MAGIC_NUMBER`.
pub fn header(magic: [u8; 4]) -> [u8; HEADER_LEN] {
    let mut header = [0; HEADER_LEN];
    header[..4].copy_from_slice(&magic);
    header[4..8].copy_from_slice(&UNCHECKED_HASH.to_le_bytes());
    header
}

/// The marshalled code in a file; `None` if its header is damaged.
pub fn code(file: &[u8]) -> Option<&[u8]> {
    let (header, code) = file.split_at_checked(HEADER_LEN)?;
    (header[2..4] == *b"\r\n").then_some(code)
}

/// Where the bytecode of a module is whose source file has this path without its suffix:
/// `pkg/__pycache__/mod.TAG.opt-1.pyc` for `pkg/mod` (PEP 3147, [PEP 488](https://peps.python.org/pep-0488/)). `tag` is
/// `sys.implementation.cache_tag`.
pub fn cached_path(stem: &str, tag: &str, level: OptimizeLevel) -> String {
    let name = stem.rfind('/').map_or(0, |slash| slash + 1);
    let (directory, name) = stem.split_at(name);
    match level {
        OptimizeLevel::Zero => format!("{directory}{CACHE_DIRECTORY}/{name}.{tag}.pyc"),
        level => format!("{directory}{CACHE_DIRECTORY}/{name}.{tag}.opt-{}.pyc", level.number()),
    }
}

/// The path of the source file without its suffix, and the level, of bytecode at a path that [`cached_path`] gives.
pub fn source_of(path: &str, tag: &str) -> Option<(String, OptimizeLevel)> {
    let (directory, name) = path.rsplit_once('/')?;
    let directory = directory.strip_suffix(CACHE_DIRECTORY).filter(|rest| rest.is_empty() || rest.ends_with('/'))?;
    let stem = name.strip_suffix(".pyc")?;
    let (stem, level) = match stem.rsplit_once(".opt-") {
        Some((stem, level)) => (stem, OptimizeLevel::from_number(level.parse().ok()?)?),
        None => (stem, OptimizeLevel::Zero),
    };
    Some((format!("{directory}{}", stem.strip_suffix(tag)?.strip_suffix('.')?), level))
}
