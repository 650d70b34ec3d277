//! Any bytes can be trimmed and edited as a shared library: an error, or a file in which what was asked for is gone and
//! everything else is as before.

use std::ops::Range;

use pyox_binary::{ElfFacts, edit_dynamic, trim};

/// Fields of the header that tell of section headers: their offset, their number and the one with their names.
const OF_SECTIONS: [Range<usize>; 2] = [0x28..0x30, 0x3c..0x40];

/// Tries an input.
pub fn run(input: &[u8]) {
    // The last byte chooses what goes; the others are the file.
    let Some((&choice, bytes)) = input.split_last() else { return };
    let before = ElfFacts::from_bytes(bytes).ok();

    let trimmed = trim(bytes.to_vec());
    assert!(trim(trimmed.clone()) == trimmed);
    assert!(trimmed.len() <= bytes.len());
    let of_sections = |at: usize| OF_SECTIONS.iter().any(|field| field.contains(&at));
    assert!(trimmed.iter().zip(bytes).enumerate().all(|(at, (new, old))| new == old || of_sections(at) && *new == 0));
    assert!(before.is_none() || ElfFacts::from_bytes(&trimmed).ok() == before);

    let list_goes = |list: &str| (choice ^ list.len() as u8) & 1 != 0;
    let need_goes = |name: &str| choice & 2 != 0 && name.bytes().fold(choice, u8::wrapping_add) & 4 != 0;
    let Ok(edited) = edit_dynamic(bytes.to_vec(), list_goes, need_goes) else { return };
    let Some((place, mut entries)) = dynamic_section(bytes) else { return assert!(edited == bytes) };
    assert_eq!(edited.len(), bytes.len());
    assert!(edited[..place.start] == bytes[..place.start] && edited[place.end..] == bytes[place.end..]);
    let (after_place, after) = dynamic_section(&edited).expect("was there before");
    let strings = Strings::of(bytes, &entries);
    entries.retain(|&(tag, value)| match tag {
        DT_NEEDED => !need_goes(strings.read(value)),
        DT_RPATH | DT_RUNPATH => !list_goes(strings.read(value)),
        _ => true,
    });
    assert_eq!((after_place, after), (place, entries));
    assert!(edit_dynamic(edited.clone(), list_goes, need_goes).expect("was edited before") == edited);

    let Some(mut expected) = before else { return };
    let facts = ElfFacts::from_bytes(&edited).expect("was readable before");
    expected.needed.retain(|name| !need_goes(name));
    // Facts have the directories, not the lists that were asked about; the entries have shown which lists are left.
    (expected.rpath, expected.runpath) = (facts.rpath.clone(), facts.runpath.clone());
    assert_eq!(facts, expected);
}

const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const DT_NULL: u64 = 0;
const DT_NEEDED: u64 = 1;
const DT_STRTAB: u64 = 5;
const DT_RPATH: u64 = 15;
const DT_RUNPATH: u64 = 29;

fn word(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

/// The program headers of a type, as bytes.
fn segments(bytes: &[u8], kind: u32) -> impl Iterator<Item = &[u8]> {
    let count = u16::from_le_bytes([bytes[0x38], bytes[0x39]]);
    let table = bytes.get(word(bytes, 0x20) as usize..).unwrap_or_default().chunks_exact(56).take(count.into());
    table.filter(move |header| header[..4] == kind.to_le_bytes())
}

/// Tag and value.
type Dynamic = (u64, u64);

/// The place of the dynamic section, and its entries before the first `DT_NULL`. The file has been edited: it has no
/// damage that matters here.
fn dynamic_section(bytes: &[u8]) -> Option<(Range<usize>, Vec<Dynamic>)> {
    let header = segments(bytes, PT_DYNAMIC).next()?;
    let (start, size) = (word(header, 8) as usize, word(header, 32) as usize);
    let entries = bytes[start..start + size].chunks_exact(16).map(|entry| (word(entry, 0), word(entry, 8)));
    Some((start..start + size, entries.take_while(|entry| entry.0 != DT_NULL).collect()))
}

/// The string table of the dynamic section.
struct Strings<'a>(&'a [u8]);

impl<'a> Strings<'a> {
    fn of(bytes: &'a [u8], entries: &[(u64, u64)]) -> Self {
        let Some((_, address)) = entries.iter().find(|entry| entry.0 == DT_STRTAB) else { return Self(&[]) };
        let start = segments(bytes, PT_LOAD).find_map(|header| {
            let within = address.checked_sub(word(header, 16))?;
            (within < word(header, 32)).then(|| word(header, 8) + within)
        });
        Self(&bytes[start.expect("is loaded") as usize..])
    }

    fn read(&self, offset: u64) -> &'a str {
        let rest = &self.0[offset as usize..];
        let end = rest.iter().position(|&byte| byte == 0).expect("ends");
        std::str::from_utf8(&rest[..end]).expect("is UTF-8")
    }
}
