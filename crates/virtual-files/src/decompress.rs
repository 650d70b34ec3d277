//! zstd with memory that is mapped.

use std::ffi::c_void;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::AtomicPtr;

use pyox_packed_resources::{Blob, SectionKind};
use rustix::io::Errno;
use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous, munmap};
use zstd_sys as zstd;

use crate::mapped::{Boxed, Mapped, published};

/// A dictionary is at most so long, as for every reader of packed resources.
const DICTIONARY_LIMIT: u64 = 8 << 20;

/// A decompressor.
pub(crate) struct Context(NonNull<zstd::ZSTD_DCtx>);

impl Context {
    /// # Errors
    ///
    /// `ENOMEM`
    pub(crate) fn new() -> Result<Self, Errno> {
        let memory = zstd::ZSTD_customMem { customAlloc: Some(allocate), customFree: Some(free), opaque: null_mut() };
        // SAFETY: the functions are those that zstd asks for.
        NonNull::new(unsafe { zstd::ZSTD_createDCtx_advanced(memory) }).map(Self).ok_or(Errno::NOMEM)
    }

    /// Decompresses one frame, which fills `value`.
    ///
    /// # Errors
    ///
    /// `EIO` if the frame is damaged, or has another length.
    pub(crate) fn decompress(&mut self, stored: &[u8], dictionary: &[u8], value: &mut [u8]) -> Result<(), Errno> {
        // SAFETY: the context is this one's alone; the lengths are those of the slices.
        let length = unsafe {
            zstd::ZSTD_decompress_usingDict(
                self.0.as_ptr(),
                value.as_mut_ptr().cast(),
                value.len(),
                stored.as_ptr().cast(),
                stored.len(),
                dictionary.as_ptr().cast(),
                dictionary.len(),
            )
        };
        // An error is a number greater than any length.
        if length == value.len() { Ok(()) } else { Err(Errno::IO) }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: made by zstd, and not used again.
        unsafe { zstd::ZSTD_freeDCtx(self.0.as_ptr()) };
    }
}

/// How much is mapped before what zstd gets: the length is there.
const BEFORE: usize = 64;

/// `ZSTD_allocFunction`
unsafe extern "C" fn allocate(_opaque: *mut c_void, length: usize) -> *mut c_void {
    let Some(length) = length.checked_add(BEFORE) else { return null_mut() };
    // SAFETY: new memory, where the kernel has room; it starts with room for a number.
    unsafe {
        match mmap_anonymous(null_mut(), length, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE) {
            Ok(start) => {
                start.cast::<usize>().write(length);
                start.byte_add(BEFORE)
            }
            Err(_) => null_mut(),
        }
    }
}

/// `ZSTD_freeFunction`
unsafe extern "C" fn free(_opaque: *mut c_void, address: *mut c_void) {
    if address.is_null() {
        return;
    }
    // SAFETY: zstd gives back what `allocate` has made, once.
    unsafe {
        let start = address.byte_sub(BEFORE);
        let length = start.cast::<usize>().read();
        // What cannot be unmapped stays.
        let _ = munmap(start, length);
    }
}

/// A dictionary of a blob, decompressed.
struct Known {
    /// Where the blob starts.
    blob: usize,
    number: u8,
    content: Mapped<u8>,
}

/// Those that were needed first. They stay for the life of the process.
static KNOWN: [AtomicPtr<Known>; 16] = [const { AtomicPtr::new(null_mut()) }; 16];

/// Calls `use_it` with the content of a dictionary.
///
/// # Errors
///
/// `EIO` if there is none or it is damaged, `ENOMEM`, and that of `use_it`.
pub(crate) fn with_dictionary(
    blob: &Blob<'static>,
    number: u8,
    use_it: impl FnOnce(&[u8]) -> Result<(), Errno>,
) -> Result<(), Errno> {
    let start = blob.as_bytes().as_ptr().addr();
    let mut known = KNOWN.iter().map_while(published);
    if let Some(known) = known.find(|known| (known.blob, known.number) == (start, number)) {
        return use_it(&known.content);
    }
    let section = blob.checked_section(SectionKind::Dictionary(number)).ok().flatten().ok_or(Errno::IO)?;
    // SAFETY: the length is that of the slice.
    let length = unsafe { zstd::ZSTD_getFrameContentSize(section.as_ptr().cast(), section.len()) };
    if length > DICTIONARY_LIMIT {
        return Err(Errno::IO);
    }
    let mut content = Mapped::zeros(length as usize)?;
    Context::new()?.decompress(section, &[], &mut content)?;
    let mut made = Boxed::new(Known { blob: start, number, content })?;
    for place in &KNOWN {
        made = match made.publish(place) {
            Ok(known) => return use_it(&known.content),
            Err(made) => made,
        };
    }
    use_it(&made.content)
}
