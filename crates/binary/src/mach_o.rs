//! Mach-O files (`mach-o/loader.h`, `mach-o/fat.h`): load commands and exported symbols, for one architecture or
//! several.
//!
//! goblin's own reader follows the tree of exported symbols by recursion, as deep as a file says.

use std::collections::BTreeSet;

use goblin::mach::fat::FAT_MAGIC;
use goblin::mach::header::{
    MH_BUNDLE, MH_CIGAM, MH_CIGAM_64, MH_DYLIB, MH_DYLIB_STUB, MH_EXECUTE, MH_MAGIC, MH_MAGIC_64, MH_OBJECT,
};
use goblin::mach::load_command::{
    LC_BUILD_VERSION, LC_DYLD_EXPORTS_TRIE, LC_DYLD_INFO, LC_DYLD_INFO_ONLY, LC_ID_DYLIB, LC_LAZY_LOAD_DYLIB,
    LC_LOAD_DYLIB, LC_LOAD_UPWARD_DYLIB, LC_LOAD_WEAK_DYLIB, LC_REEXPORT_DYLIB, LC_RPATH, LC_SYMTAB,
    LC_VERSION_MIN_MACOSX, PLATFORM_MACOS,
};

use crate::elf::symbols::{LONGEST_SYMBOL, PREFIXES, PythonSymbols};
use crate::reader::Reader;
use crate::{BinaryError, Format, Image, Kind, Load, Need, architecture};

/// A file for several architectures, with 64-bit offsets.
const FAT_MAGIC_64: u32 = 0xcafe_babf;
/// Files of Java start like those for several architectures, with a number from 45 in the place of theirs.
const MOST_ARCHITECTURES: u32 = 40;
/// Beyond these numbers a file is not believed.
const MOST_COMMANDS: u32 = 1 << 14;
const MOST_SYMBOLS: u32 = 1 << 22;
const MOST_NODES: usize = 1 << 16;
/// The type of a symbol: bits of symbols for debuggers, whether it is external, and what it is.
const N_STAB: u8 = 0xe0;
const N_EXT: u8 = 0x01;
const N_TYPE: u8 = 0x0e;
const N_UNDF: u8 = 0;

/// Whether these bytes start as a Mach-O file, for one architecture or several.
pub(crate) fn is_mach_o(bytes: &[u8]) -> bool {
    let reader = big_endian(bytes);
    match reader.u32("magic", 0) {
        Ok(MH_MAGIC | MH_MAGIC_64 | MH_CIGAM | MH_CIGAM_64) => true,
        Ok(FAT_MAGIC | FAT_MAGIC_64) => reader.u32("header", 4).is_ok_and(|count| count <= MOST_ARCHITECTURES),
        _ => false,
    }
}

/// One image for each architecture.
pub(crate) fn images(bytes: &[u8]) -> Result<Vec<Image>, BinaryError> {
    let reader = big_endian(bytes);
    let is_wide = match reader.u32("magic", 0)? {
        FAT_MAGIC => false,
        FAT_MAGIC_64 => true,
        _ => return Ok(vec![image(bytes)?]),
    };
    let slice = |number: u32| {
        let at = 8 + u64::from(number) * if is_wide { 32 } else { 20 };
        let word = |offset| reader.u32("architectures", at + offset).map(u64::from);
        let (offset, length) = match is_wide {
            true => (word(8)? << 32 | word(12)?, word(16)? << 32 | word(20)?),
            false => (word(8)?, word(12)?),
        };
        image(reader.slice("architecture", offset, length)?.bytes)
    };
    (0..reader.u32("header", 4)?.min(MOST_ARCHITECTURES)).map(slice).collect()
}

fn big_endian(bytes: &[u8]) -> Reader<'_> {
    Reader { bytes, is_little_endian: false, format: Format::MachO }
}

/// What the load commands say.
#[derive(Default)]
struct Commands {
    name: Option<String>,
    needs: Vec<Need>,
    rpath: Vec<String>,
    macos: Option<String>,
    /// Offset and length of the tree of exported symbols.
    exports: Option<(u32, u32)>,
    /// Offset and number of symbols, offset and length of their names.
    symbols: Option<[u32; 4]>,
}

fn image(bytes: &[u8]) -> Result<Image, BinaryError> {
    let (is_64, is_little_endian) = match big_endian(bytes).u32("magic", 0)? {
        MH_MAGIC => (false, false),
        MH_MAGIC_64 => (true, false),
        MH_CIGAM => (false, true),
        MH_CIGAM_64 => (true, true),
        _ => return Err(big_endian(bytes).malformed("magic", 0)),
    };
    let reader = Reader { is_little_endian, ..big_endian(bytes) };
    let commands = commands(&reader, if is_64 { 32 } else { 28 })?;
    let symbols = match (commands.exports, commands.symbols) {
        (Some((at, length)), _) if length != 0 => exported(reader.slice("exports", at.into(), length.into())?)?,
        (_, Some(table)) => external(&reader, table, is_64)?,
        _ => PythonSymbols::default(),
    };
    let (init_functions, python_api) = symbols.finish();
    Ok(Image {
        architecture: architecture::of_mach_o(reader.u32("header", 4)?),
        bits: if is_64 { 64 } else { 32 },
        is_little_endian,
        kind: match reader.u32("header", 12)? {
            MH_EXECUTE => Kind::Executable,
            MH_DYLIB | MH_DYLIB_STUB => Kind::SharedLibrary,
            MH_BUNDLE => Kind::Bundle,
            MH_OBJECT => Kind::Object,
            _ => Kind::Other,
        },
        name: commands.name,
        needs: commands.needs,
        rpath: commands.rpath,
        runpath: Vec::new(),
        interpreter: None,
        macos: commands.macos,
        init_functions,
        python_api,
    })
}

fn commands(reader: &Reader<'_>, start: u64) -> Result<Commands, BinaryError> {
    let (what, mut at) = ("load commands", start);
    let count = reader.u32(what, 16)?;
    if count > MOST_COMMANDS {
        return Err(reader.malformed("number of load commands", 16));
    }
    let mut found = Commands::default();
    for _ in 0..count {
        let length = u64::from(reader.u32(what, at.saturating_add(4))?);
        // One too short for its own length would be read for ever.
        if length < 8 {
            return Err(reader.malformed("length of a load command", at));
        }
        let command = reader.slice(what, at, length)?;
        let field = |offset| command.u32(what, offset);
        let text = |offset| command.text(what, field(offset)?.into());
        match command.u32(what, 0)? {
            LC_LOAD_DYLIB | LC_REEXPORT_DYLIB | LC_LOAD_UPWARD_DYLIB => {
                found.needs.push(Need::new(text(8)?, Load::AtStart));
            }
            LC_LOAD_WEAK_DYLIB => found.needs.push(Need::new(text(8)?, Load::IfPresent)),
            LC_LAZY_LOAD_DYLIB => found.needs.push(Need::new(text(8)?, Load::Delayed)),
            LC_ID_DYLIB => found.name = Some(text(8)?.to_owned()),
            LC_RPATH => found.rpath.push(text(8)?.to_owned()),
            LC_VERSION_MIN_MACOSX => found.macos = Some(version(field(8)?)),
            LC_BUILD_VERSION if field(8)? == PLATFORM_MACOS => found.macos = Some(version(field(12)?)),
            LC_DYLD_INFO | LC_DYLD_INFO_ONLY => found.exports = Some((field(40)?, field(44)?)),
            LC_DYLD_EXPORTS_TRIE => found.exports = Some((field(8)?, field(12)?)),
            LC_SYMTAB => found.symbols = Some([field(8)?, field(12)?, field(16)?, field(20)?]),
            _ => {}
        }
        at = at.saturating_add(length);
    }
    Ok(found)
}

/// A version whose parts have 16, 8 and 8 bits.
fn version(packed: u32) -> String {
    let (major, minor, patch) = (packed >> 16, packed >> 8 & 0xff, packed & 0xff);
    if patch == 0 { format!("{major}.{minor}") } else { format!("{major}.{minor}.{patch}") }
}

/// The symbols of the tree of exports. Names are spread over its edges; only those that may concern Python are
/// followed.
fn exported(tree: Reader<'_>) -> Result<PythonSymbols, BinaryError> {
    let mut symbols = PythonSymbols::default();
    let mut seen = BTreeSet::from([0]);
    let mut todo = vec![(0, String::new())];
    while let Some((node, name)) = todo.pop() {
        let (info, start) = uleb128(&tree, node)?;
        if info != 0 {
            symbols.add(name.strip_prefix('_').unwrap_or(&name));
        }
        let mut at = start.saturating_add(info);
        let children = byte(&tree, at)?;
        at = at.saturating_add(1);
        for _ in 0..children {
            let edge = tree.text("name of an export", at)?;
            let (child, next) = uleb128(&tree, at.saturating_add(edge.len() as u64 + 1))?;
            at = next;
            let name = format!("{name}{edge}");
            if !may_concern_python(&name) {
                continue;
            }
            if name.len() > LONGEST_SYMBOL {
                continue;
            }
            // In a tree each node has one parent.
            if !seen.insert(child) || seen.len() > MOST_NODES {
                return Err(tree.malformed("tree of exports", child));
            }
            todo.push((child, name));
        }
    }
    Ok(symbols)
}

/// Whether a symbol that starts like this may be one of those that are looked at.
fn may_concern_python(start: &str) -> bool {
    let Some(name) = start.strip_prefix('_') else { return start.is_empty() };
    PREFIXES.iter().any(|prefix| name.starts_with(prefix) || prefix.starts_with(name))
}

fn byte(reader: &Reader<'_>, at: u64) -> Result<u8, BinaryError> {
    let byte = usize::try_from(at).ok().and_then(|at| reader.bytes.get(at).copied());
    byte.ok_or(reader.malformed("exports", at))
}

/// A number of seven bits a byte, the lowest first, and where it ends.
fn uleb128(reader: &Reader<'_>, start: u64) -> Result<(u64, u64), BinaryError> {
    let (mut number, mut at) = (0_u64, start);
    for shift in (0..63).step_by(7) {
        let next = byte(reader, at)?;
        at = at.saturating_add(1);
        number |= u64::from(next & 0x7f) << shift;
        if next & 0x80 == 0 {
            return Ok((number, at));
        }
    }
    Err(reader.malformed("number", start))
}

/// The external symbols of the symbol table, which a file has that was linked without a tree of exports.
fn external(reader: &Reader<'_>, table: [u32; 4], is_64: bool) -> Result<PythonSymbols, BinaryError> {
    let [at, count, names_at, names_length] = table;
    if count > MOST_SYMBOLS {
        return Err(reader.malformed("number of symbols", at.into()));
    }
    let names = reader.slice("names of symbols", names_at.into(), names_length.into())?;
    let length = if is_64 { 16 } else { 12 };
    let mut symbols = PythonSymbols::default();
    for number in 0..u64::from(count) {
        let record = reader.slice("symbols", u64::from(at) + number * length, length)?;
        let kind = byte(&record, 4)?;
        if kind & N_STAB != 0 || kind & N_EXT == 0 || kind & N_TYPE == N_UNDF {
            continue;
        }
        let name = u64::from(record.u32("symbols", 0)?) + 1;
        if PREFIXES.iter().any(|prefix| names.starts_with(name, prefix)) {
            symbols.add(names.text("name of a symbol", name)?);
        }
    }
    Ok(symbols)
}
