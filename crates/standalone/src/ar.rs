//! Static libraries: archives of objects as `ar` makes them, in the common format of GNU and BSD.

use std::io::{self, Write};
use std::ops::Range;

const MAGIC: &[u8] = b"!<arch>\n";
const HEADER: usize = 60;
/// The longest name that fits into a header, with the `/` after it.
const SHORT: usize = 15;

/// The members of a static library, in order: their names, and where in the file they are. Tables of symbols and names
/// are no members. `None` for what is no static library, or damaged.
pub(crate) fn members(bytes: &[u8]) -> Option<Vec<(String, Range<usize>)>> {
    let (mut at, mut names, mut found) = (MAGIC.len(), &[][..], Vec::new());
    if !bytes.starts_with(MAGIC) {
        return None;
    }
    while at < bytes.len() {
        let header = bytes.get(at..at + HEADER)?;
        let length: usize = std::str::from_utf8(&header[48..58]).ok()?.trim().parse().ok()?;
        let start = at + HEADER;
        let content = start..start.checked_add(length)?;
        let data = bytes.get(content.clone())?;
        at = content.end.checked_add(length % 2)?;
        let name = std::str::from_utf8(&header[..16]).ok()?.trim_end();
        match name {
            "/" | "/SYM64/" | "__.SYMDEF" | "__.SYMDEF SORTED" => {}
            "//" => names = data,
            _ => {
                let (name, skipped) = long_name(name, names, data)?;
                found.push((name, content.start + skipped..content.end));
            }
        }
    }
    Some(found)
}

/// A name, and how many bytes of the content it takes.
fn long_name(name: &str, names: &[u8], data: &[u8]) -> Option<(String, usize)> {
    // BSD has a long name before the content.
    if let Some(length) = name.strip_prefix("#1/") {
        let length = length.parse().ok()?;
        let name = data.get(..length)?.split(|&byte| byte == 0).next()?;
        return Some((std::str::from_utf8(name).ok()?.to_owned(), length));
    }
    // GNU has it in a table.
    if let Some(offset) = name.strip_prefix('/') {
        let rest = names.get(offset.parse().ok()?..)?;
        let name = rest.split(|&byte| byte == b'\n').next()?;
        return Some((std::str::from_utf8(name).ok()?.trim_end_matches('/').to_owned(), 0));
    }
    Some((name.trim_end_matches('/').to_owned(), 0))
}

/// Writes a static library of these objects, without a table of symbols: for linkers that take all of it. The same
/// objects give the same bytes.
pub(crate) fn write(out: &mut dyn Write, objects: &[(String, Vec<u8>)]) -> io::Result<()> {
    out.write_all(MAGIC)?;
    let (mut table, mut names) = (Vec::new(), Vec::new());
    for (name, _) in objects {
        if name.len() <= SHORT {
            names.push(format!("{name}/"));
        } else {
            names.push(format!("/{}", table.len()));
            table.extend_from_slice(name.as_bytes());
            table.extend_from_slice(b"/\n");
        }
    }
    if !table.is_empty() {
        member(out, "//", &table)?;
    }
    names.iter().zip(objects).try_for_each(|(name, (_, content))| member(out, name, content))
}

fn member(out: &mut dyn Write, name: &str, content: &[u8]) -> io::Result<()> {
    writeln!(out, "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`", 0, 0, 0, "100644", content.len())?;
    out.write_all(content)?;
    if content.len() % 2 == 1 { out.write_all(b"\n") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let long = "a_name_that_is_longer_than_a_header.o";
        let objects: Vec<(String, Vec<u8>)> =
            [("a.o", &b"odd"[..]), (long, b"even"), ("fifteen_bytes.o", b"")].map(|(n, c)| (n.into(), c.into())).into();
        let mut bytes = Vec::new();
        write(&mut bytes, &objects).unwrap();
        let found = members(&bytes).unwrap();
        let found: Vec<_> = found.into_iter().map(|(name, range)| (name, bytes[range].to_vec())).collect();
        assert_eq!(found, objects);
        for length in 1..bytes.len() {
            // Cut between two members it is whole.
            if let Some(found) = members(&bytes[..length]) {
                assert!(found.len() < objects.len());
            }
        }
        assert_eq!(members(b"!<thin>\n"), None);
    }

    #[test]
    fn ar_reads_what_is_written_and_is_read() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("lib.a");
        let long = "a_name_that_is_longer_than_a_header.o";
        let objects = [("one.o".to_owned(), b"1".to_vec()), (long.to_owned(), b"22".to_vec())];
        let mut bytes = Vec::new();
        write(&mut bytes, &objects).unwrap();
        std::fs::write(&path, &bytes).unwrap();
        let ar = |arguments: &[&str]| {
            let output = std::process::Command::new("ar").args(arguments).current_dir(place.path()).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        assert_eq!(ar(&["t", "lib.a"]), format!("one.o\n{long}\n"));
        assert_eq!(ar(&["p", "lib.a", long]), "22");
        ar(&["x", "lib.a"]);
        ar(&["rc", "again.a", long, "one.o"]);
        let again = std::fs::read(place.path().join("again.a")).unwrap();
        let found: Vec<_> = members(&again).unwrap().into_iter().map(|(name, at)| (name, again[at].to_vec())).collect();
        assert_eq!(found, [objects[1].clone(), objects[0].clone()]);
    }
}
