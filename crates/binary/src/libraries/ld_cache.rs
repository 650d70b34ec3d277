//! The cache of the dynamic loader, `/etc/ld.so.cache`, in the format of glibc 2.2 and later (`ldconfig(8)`,
//! `sysdeps/generic/dl-cache.h` of glibc).

use std::path::PathBuf;

use crate::elf::image::terminated;

const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
/// Until glibc 2.31 the new format came after a table of an older one.
const OLD_MAGIC: &[u8] = b"ld.so-1.7.0\0";
const OLD_HEADER: usize = 16;
const OLD_ENTRY: usize = 12;
const HEADER: usize = 48;
const ENTRY: usize = 24;

/// The libraries in a cache as pairs of name and file, in order. Variants for special processors are left out, because
/// the program is to run on other machines. What is damaged or of another format has no entries: a cache is a help and
/// not a need.
pub(crate) fn entries(bytes: &[u8]) -> Vec<(String, PathBuf)> {
    let start = if bytes.starts_with(OLD_MAGIC) { new_format_start(bytes) } else { Some(0) };
    let Some(cache) = start.and_then(|start| bytes.get(start..)).filter(|cache| cache.starts_with(MAGIC)) else {
        return Vec::new();
    };
    let count = u32_at(cache, MAGIC.len()).unwrap_or(0) as usize;
    let table = cache.get(HEADER..).unwrap_or_default();
    table.chunks_exact(ENTRY).take(count).filter_map(|entry| entry_of(cache, entry)).collect()
}

fn entry_of(cache: &[u8], entry: &[u8]) -> Option<(String, PathBuf)> {
    let special = entry.get(16..24)?.iter().any(|&byte| byte != 0);
    if special {
        return None;
    }
    let string = |at| std::str::from_utf8(terminated(cache, u32_at(entry, at)?.into())?).ok();
    Some((string(4)?.to_owned(), PathBuf::from(string(8)?)))
}

fn new_format_start(bytes: &[u8]) -> Option<usize> {
    let count = usize::try_from(u32_at(bytes, 12)?).ok()?;
    OLD_HEADER.checked_add(count.checked_mul(OLD_ENTRY)?)?.checked_next_multiple_of(8)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cache with one plain library and one for special processors.
    fn cache() -> Vec<u8> {
        let strings = b"liba.so.1\0/lib/liba.so.1\0/lib/hwcaps/liba.so.1\0";
        let base = (HEADER + 2 * ENTRY) as u32;
        let mut bytes = MAGIC.to_vec();
        bytes.extend(2u32.to_le_bytes());
        bytes.resize(HEADER, 0);
        for (path, hwcap) in [(base + 25, 1u64 << 62), (base + 10, 0)] {
            for number in [0x303, base, path, 0] {
                bytes.extend(number.to_le_bytes());
            }
            bytes.extend(hwcap.to_le_bytes());
        }
        bytes.extend(strings);
        bytes
    }

    #[test]
    fn plain_libraries_are_listed() {
        let expected = vec![("liba.so.1".to_owned(), PathBuf::from("/lib/liba.so.1"))];
        assert_eq!(entries(&cache()), expected);
        let mut combined = OLD_MAGIC.to_vec();
        combined.extend(1u32.to_le_bytes());
        combined.resize(OLD_HEADER + OLD_ENTRY + 4, 0);
        combined.extend(cache());
        assert_eq!(entries(&combined), expected);
    }

    #[test]
    fn damage_means_fewer_entries() {
        let whole = cache();
        let expected = entries(&whole);
        // The strings of the plain library end before those of the other one.
        let end = whole.len() - b"/lib/hwcaps/liba.so.1\0".len();
        for len in 0..whole.len() {
            assert_eq!(entries(&whole[..len]), if len < end { vec![] } else { expected.clone() }, "{len} bytes");
        }
        let plain = HEADER + ENTRY;
        let (name, path, hwcap) = (plain + 4..plain + 8, plain + 8..plain + 12, plain + 16..plain + 24);
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            let found = entries(&bytes);
            let is_lost = at < MAGIC.len() || hwcap.contains(&at);
            assert!(!is_lost || found.is_empty(), "byte {at}: {found:?}");
            let changes_an_entry = name.contains(&at) || path.contains(&at);
            assert!(!changes_an_entry || found != expected, "byte {at}: {found:?}");
        }
    }
}
