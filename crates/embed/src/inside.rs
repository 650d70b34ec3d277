//! What to do when a file inside the program is missing, or cannot be written.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use pyo3_ffi as ffi;
use pyox_python_objects::{Gil, Object, Raised, set_exception};

/// What to say after the traceback of the exception that is set, if that is an `OSError` for a path below the program.
/// It is set afterwards as before.
pub(crate) fn advice(gil: Gil, program: &Path) -> Option<String> {
    // SAFETY: an exception type, which is alive while Python runs.
    if unsafe { ffi::PyErr_ExceptionMatches(ffi::PyExc_OSError) } == 0 {
        return None;
    }
    let exception = Raised::pending().take(gil)?;
    let advice = advice_on(&exception, program);
    set_exception(&exception).set(gil);
    advice
}

fn advice_on(exception: &Object, program: &Path) -> Option<String> {
    let forget = |raised: Raised| raised.forget(exception.gil());
    let number = exception.attr_or_none(c"errno")?.to_int().map_err(forget).ok()?;
    let name = exception.attr_or_none(c"filename")?.to_fs_bytes().map_err(forget).ok()?;
    let path = Path::new(OsStr::from_bytes(&name));
    path.strip_prefix(program).ok().filter(|below| !below.as_os_str().is_empty())?;
    let path = path.display().to_string().escape_debug().to_string();
    match i32::from(number) {
        libc::ENOENT | libc::ENOTDIR => Some(format!(
            "{path} is inside the program, and no such file was packed: `pyoxidizer pack --add-data` adds files"
        )),
        libc::EROFS | libc::EACCES | libc::EPERM => Some(format!(
            "{path} is inside the program, which does not change: files that are written need another directory"
        )),
        _ => None,
    }
}
