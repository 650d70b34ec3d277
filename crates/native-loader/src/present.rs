//! Libraries that the process has already, whoever has loaded them.

use std::ffi::{CStr, OsStr, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// By which path the dynamic loader knows a library with this name (`DT_SONAME`): it satisfies the `DT_NEEDED` of all
/// that is loaded from now on, and another one of the name would serve no one.
pub(crate) fn path_of(soname: &str) -> Option<PathBuf> {
    let mut search = Search { soname, found: None };
    // SAFETY: the callback gets the search back while that lives.
    unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut search).cast()) };
    search.found
}

/// Whether the process has a library with this name.
pub fn is_present(soname: &[u8]) -> bool {
    std::str::from_utf8(soname).is_ok_and(|soname| path_of(soname).is_some())
}

struct Search<'n> {
    soname: &'n str,
    found: Option<PathBuf>,
}

/// Of each library that is loaded, until the result is not zero.
unsafe extern "C" fn visit(info: *mut libc::dl_phdr_info, _size: usize, search: *mut c_void) -> c_int {
    // SAFETY: the dynamic loader describes a library, which is not unloaded meanwhile; the search is the one that was
    // given to it.
    let (info, search) = unsafe { (&*info, &mut *search.cast::<Search<'_>>()) };
    if info.dlpi_name.is_null() {
        return 0;
    }
    // SAFETY: its name, a C string.
    let name = unsafe { CStr::from_ptr(info.dlpi_name) }.to_bytes();
    // The program has no name, and what the kernel maps no file.
    if !name.contains(&b'/') {
        return 0;
    }
    // SAFETY: its program headers, which stay mapped.
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
    let base = info.dlpi_addr as usize;
    let dynamic = headers.iter().find(|header| header.p_type == libc::PT_DYNAMIC);
    // SAFETY: the library has its dynamic section there.
    let is_called = dynamic.is_some_and(|header| unsafe {
        soname(base, base.wrapping_add(header.p_vaddr as usize))
            .is_some_and(|soname| soname == search.soname.as_bytes())
    });
    if is_called {
        search.found = Some(OsStr::from_bytes(name).into());
    }
    is_called.into()
}

const DT_NULL: usize = 0;
const DT_STRTAB: usize = 5;
const DT_SONAME: usize = 14;

/// The name in a dynamic section.
///
/// # Safety
///
/// That of a loaded library with this base is at the address. What is returned lives as long as it.
unsafe fn soname<'l>(base: usize, address: usize) -> Option<&'l [u8]> {
    let (mut entry, mut strings, mut offset) = (address as *const [usize; 2], None, None);
    loop {
        // SAFETY: the section ends with an entry of the kind `DT_NULL`.
        match unsafe { entry.read() } {
            [DT_NULL, _] => break,
            [DT_STRTAB, place] => strings = Some(place),
            [DT_SONAME, place] => offset = Some(place),
            _ => {}
        }
        // SAFETY: as above.
        entry = unsafe { entry.add(1) };
    }
    let strings = strings?;
    // Where the section cannot be written to, the dynamic loader has left the address as it is in the file.
    let strings = if strings < base { base.wrapping_add(strings) } else { strings };
    // SAFETY: a string of the table.
    Some(unsafe { CStr::from_ptr(strings.wrapping_add(offset?) as *const _) }.to_bytes())
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn the_c_library_is_there() {
        let path = path_of("libc.so.6").unwrap();
        assert!(path.is_file(), "{path:?}");
        assert_eq!(path_of("libc.so"), None);
        assert_eq!(path_of(""), None);
    }
}
