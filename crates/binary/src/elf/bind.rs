//! How a program and its interpreter find each other's symbols, decided when they are made.

use std::collections::BTreeSet;
use std::iter::StepBy;
use std::ops::Range;

use goblin::elf::dynamic::{DT_JMPREL, DT_PLTRELSZ, DT_RELA, DT_RELACOUNT, DT_RELASZ, DT_SYMTAB, DT_TEXTREL};
use goblin::elf::header::EM_X86_64;
use goblin::elf::program_header::PT_DYNAMIC;
use goblin::elf::reloc::{R_X86_64_64, R_X86_64_GLOB_DAT, R_X86_64_JUMP_SLOT, R_X86_64_RELATIVE};
use goblin::elf::sym::{STB_WEAK, STT_GNU_IFUNC, STT_TLS};

use crate::ElfError;
use crate::elf::image::{DynamicTable, Image, malformed, slice};

/// Length of an entry of the symbol table of a 64-bit file, in bytes.
const SYMBOL: usize = 24;
/// Length of an entry of the dynamic section of a 64-bit file, in bytes.
const DYNAMIC: usize = 16;
/// Length of a relocation of a 64-bit file with an addend, in bytes.
const RELOCATION: usize = 24;

/// A symbol of the dynamic symbol table.
struct Symbol<'a> {
    name: &'a str,
    /// Where it is in the file.
    at: usize,
    kind: u8,
    is_defined: bool,
    value: u64,
}

/// The dynamic section of an x86-64 file, with the symbols that relocations name.
struct Relocated<'a> {
    image: Image<'a>,
    dynamic: DynamicTable<'a>,
}

impl<'a> Relocated<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, ElfError> {
        let image = Image::parse(bytes)?.editable()?;
        if image.header.e_machine != EM_X86_64 {
            return Err(ElfError::Unsupported { what: "only the relocations of x86-64 files are known" });
        }
        let dynamic = image.dynamic()?.ok_or(ElfError::Unsupported { what: "it has no dynamic section" })?;
        Ok(Self { image, dynamic })
    }

    /// Where the relocations of a table are in the file; none if there is no such table.
    fn relocations(&self, table: u64, size: u64) -> Result<StepBy<Range<usize>>, ElfError> {
        let what = "relocations";
        let len = self.dynamic.value(size).unwrap_or_default();
        let range = match self.dynamic.value(table) {
            Some(address) if len > 0 => {
                let start = self.image.index_of(what, address)?;
                self.image.slice(what, start as u64, len)?;
                start..start + len as usize
            }
            _ => 0..0,
        };
        Ok(range.step_by(RELOCATION))
    }

    fn symbol(&self, number: u64) -> Result<Symbol<'a>, ElfError> {
        let what = "dynamic symbol table";
        let table = self.dynamic.value(DT_SYMTAB).ok_or(malformed(what, 0))?;
        let address = number.checked_mul(SYMBOL as u64).and_then(|offset| table.checked_add(offset));
        let at = self.image.index_of(what, address.ok_or(malformed(what, table))?)?;
        let entry = self.image.slice(what, at as u64, SYMBOL as u64)?;
        let (name, info) = (u64::from(number_in::<4>(entry, 0) as u32), entry[4]);
        Ok(Symbol {
            name: self.dynamic.string(name)?,
            at,
            kind: info & 0xf,
            is_defined: number_in::<2>(entry, 6) != 0,
            value: number_in::<8>(entry, 8),
        })
    }
}

impl Relocated<'_> {
    /// The number that is added to the address of the library, if a relocation is such a sum, or can be one.
    fn sum(&self, entry: &[u8]) -> Result<Option<u64>, ElfError> {
        let (info, addend) = (number_in::<8>(entry, 8), number_in::<8>(entry, 16));
        let (number, kind) = (info >> 32, info as u32);
        let addend = match kind {
            R_X86_64_RELATIVE => return Ok(Some(addend)),
            R_X86_64_64 => addend,
            // These have none, whatever is there.
            R_X86_64_GLOB_DAT | R_X86_64_JUMP_SLOT => 0,
            _ => return Ok(None),
        };
        if number == 0 {
            return Ok(None);
        }
        let symbol = self.symbol(number)?;
        let is_address = symbol.is_defined && ![STT_GNU_IFUNC, STT_TLS].contains(&symbol.kind);
        Ok(is_address.then(|| symbol.value.wrapping_add(addend)))
    }

    /// Says in the dynamic section how many sums come first, if it says so at all.
    fn set_count(&self, edited: &mut [u8], count: u64) -> Result<(), ElfError> {
        let what = "dynamic section";
        let segment =
            self.image.segments.iter().find(|segment| segment.p_type == PT_DYNAMIC).ok_or(malformed(what, 0))?;
        let section =
            slice(self.image.bytes, segment.p_offset, segment.p_filesz).ok_or(malformed(what, segment.p_offset))?;
        let found = section.chunks_exact(DYNAMIC).position(|entry| number_in::<8>(entry, 0) == DT_RELACOUNT);
        if let Some(found) = found {
            let at = segment.p_offset as usize + found * DYNAMIC + 8;
            edited[at..at + 8].copy_from_slice(&count.to_le_bytes());
        }
        Ok(())
    }
}

/// A little-endian number of `N` bytes of an entry that is long enough.
fn number_in<const N: usize>(entry: &[u8], at: usize) -> u64 {
    let mut bytes = [0; 8];
    if let Some(found) = entry.get(at..at + N) {
        bytes[..N].copy_from_slice(found);
    }
    u64::from_le_bytes(bytes)
}

/// Lets a program or library start without those symbols that it does not define and for which `is_meant` says so:
/// the dynamic loader leaves zero where their addresses belong, for the program to fill in. The result has their names
/// too.
///
/// For x86-64 files.
///
/// # Errors
///
/// If the file is damaged or of another kind.
pub fn weaken_undefined(bytes: &[u8], is_meant: impl Fn(&str) -> bool) -> Result<(Vec<u8>, Vec<String>), ElfError> {
    let file = Relocated::parse(bytes)?;
    let mut edited = bytes.to_vec();
    let mut names = BTreeSet::new();
    for at in file.relocations(DT_RELA, DT_RELASZ)?.chain(file.relocations(DT_JMPREL, DT_PLTRELSZ)?) {
        let Some(entry) = slice(bytes, at as u64, RELOCATION as u64) else { break };
        let number = number_in::<8>(entry, 8) >> 32;
        if number == 0 {
            continue;
        }
        let symbol = file.symbol(number)?;
        if !symbol.is_defined && is_meant(symbol.name) {
            edited[symbol.at + 4] = STB_WEAK << 4 | symbol.kind;
            names.insert(symbol.name.to_owned());
        }
    }
    Ok((edited, names.into_iter().collect()))
}

/// Binds those addresses of a shared library that are of its own symbols, as linking it with `-Bsymbolic` would: the
/// dynamic loader looks for none of them. Of libpython, which has some ten thousand, that takes most of the time of
/// loading. The functions among them are bound too, so that the library has to be loaded with `RTLD_NOW`.
///
/// A file of another kind, and one that is damaged, is returned as it is.
pub fn bind_own_symbols(bytes: Vec<u8>) -> Vec<u8> {
    bound(&bytes).unwrap_or(bytes)
}

fn bound(bytes: &[u8]) -> Result<Vec<u8>, ElfError> {
    let file = Relocated::parse(bytes)?;
    let mut edited = bytes.to_vec();
    if file.dynamic.value(DT_TEXTREL).is_some() {
        return Ok(edited);
    }
    let (mut sums, mut others) = (Vec::new(), Vec::new());
    let table = file.relocations(DT_RELA, DT_RELASZ)?;
    let (start, end) =
        (table.clone().next().unwrap_or_default(), table.clone().next_back().map_or(0, |at| at + RELOCATION));
    let functions = file.relocations(DT_JMPREL, DT_PLTRELSZ)?;
    // Some linkers have one table in the other.
    if functions.clone().any(|at| (start..end).contains(&at)) {
        return Ok(edited);
    }
    // Code that binds a function when it is first called counts those of this table: they stay where they are.
    for at in functions {
        let Some(entry) = slice(bytes, at as u64, RELOCATION as u64) else { break };
        if let Some(number) = file.sum(entry)? {
            edited[at + 8..at + 16].copy_from_slice(&u64::from(R_X86_64_RELATIVE).to_le_bytes());
            edited[at + 16..at + 24].copy_from_slice(&number.to_le_bytes());
        }
    }
    for at in table {
        let Some(entry) = slice(bytes, at as u64, RELOCATION as u64) else { break };
        match file.sum(entry)? {
            Some(number) => sums.push([number_in::<8>(entry, 0), u64::from(R_X86_64_RELATIVE), number]),
            None => others.push([0, 8, 16].map(|part| number_in::<8>(entry, part))),
        }
    }
    // Those that the dynamic loader finds first, and are counted, it adds without looking at each.
    let count = sums.len() as u64;
    let sorted: Vec<u8> = sums.iter().chain(&others).flatten().flat_map(|word| word.to_le_bytes()).collect();
    if let Some(place) = edited.get_mut(start..end).filter(|place| place.len() == sorted.len()) {
        place.copy_from_slice(&sorted);
        file.set_count(&mut edited, count)?;
    }
    Ok(edited)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use super::*;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn compile(directory: &Path, name: &str, source: &str, arguments: &[&str]) -> std::io::Result<PathBuf> {
        let (file, made) = (directory.join(format!("{name}.c")), directory.join(name));
        std::fs::write(&file, source)?;
        let mut compiler = Command::new("cc");
        let status =
            compiler.arg("-O1").arg(&file).arg("-o").arg(&made).args(arguments).current_dir(directory).status()?;
        assert!(status.success(), "{name}");
        Ok(made)
    }

    #[test]
    fn a_library_finds_itself_and_a_program_starts_without_what_it_lacks() -> Outcome {
        let directory = tempfile::tempdir()?;
        let place = directory.path();
        let source = "int one(void) { return 1; }\nint two = 2;\nint (*function)(void) = one;\nint *data = &two;\n\
                      extern char **environ;\nchar ***other = &environ;\n\
                      int sum(void) { return function() + one() * *data + (other && *other ? 4 : 0); }\n";
        let arguments = ["-shared", "-fPIC", "-fno-inline", "-Wl,-soname,libsum.so,-z,now"];
        let library = compile(place, "libsum.so", source, &arguments)?;
        let main = "int sum(void);\nint main(void) { return sum(); }\n";
        let program = compile(place, "main", main, &["-L.", "-lsum", "-Wl,-rpath,$ORIGIN"])?;
        let status = || Command::new(&program).status().map(|status| status.code());
        assert_eq!(status()?, Some(7));
        let before = std::fs::read(&library)?;
        let after = bind_own_symbols(before.clone());
        let named = |bytes: &[u8], name: &str| -> Result<usize, ElfError> {
            let file = Relocated::parse(bytes)?;
            let tables = file.relocations(DT_RELA, DT_RELASZ)?.chain(file.relocations(DT_JMPREL, DT_PLTRELSZ)?);
            let entries = tables.filter_map(|at| bytes.get(at..at + RELOCATION));
            let symbols = entries.map(|entry| number_in::<8>(entry, 8) >> 32).filter(|number| *number > 0);
            Ok(symbols.filter_map(|number| file.symbol(number).ok()).filter(|symbol| symbol.name == name).count())
        };
        assert_eq!(named(&before, "one")?, 2, "its address, and a call");
        for own in ["one", "two", "function", "data"] {
            assert!(named(&before, own)? > 0 && named(&after, own)? == 0, "{own}");
        }
        assert!(named(&after, "environ")? > 0, "that is of another library");
        std::fs::write(&library, &after)?;
        assert_eq!(status()?, Some(7));
        assert_eq!(bind_own_symbols(after.clone()), after);

        let lacking = "extern int PyOne;\nint *place = &PyOne;\nint main(void) { return place ? 1 : 0; }\n";
        let arguments = ["-Wl,--unresolved-symbols=ignore-all", "-pie", "-fPIE", "-Wl,--export-dynamic"];
        let program = compile(place, "lacking", lacking, &arguments)?;
        let (edited, names) = weaken_undefined(&std::fs::read(&program)?, |name| name.starts_with("Py"))?;
        assert_eq!(names, ["PyOne"]);
        std::fs::write(&program, edited)?;
        assert_eq!(Command::new(&program).status()?.code(), Some(0));
        Ok(())
    }

    #[test]
    fn what_is_damaged_stays_as_it_is() -> Outcome {
        let directory = tempfile::tempdir()?;
        let source = "int one = 1;\nint *place = &one;\n";
        let whole = std::fs::read(compile(directory.path(), "libone.so", source, &["-shared", "-fPIC"])?)?;
        for at in (0..whole.len()).step_by(7) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0xff;
            assert_eq!(bind_own_symbols(damaged).len(), whole.len());
        }
        for len in (0..whole.len()).step_by(97) {
            assert_eq!(bind_own_symbols(whole[..len].to_vec()).len(), len);
        }
        assert!(weaken_undefined(b"\x7fELF", |_| true).is_err());
        Ok(())
    }
}
