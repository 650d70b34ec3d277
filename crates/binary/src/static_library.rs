//! What static libraries lack: archives of ELF objects as `ar` makes them.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

const MAGIC: &[u8; 8] = b"!<arch>\n";
/// Length of the header of a member, in bytes.
const MEMBER: u64 = 60;
/// Length of the header of a 64-bit object, in bytes.
const OBJECT: usize = 64;
/// Length of a section header and of a symbol of a 64-bit object, in bytes.
const SECTION: usize = 64;
const SYMBOL: usize = 24;
const SHT_SYMTAB: u64 = 2;
const STB_GLOBAL: u8 = 1;
/// No table of an object of an interpreter is longer, in bytes.
const LONGEST_TABLE: u64 = 64 << 20;

/// The symbols for which `is_meant` says so that objects of these static libraries need and none of them defines; such
/// a library was installed without others that belong to it. Objects that are not for 64-bit little-endian ELF, and
/// what is damaged, say nothing.
///
/// Reads the tables of symbols only: a few megabytes of a library with debug information.
///
/// # Errors
///
/// If a file cannot be read.
pub fn lacking_symbols<'p>(
    libraries: impl IntoIterator<Item = &'p Path>,
    is_meant: impl Fn(&str) -> bool,
) -> io::Result<BTreeSet<String>> {
    let (mut needed, mut defined) = (BTreeSet::new(), BTreeSet::new());
    for library in libraries {
        let mut file = File::open(library)?;
        let len = file.metadata()?.len();
        let mut start = [0; MAGIC.len()];
        if len < MEMBER || file.read_exact(&mut start).is_err() || &start != MAGIC {
            continue;
        }
        let mut at = MAGIC.len() as u64;
        while at + MEMBER <= len {
            let header = read(&mut file, at, MEMBER)?;
            let Some(length) = decimal(&header[48..58]) else { break };
            let content = at + MEMBER..(at + MEMBER).saturating_add(length).min(len);
            if let Some((symbols, names)) = symbol_table(&mut file, content.clone())? {
                for symbol in symbols.chunks_exact(SYMBOL) {
                    note(symbol, &names, &is_meant, &mut needed, &mut defined);
                }
            }
            at = content.end.saturating_add(length % 2);
        }
    }
    Ok(needed.difference(&defined).cloned().collect())
}

fn note(
    symbol: &[u8],
    names: &[u8],
    is_meant: &impl Fn(&str) -> bool,
    needed: &mut BTreeSet<String>,
    defined: &mut BTreeSet<String>,
) {
    let name = names.get(number::<4>(symbol, 0) as usize..).and_then(|rest| rest.split(|&byte| byte == 0).next());
    let Some(name) = name.and_then(|name| std::str::from_utf8(name).ok()).filter(|name| is_meant(name)) else { return };
    let is_defined = number::<2>(symbol, 6) != 0;
    if is_defined {
        defined.insert(name.to_owned());
    } else if symbol[4] >> 4 == STB_GLOBAL {
        needed.insert(name.to_owned());
    }
}

/// The table of symbols of an object, and their names.
fn symbol_table(file: &mut File, object: std::ops::Range<u64>) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
    let within = |offset: u64, len: u64| {
        let start = object.start.checked_add(offset)?;
        (start.checked_add(len)? <= object.end && len <= LONGEST_TABLE).then_some(start)
    };
    let Some(start) = within(0, OBJECT as u64) else { return Ok(None) };
    let header = read(file, start, OBJECT as u64)?;
    if !header.starts_with(b"\x7fELF\x02\x01") || number::<2>(&header, 58) != SECTION as u64 {
        return Ok(None);
    }
    let (offset, len) = (number::<8>(&header, 40), number::<2>(&header, 60) * SECTION as u64);
    let Some(start) = within(offset, len) else { return Ok(None) };
    let sections = read(file, start, len)?;
    let section = |at: usize| sections.chunks_exact(SECTION).nth(at);
    let mut table = |section: &[u8]| match within(number::<8>(section, 24), number::<8>(section, 32)) {
        Some(start) => read(file, start, number::<8>(section, 32)),
        None => Ok(Vec::new()),
    };
    let symbols = sections.chunks_exact(SECTION).find(|section| number::<4>(section, 4) == SHT_SYMTAB);
    let Some((symbols, names)) = symbols.and_then(|found| Some((found, section(number::<4>(found, 40) as usize)?)))
    else {
        return Ok(None);
    };
    Ok(Some((table(symbols)?, table(names)?)))
}

fn read(file: &mut File, at: u64, len: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = vec![0; usize::try_from(len).map_err(io::Error::other)?];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn decimal(field: &[u8]) -> Option<u64> {
    std::str::from_utf8(field).ok()?.trim().parse().ok()
}

/// A little-endian number of `N` bytes of an entry that is long enough.
fn number<const N: usize>(entry: &[u8], at: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes[..N].copy_from_slice(&entry[at..at + N]);
    u64::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn what_no_library_has_is_lacking() -> io::Result<()> {
        let directory = tempfile::tempdir()?;
        let place = directory.path();
        for (name, source) in [
            (
                "one",
                "int Py_two(void); __attribute__((weak)) int Py_weak(void); int free(void*);\n\
                     int Py_one(void) { return Py_two() + (Py_weak ? Py_weak() : 0) + free(0); }",
            ),
            ("two_with_a_name_that_is_longer_than_fits", "int Py_three; int Py_two(void) { return Py_three; }"),
        ] {
            std::fs::write(place.join(format!("{name}.c")), source)?;
            let mut compiler = Command::new("cc");
            assert!(compiler.args(["-c", "-g", "-w", &format!("{name}.c")]).current_dir(place).status()?.success());
            let archive = [format!("lib{name}.a"), format!("{name}.o")];
            assert!(Command::new("ar").arg("rcs").args(archive).current_dir(place).status()?.success());
        }
        let (one, two) = (place.join("libone.a"), place.join("libtwo_with_a_name_that_is_longer_than_fits.a"));
        let is_meant = |name: &str| name.starts_with("Py");
        assert!(lacking_symbols([&*one], is_meant)?.iter().eq(["Py_two"]));
        assert!(lacking_symbols([&*one, &*two], is_meant)?.is_empty());
        let whole = std::fs::read(&one)?;
        for at in (0..whole.len()).step_by(13) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0xff;
            std::fs::write(place.join("damaged.a"), damaged)?;
            lacking_symbols([&*place.join("damaged.a")], is_meant)?;
        }
        std::fs::write(place.join("short.a"), &whole[..whole.len() / 2])?;
        lacking_symbols([&*place.join("short.a")], is_meant)?;
        Ok(())
    }
}
