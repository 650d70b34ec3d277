//! Program headers, and which of them maps the payload.

/// A program header of a 64-bit little-endian ELF file: a segment of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Segment {
    /// `p_type`
    pub kind: u32,
    /// `p_flags`
    pub flags: u32,
    /// `p_offset`, in bytes from the start of the file.
    pub offset: u64,
    /// `p_vaddr`, relative to where a position independent program is loaded.
    pub address: u64,
    /// `p_filesz`, in bytes.
    pub file_len: u64,
    /// `p_memsz`, in bytes.
    pub memory_len: u64,
}

/// `PT_LOAD`: mapped by the kernel.
pub(crate) const LOAD: u32 = 1;
/// `PT_NOTE`: what tools may want to know.
pub(crate) const NOTE: u32 = 4;
/// `PT_PHDR`: the program headers themselves.
const HEADERS: u32 = 6;
/// `PF_R`: readable, and nothing else.
pub(crate) const READ_ONLY: u32 = 4;

impl Segment {
    /// Length of a program header in bytes.
    pub const HEADER_LEN: usize = 56;

    /// Reads a table of program headers, from a file or from memory. An incomplete last one is left out.
    pub fn table(headers: &[u8]) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator + '_ {
        headers.chunks_exact(Self::HEADER_LEN).map(|header| {
            let word = |at| u64::from_le_bytes(array(header, at));
            Self {
                kind: u32::from_le_bytes(array(header, 0)),
                flags: u32::from_le_bytes(array(header, 4)),
                offset: word(8),
                address: word(16),
                file_len: word(32),
                memory_len: word(40),
            }
        })
    }

    /// The header of a read-only segment to load, as long in the file as in memory.
    pub(crate) fn load(offset: u64, address: u64, len: u64, align: u64) -> [u8; Self::HEADER_LEN] {
        let mut header = [0; Self::HEADER_LEN];
        header[..4].copy_from_slice(&LOAD.to_le_bytes());
        header[4..8].copy_from_slice(&READ_ONLY.to_le_bytes());
        for (slot, value) in header[8..].chunks_exact_mut(8).zip([offset, address, address, len, len, align]) {
            slot.copy_from_slice(&value.to_le_bytes());
        }
        header
    }
}

/// The segment that is the payload, if its content starts with [`PAYLOAD_MAGIC`](crate::PAYLOAD_MAGIC): the last one to
/// load, if that is read-only.
pub fn payload_segment(headers: &[u8]) -> Option<Segment> {
    let last = Segment::table(headers).rfind(|segment| segment.kind == LOAD)?;
    (last.flags == READ_ONLY).then_some(last)
}

/// The segment that is the table of program headers: its address tells where a running program was loaded.
pub fn header_segment(headers: &[u8]) -> Option<Segment> {
    Segment::table(headers).find(|segment| segment.kind == HEADERS)
}

/// The bytes of a field; zeros where there are none.
pub(crate) fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..at + N).and_then(|field| field.try_into().ok()).unwrap_or([0; N])
}
