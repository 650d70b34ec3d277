//! Dynamic libraries from memory: `memfd_create`, `dlopen`.
//!
//! glibc compares the path of a library before its inode, so that two memory files that have had the same number
//! would be "the same": every path is spelled uniquely. `/proc/self/fd` would make debuggers open the name in their
//! own process, so the path names the process id.

use std::collections::{HashMap, HashSet};
use std::ffi::{CStr, CString, c_void};
use std::fs::File;
use std::io::Write;
use std::os::fd::{AsRawFd, FromRawFd};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};

use pyox_packed_resources::FieldKind;

use crate::catalogue::Found;
use crate::object::{Object, Result, import_error, set_exception, take_exception};
use crate::paths::append;
use crate::state::State;

/// Makes the path of every memory file different from all earlier ones.
static SPELLING: AtomicUsize = AtomicUsize::new(0);

/// SONAMEs of libraries that are loaded, by any interpreter of the process.
static LIBRARIES: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

/// Paths by which glibc knows extension modules that are loaded, by any interpreter of the process. As with a file, there
/// is one of each however often it is imported: a second copy of `_datetime` breaks CPython 3.13.
static EXTENSIONS: LazyLock<Mutex<HashMap<Identity, String>>> = LazyLock::new(Mutex::default);

/// Name of an extension module, length of its library, and CRC-32 of that as it is stored.
type Identity = (String, usize, u32);

/// A library in a memory file; the path is valid while this lives.
struct MemoryFile {
    path: String,
    _file: File,
}

impl MemoryFile {
    fn new(name: &str, content: &[u8]) -> std::io::Result<Self> {
        let c_name = CString::new(name).unwrap_or_default();
        let mut file = memfd(&c_name)?;
        file.write_all(content)?;
        let spelling = SPELLING.fetch_add(1, Ordering::Relaxed);
        let mut path = format!("/proc/{}/fd/", std::process::id());
        for bit in 0..usize::BITS - spelling.leading_zeros() {
            path.push_str(if spelling >> bit & 1 == 1 { "./" } else { "/" });
        }
        // The highest bit is always `./`, so that no two spellings are equal.
        path.push_str(&file.as_raw_fd().to_string());
        Ok(Self { path, _file: file })
    }
}

pub(crate) fn memfd(name: &CStr) -> std::io::Result<File> {
    // Since Linux 6.3 a memory file says whether it may be executed; mapping it executable needs no such right.
    for flags in [libc::MFD_CLOEXEC | libc::MFD_NOEXEC_SEAL, libc::MFD_CLOEXEC] {
        // SAFETY: a C string and flags; the result is checked.
        let fd = unsafe { libc::memfd_create(name.as_ptr(), flags) };
        if fd >= 0 {
            // SAFETY: a new descriptor that nothing else owns.
            return Ok(unsafe { File::from_raw_fd(fd) });
        }
        let error = std::io::Error::last_os_error();
        if error.raw_os_error() != Some(libc::EINVAL) {
            return Err(error);
        }
    }
    Err(std::io::Error::from_raw_os_error(libc::EINVAL))
}

impl State {
    /// Makes an extension module: the libraries it needs first, then its own.
    pub(crate) fn create_extension(&self, spec: &Object, entry: &Found<'_>) -> Result<Object> {
        self.load_dependencies(entry)?;
        if let Some(file) = self.cached_file(entry)? {
            return self.create_dynamic(spec, &file.to_string_lossy());
        }
        if let Some(path) = entry.file(FieldKind::Extension)? {
            return self.create_dynamic(spec, &entry.catalogue.origin().join(&*path).to_string_lossy());
        }
        let Some(library) = entry.value(FieldKind::Extension)? else {
            return Err(import_error("extension module has no library", entry.name()));
        };
        let checksum = entry.checksum(FieldKind::Extension).unwrap_or_else(|| crc32fast::hash(&library));
        let identity = (entry.name().to_owned(), library.len(), checksum);
        let known = EXTENSIONS.lock().ok().and_then(|extensions| extensions.get(&identity).cloned());
        if let Some(path) = known {
            // The memory file is closed: the path is a name only.
            return self.create_dynamic(spec, &path);
        }
        let file = MemoryFile::new(entry.name(), &library).map_err(|error| memory_error(&error, entry.name()))?;
        let module = self.create_dynamic(spec, &file.path)?;
        if let Ok(mut extensions) = EXTENSIONS.lock() {
            extensions.entry(identity).or_insert(file.path);
        }
        Ok(module)
    }

    /// `_imp.create_dynamic` opens what `origin` names; the module shall have the virtual path, however.
    fn create_dynamic(&self, spec: &Object, path: &str) -> Result<Object> {
        let origin = spec.attr(c"origin")?;
        spec.set_attr(c"origin", &Object::str(path)?)?;
        let create = self.python.imp.attr(c"create_dynamic")?;
        let module = self.python.call_with_frames_removed.call(&[&create, spec]);
        // No attribute may be set while an exception is.
        let exception = if module.is_err() { take_exception() } else { None };
        spec.set_attr(c"origin", &origin)?;
        let module = module.map_err(|raised| exception.map_or(raised, set_exception))?;
        if let Some(file) = module.attr_or_none(c"__file__")
            && file.to_str().is_ok_and(|file| file == path)
        {
            module.set_attr(c"__file__", &origin)?;
        }
        Ok(module)
    }

    /// The extension module as a real file, if its package is placed in files.
    fn cached_file(&self, entry: &Found<'_>) -> Result<Option<PathBuf>> {
        let top_level = crate::paths::top_level(entry.name());
        let Some(directory) = self.cache_directory(entry.catalogue, top_level)? else { return Ok(None) };
        let path = entry.text(FieldKind::RelativePath)?;
        Ok(path.map(|path| append(&directory, &path)).filter(|file| file.is_file()))
    }

    /// Loads the libraries that an entry needs, each after those it needs itself. A library satisfies the
    /// `DT_NEEDED` of later ones by its SONAME.
    fn load_dependencies(&self, entry: &Found<'_>) -> Result<()> {
        match LIBRARIES.lock() {
            Ok(mut loaded) => self.load_missing(entry, &mut loaded),
            Err(_) => Err(import_error("loading a library has failed before", entry.name())),
        }
    }

    fn load_missing(&self, entry: &Found<'_>, loaded: &mut HashSet<String>) -> Result<()> {
        for field in entry.fields_of(FieldKind::Dependency).flatten() {
            let name = field.key();
            if !loaded.insert(name.to_owned()) {
                continue;
            }
            let Some(library) = entry.catalogue.entry(name)? else { continue };
            self.load_missing(&library, loaded)?;
            if let Some(content) = library.value(FieldKind::SharedLibrary)? {
                let file = MemoryFile::new(name, &content).map_err(|error| memory_error(&error, name))?;
                open_library(&file.path).map_err(|error| import_error(&error, name))?;
            }
        }
        Ok(())
    }
}

/// Opens a library for the life of the process.
fn open_library(path: &str) -> std::result::Result<*mut c_void, String> {
    let path = CString::new(path).unwrap_or_default();
    // SAFETY: a C string. Initialisers of the library run, as they do for any library a Python program loads.
    let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
    if !handle.is_null() {
        return Ok(handle);
    }
    // SAFETY: after a failure dlerror returns a C string or null.
    let message = unsafe {
        let message = libc::dlerror();
        if message.is_null() { "dlopen failed".into() } else { CStr::from_ptr(message).to_string_lossy().into_owned() }
    };
    Err(message)
}

fn memory_error(error: &std::io::Error, name: &str) -> crate::object::Raised {
    import_error(&format!("cannot keep the library of {name} in memory: {error}"), name)
}
