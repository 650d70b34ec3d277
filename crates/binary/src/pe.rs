//! PE files ("PE Format", Microsoft): imports, delay-loaded imports, exports.
//!
//! Only these are read: goblin's own reader looks at much more, such as debugging information and certificates, and
//! refuses a file for damage there.

use crate::elf::symbols::{PREFIXES, PythonSymbols};
use crate::reader::Reader;
use crate::{BinaryError, Format, Image, Kind, Load, Need, architecture};

/// Offset in the header of DOS programs of where the PE signature is.
const PE_OFFSET: u64 = 0x3c;
const SIGNATURE: &str = "PE\0\0";
/// Length of the signature and of the COFF header after it, in bytes.
const COFF_END: u64 = 24;
const SECTION_HEADER: u64 = 40;
const IMPORT_DESCRIPTOR: u64 = 20;
const DELAY_DESCRIPTOR: u64 = 32;
const IS_EXECUTABLE: u16 = 0x0002;
const IS_DLL: u16 = 0x2000;
/// Numbers of data directories.
const EXPORTS: u64 = 0;
const IMPORTS: u64 = 1;
const DELAYED_IMPORTS: u64 = 13;
/// Beyond these numbers a file is not believed.
const MOST_SECTIONS: u16 = 1 << 10;
const MOST_NEEDS: usize = 1 << 10;
const MOST_EXPORTS: u32 = 1 << 20;

/// A PE file whose headers have been read.
struct Pe<'a> {
    reader: Reader<'a>,
    /// Offset of the data directories and how many there are.
    directories: (u64, u32),
    sections: Vec<Section>,
}

/// Where the bytes of some addresses are, which are relative to the image.
struct Section {
    address: u32,
    size: u32,
    offset: u32,
    length: u32,
}

impl Section {
    /// Whether the address is there once the image is loaded, and nothing in the file is its content.
    fn has_no_content_at(&self, address: u32) -> bool {
        let is_within = address.checked_sub(self.address).is_some_and(|within| within < self.size);
        is_within && (self.offset == 0 || self.length == 0)
    }
}

/// Whether these bytes are a PE file and not merely a program for DOS.
pub(crate) fn is_pe(bytes: &[u8]) -> bool {
    let reader = reader(bytes);
    let signature = reader.u32("header", PE_OFFSET);
    bytes.starts_with(b"MZ") && signature.is_ok_and(|at| reader.starts_with(at.into(), SIGNATURE))
}

pub(crate) fn image(bytes: &[u8]) -> Result<Image, BinaryError> {
    let reader = reader(bytes);
    let header = u64::from(reader.u32("header", PE_OFFSET)?);
    let optional = header.saturating_add(COFF_END);
    let is_64 = match reader.u16("optional header", optional)? {
        0x10b => false,
        0x20b => true,
        _ => return Err(reader.malformed("optional header", optional)),
    };
    let characteristics = reader.u16("header", header.saturating_add(22))?;
    let directories_at = optional.saturating_add(if is_64 { 112 } else { 96 });
    let count = reader.u32("data directories", directories_at.saturating_sub(4))?;
    let directories = (directories_at, count);
    let sections_at = optional.saturating_add(reader.u16("header", header.saturating_add(20))?.into());
    let count = reader.u16("header", header.saturating_add(6))?;
    let pe = Pe { reader, directories, sections: sections(&reader, sections_at, count)? };
    let mut needs = pe.needs(IMPORTS, IMPORT_DESCRIPTOR, 12, Load::AtStart)?;
    needs.extend(pe.needs(DELAYED_IMPORTS, DELAY_DESCRIPTOR, 4, Load::Delayed)?);
    let (name, symbols) = pe.exports()?;
    let (init_functions, python_api) = symbols.finish();
    Ok(Image {
        architecture: architecture::of_pe(reader.u16("header", header.saturating_add(4))?),
        bits: if is_64 { 64 } else { 32 },
        is_little_endian: true,
        kind: match characteristics {
            flags if flags & IS_DLL != 0 => Kind::SharedLibrary,
            flags if flags & IS_EXECUTABLE != 0 => Kind::Executable,
            _ => Kind::Other,
        },
        name,
        needs,
        rpath: Vec::new(),
        runpath: Vec::new(),
        interpreter: None,
        macos: None,
        init_functions,
        python_api,
    })
}

fn reader(bytes: &[u8]) -> Reader<'_> {
    Reader { bytes, is_little_endian: true, format: Format::Pe }
}

fn sections(reader: &Reader<'_>, at: u64, count: u16) -> Result<Vec<Section>, BinaryError> {
    if count > MOST_SECTIONS {
        return Err(reader.malformed("number of sections", at));
    }
    let section = |number: u16| {
        let header = at.saturating_add(u64::from(number) * SECTION_HEADER);
        let field = |offset| reader.u32("section headers", header.saturating_add(offset));
        Ok(Section { size: field(8)?, address: field(12)?, length: field(16)?, offset: field(20)? })
    };
    (0..count).map(section).collect()
}

impl<'a> Pe<'a> {
    /// The address of a data directory, if there is one. Files of debugging information have it without the content.
    fn directory(&self, number: u64) -> Result<Option<u32>, BinaryError> {
        let (at, count) = self.directories;
        if number >= count.into() {
            return Ok(None);
        }
        let address = self.reader.u32("data directories", at.saturating_add(number * 8))?;
        let is_absent = address == 0 || self.sections.iter().any(|section| section.has_no_content_at(address));
        Ok((!is_absent).then_some(address))
    }

    /// Where in the file an address is.
    fn offset(&self, what: &'static str, address: u32) -> Result<u64, BinaryError> {
        let find = |section: &Section| {
            let within = address.checked_sub(section.address)?;
            (within < section.length).then(|| u64::from(section.offset).saturating_add(within.into()))
        };
        self.sections.iter().find_map(find).ok_or(self.reader.malformed(what, address.into()))
    }

    fn text(&self, what: &'static str, address: u32) -> Result<&'a str, BinaryError> {
        self.reader.text(what, self.offset(what, address)?)
    }

    /// The libraries of a table whose last descriptor has no name.
    fn needs(&self, directory: u64, length: u64, name: u64, load: Load) -> Result<Vec<Need>, BinaryError> {
        let mut needs = Vec::new();
        let Some(table) = self.directory(directory)? else { return Ok(needs) };
        let (mut at, mut names) = (self.offset("imports", table)?, 0_usize);
        loop {
            let address = self.reader.u32("imports", at.saturating_add(name))?;
            if address == 0 {
                return Ok(needs);
            }
            let library = self.text("name of an import", address)?;
            names = names.saturating_add(library.len());
            // Names that are longer than the file, all together, are many that are one.
            if needs.len() == MOST_NEEDS || names > self.reader.bytes.len() {
                return Err(self.reader.malformed("number of imports", at));
            }
            needs.push(Need::new(library, load));
            at = at.saturating_add(length);
        }
    }

    /// The name of the library, and what it exports by name.
    fn exports(&self) -> Result<(Option<String>, PythonSymbols), BinaryError> {
        let mut symbols = PythonSymbols::default();
        let Some(table) = self.directory(EXPORTS)? else { return Ok((None, symbols)) };
        let at = self.offset("exports", table)?;
        let field = |offset| self.reader.u32("exports", at.saturating_add(offset));
        let name = match field(12)? {
            0 => None,
            address => Some(self.text("name of exports", address)?.to_owned()),
        };
        let count = field(24)?;
        if count > MOST_EXPORTS {
            return Err(self.reader.malformed("number of exports", at));
        }
        if count != 0 {
            let names = self.offset("names of exports", field(32)?)?;
            for number in 0..u64::from(count) {
                let address = self.reader.u32("names of exports", names.saturating_add(number * 4))?;
                let at = self.offset("name of an export", address)?;
                if PREFIXES.iter().any(|prefix| self.reader.starts_with(at, prefix)) {
                    symbols.add(self.reader.text("name of an export", at)?);
                }
            }
        }
        Ok((name, symbols))
    }
}
