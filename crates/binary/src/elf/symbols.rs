//! What binaries export that concerns Python.

use std::collections::BTreeSet;

use goblin::container::Container;
use goblin::elf::Symtab;
use goblin::elf::dynamic::{DT_GNU_HASH, DT_HASH, DT_SYMTAB};
use goblin::elf::section_header::SHN_UNDEF;

use crate::ElfError;
use crate::elf::image::{DynamicTable, Image, malformed};

/// How the names of functions start by which Python loads an extension module: of modules with ASCII names, with others
/// (PEP 489), and since CPython 3.15 (PEP 793).
const INIT_PREFIXES: [&str; 3] = ["PyInit_", "PyInitU_", "PyModExport_"];
/// How all names start that are looked at.
pub(crate) const PREFIXES: [&str; 2] = ["Py", "_Py"];
/// What every CPython exports, and nothing that only uses one.
const OF_INTERPRETERS: &str = "Py_IsInitialized";

/// The longest name that is looked at, in bytes: symbols may share the end of one long name.
pub(crate) const LONGEST_SYMBOL: usize = 1 << 10;

/// Exported symbols that concern Python, of a file of any format.
#[derive(Default)]
pub(crate) struct PythonSymbols {
    init_functions: BTreeSet<String>,
    others: usize,
    is_interpreter: bool,
}

impl PythonSymbols {
    /// Counts an exported symbol.
    pub(crate) fn add(&mut self, name: &str) {
        if name.len() > LONGEST_SYMBOL {
            return;
        }
        if INIT_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
            self.init_functions.insert(name.to_owned());
        } else if PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
            self.others = self.others.saturating_add(1);
            self.is_interpreter |= name == OF_INTERPRETERS;
        }
    }

    /// The names that make extension modules, sorted, and the number of symbols of the C API if an interpreter is
    /// there.
    pub(crate) fn finish(self) -> (Vec<String>, usize) {
        let api = if self.is_interpreter { self.others } else { 0 };
        (self.init_functions.into_iter().collect(), api)
    }
}

/// The dynamic symbols that a file exports.
pub(crate) fn python_symbols(image: &Image<'_>, dynamic: &DynamicTable<'_>) -> Result<PythonSymbols, ElfError> {
    let mut found = PythonSymbols::default();
    let Some(address) = dynamic.value(DT_SYMTAB) else { return Ok(found) };
    let Some(count) = symbol_count(image, dynamic)? else { return Ok(found) };
    let offset = image.index_of("dynamic symbols", address)?;
    let symbols = Symtab::parse(image.bytes, offset, count, image.ctx)
        .map_err(|_| malformed("dynamic symbols", offset as u64))?;
    for symbol in symbols.iter().filter(|symbol| symbol.st_shndx != SHN_UNDEF as usize) {
        let name = symbol.st_name as u64;
        if PREFIXES.iter().any(|prefix| dynamic.starts_with(name, prefix.as_bytes()))
            && let Ok(name) = dynamic.string(name)
        {
            found.add(name);
        }
    }
    Ok(found)
}

/// Those of some names that a file imports, in their order.
///
/// # Errors
///
/// A file that is no ELF file, or damaged.
pub fn imports<'n>(bytes: &[u8], names: &[&'n str]) -> Result<Vec<&'n str>, ElfError> {
    let image = Image::parse(bytes)?;
    let Some(dynamic) = image.dynamic()? else { return Ok(Vec::new()) };
    let Some(address) = dynamic.value(DT_SYMTAB) else { return Ok(Vec::new()) };
    let Some(count) = symbol_count(&image, &dynamic)? else { return Ok(Vec::new()) };
    let offset = image.index_of("dynamic symbols", address)?;
    let symbols = Symtab::parse(image.bytes, offset, count, image.ctx)
        .map_err(|_| malformed("dynamic symbols", offset as u64))?;
    let mut found = BTreeSet::new();
    for symbol in symbols.iter().filter(|symbol| symbol.st_shndx == SHN_UNDEF as usize) {
        if let Ok(name) = dynamic.string(symbol.st_name as u64)
            && let Some(position) = names.iter().position(|known| *known == name)
        {
            found.insert(position);
        }
    }
    Ok(found.into_iter().map(|position| names[position]).collect())
}

/// The number of dynamic symbols, which only the hash tables know.
fn symbol_count(image: &Image<'_>, dynamic: &DynamicTable<'_>) -> Result<Option<usize>, ElfError> {
    let (what, count) = if let Some(address) = dynamic.value(DT_GNU_HASH) {
        ("GNU hash table", gnu_hash_symbols(image, image.index_of("GNU hash table", address)?))
    } else if let Some(address) = dynamic.value(DT_HASH) {
        let table = image.index_of("hash table", address)?;
        ("hash table", table.checked_add(4).and_then(|chains| image.u32_at(chains)))
    } else {
        return Ok(None);
    };
    let count = count.and_then(|count| usize::try_from(count).ok()).filter(|&count| count <= image.bytes.len());
    count.map(Some).ok_or(malformed(what, 0))
}

fn gnu_hash_symbols(image: &Image<'_>, table: usize) -> Option<u32> {
    let word = if image.ctx.container == Container::Big { 8 } else { 4 };
    let field = |number: usize| image.u32_at(table.checked_add(number * 4)?);
    let (buckets, first, filter) = (field(0)? as usize, field(1)?, field(2)? as usize);
    let bucket_at = table.checked_add(16)?.checked_add(filter.checked_mul(word)?)?;
    let chain_at = bucket_at.checked_add(buckets.checked_mul(4)?)?;
    let mut last = 0;
    for bucket in image.bytes.get(bucket_at..chain_at)?.chunks_exact(4) {
        let bucket = bucket.try_into().ok()?;
        let start = if image.ctx.is_little_endian() { u32::from_le_bytes(bucket) } else { u32::from_be_bytes(bucket) };
        last = last.max(start);
    }
    // All buckets empty: nothing is exported, and how many symbols are imported does not matter here.
    if last == 0 {
        return Some(first);
    }
    loop {
        let entry = usize::try_from(last.checked_sub(first)?).ok()?.checked_mul(4)?;
        let hash = image.u32_at(chain_at.checked_add(entry)?)?;
        last = last.checked_add(1)?;
        if hash & 1 == 1 {
            return Some(last);
        }
    }
}
