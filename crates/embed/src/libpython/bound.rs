//! Symbols of Python that the program uses: the dynamic loader has left zero in their places, since they are weak and
//! nothing had them when the program started.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::io;
use std::ops::Range;
use std::ptr::NonNull;

/// Why they are not bound.
pub(super) enum Error {
    /// This one is nowhere.
    Symbol(String),
    /// The memory that they are in stays as it is.
    Protected(io::Error),
}

/// `Elf64_Dyn`
#[repr(C)]
struct Entry {
    tag: u64,
    value: u64,
}

/// `Elf64_Rela`
#[repr(C)]
struct Relocation {
    offset: u64,
    info: u64,
    addend: i64,
}

const DT_NULL: u64 = 0;
const DT_PLTRELSZ: u64 = 2;
const DT_STRTAB: u64 = 5;
const DT_SYMTAB: u64 = 6;
const DT_RELA: u64 = 7;
const DT_RELASZ: u64 = 8;
const DT_JMPREL: u64 = 23;
const DT_RELACOUNT: u64 = 0x6fff_fff9;

/// The relocation that is an address and an addend; those of tables of addresses have none.
#[cfg(target_arch = "x86_64")]
const WITH_ADDEND: u32 = 1;
/// The same.
#[cfg(target_arch = "aarch64")]
const WITH_ADDEND: u32 = 257;

/// What extension modules that are linked in look for and do without: versions of Python have one of the two, and
/// libpython need not show it.
const OPTIONAL: [&CStr; 2] = [c"_Py_PackageContext", c"_PyImport_SwapPackageContext"];

/// Binds them to what `find` finds.
pub(super) fn bind(find: impl Fn(&CStr) -> Option<NonNull<c_void>>) -> Result<(), Error> {
    let program = Program::running();
    let _writable = Writable::new(program.read_only.clone()).map_err(Error::Protected)?;
    for relocation in program.relocations() {
        let Some(name) = program.missing(relocation) else { continue };
        let found = match find(name) {
            Some(found) => found,
            None if OPTIONAL.contains(&name) => continue,
            None => return Err(Error::Symbol(name.to_string_lossy().into_owned())),
        };
        let addend = if relocation.info as u32 == WITH_ADDEND { relocation.addend } else { 0 };
        let place = program.base.wrapping_add(relocation.offset as usize) as *mut usize;
        // SAFETY: the dynamic loader has written to the same place for the same relocation. It can be written to as
        // long as `_writable` lives, and nothing has read it: only what uses Python does.
        unsafe { place.write(found.addr().get().wrapping_add_signed(addend as isize)) };
    }
    Ok(())
}

/// The program as the kernel has mapped it.
struct Program {
    base: usize,
    dynamic: usize,
    /// What the dynamic loader has made read-only after its own work.
    read_only: Range<usize>,
}

impl Program {
    fn running() -> Self {
        let mut program = Self { base: 0, dynamic: 0, read_only: 0..0 };
        // SAFETY: the callback gets the program back while that lives.
        unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut program).cast()) };
        program
    }

    /// The value of an entry of the dynamic section.
    fn value(&self, tag: u64) -> Option<u64> {
        let first = self.dynamic as *const Entry;
        if first.is_null() {
            return None;
        }
        // SAFETY: the dynamic section of the running program; its last entry has the tag of the end.
        let mut entries = (0..).map(|at| unsafe { &*first.add(at) }).take_while(|entry| entry.tag != DT_NULL);
        entries.find(|entry| entry.tag == tag).map(|entry| entry.value)
    }

    /// The address in an entry, to which the dynamic loader may have added that of the program.
    fn address(&self, tag: u64) -> Option<usize> {
        let address = self.value(tag)? as usize;
        Some(if address < self.base { self.base.wrapping_add(address) } else { address })
    }

    /// All that may name symbols.
    fn relocations(&self) -> impl Iterator<Item = &Relocation> {
        let table = |start, size, skipped: u64| {
            let len = self.value(size).unwrap_or_default() as usize / size_of::<Relocation>();
            let table = self.address(start).filter(|_| len > 0).map_or(&[][..], |start| {
                // SAFETY: a table of the running program.
                unsafe { std::slice::from_raw_parts(start as *const Relocation, len) }
            });
            table.get(skipped as usize..).unwrap_or_default()
        };
        let relative = self.value(DT_RELACOUNT).unwrap_or_default();
        table(DT_RELA, DT_RELASZ, relative).iter().chain(table(DT_JMPREL, DT_PLTRELSZ, 0))
    }

    /// The name of the symbol of a relocation, if it is one of Python that the program does not have.
    fn missing(&self, relocation: &Relocation) -> Option<&CStr> {
        let (symbols, strings) = (self.address(DT_SYMTAB)?, self.address(DT_STRTAB)?);
        let number = (relocation.info >> 32) as usize;
        if number == 0 {
            return None;
        }
        // SAFETY: a symbol of the running program, by its number, and its name.
        let (symbol, name) = unsafe {
            let symbol = &*(symbols as *const libc::Elf64_Sym).add(number);
            (symbol, CStr::from_ptr((strings as *const c_char).add(symbol.st_name as usize)))
        };
        let is_python = name.to_bytes().starts_with(b"Py") || name.to_bytes().starts_with(b"_Py");
        (symbol.st_shndx == 0 && is_python).then_some(name)
    }
}

/// Of the program, which is the first; the result ends the search.
unsafe extern "C" fn visit(info: *mut libc::dl_phdr_info, _size: usize, program: *mut c_void) -> c_int {
    // SAFETY: the dynamic loader describes the program, whose headers stay mapped; the other pointer is the one that
    // was given to it.
    let (program, headers, base) = unsafe {
        let info = &*info;
        let headers = std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into());
        (&mut *program.cast::<Program>(), headers, info.dlpi_addr as usize)
    };
    program.base = base;
    for header in headers {
        let start = base.wrapping_add(header.p_vaddr as usize);
        match header.p_type {
            libc::PT_DYNAMIC => program.dynamic = start,
            libc::PT_GNU_RELRO => program.read_only = start..start.wrapping_add(header.p_memsz as usize),
            _ => {}
        }
    }
    1
}

/// Memory of the program that can be written to as long as this lives.
struct Writable(Range<usize>);

impl Writable {
    fn new(range: Range<usize>) -> io::Result<Self> {
        // SAFETY: reads a value.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
        // As the dynamic loader does.
        let range = range.start / page * page..range.end / page * page;
        protect(&range, libc::PROT_READ | libc::PROT_WRITE)?;
        Ok(Self(range))
    }
}

impl Drop for Writable {
    fn drop(&mut self) {
        // What cannot be protected again is as in a program that was linked without protection.
        let _ = protect(&self.0, libc::PROT_READ);
    }
}

fn protect(range: &Range<usize>, protection: c_int) -> io::Result<()> {
    if range.is_empty() {
        return Ok(());
    }
    // SAFETY: whole pages of data of the program, which were written to before they were made read-only.
    match unsafe { libc::mprotect(range.start as *mut c_void, range.len(), protection) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
