//! The names of the imported modules, written when Python ends (manual 4.15.2, `write_modules_directory_env`).

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::ptr::null_mut;
use std::sync::{Mutex, PoisonError};

use pyo3_ffi as ffi;
use pyox_python_objects::{Gil, Object, Result, import, returned, sys, type_error, warn};

/// Where they go.
static DIRECTORY: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Lets Python write them, if the variable is set: when exit handlers run, before modules are torn down. This one is
/// the first that is registered, so that it runs as the last.
pub(crate) fn register(gil: Gil, variable: &str) -> Result<()> {
    let Some(directory) = std::env::var_os(variable).filter(|directory| !directory.is_empty()) else { return Ok(()) };
    *DIRECTORY.lock().unwrap_or_else(PoisonError::into_inner) = Some(directory.into());
    static mut WRITE: ffi::PyMethodDef = ffi::PyMethodDef {
        ml_name: c"write_modules".as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunction: write },
        ml_flags: ffi::METH_NOARGS,
        ml_doc: null_mut(),
    };
    // SAFETY: the definition is static, and only read; the function has neither instance nor module.
    let function = unsafe { Object::owned(ffi::PyCFunction_NewEx(&raw mut WRITE, null_mut(), null_mut())) }?;
    import(gil, c"atexit")?.call_method(c"register", &[&function]).map(drop)
}

unsafe extern "C" fn write(_module: *mut ffi::PyObject, _: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: Python calls this.
    let gil = unsafe { Gil::held() };
    let directory = DIRECTORY.lock().unwrap_or_else(PoisonError::into_inner).take();
    let outcome = directory.map_or(Ok(()), |directory| {
        let names = names(gil)?;
        // The program has done its work: a failure is no reason to end otherwise.
        match write_to(&directory, &names) {
            Ok(()) => Ok(()),
            Err(error) => {
                warn(gil, &format!("the names of modules cannot be written to {}: {error}", directory.display()))
            }
        }
    });
    returned(gil, outcome.map(|()| Object::none(gil)))
}

/// Sorted, a line each.
fn names(gil: Gil) -> Result<String> {
    let modules = sys(gil, c"modules").ok_or_else(|| type_error("sys.modules is gone"))?;
    let mut names = Vec::new();
    import(gil, c"builtins")?.call_method(c"list", &[&modules])?.for_each(|name| {
        // Other keys are no names of modules.
        if let Some(name) = name.to_name()? {
            names.push(name.to_owned());
        }
        Ok(())
    })?;
    names.sort_unstable();
    Ok(names.iter().map(|name| format!("{name}\n")).collect())
}

fn write_to(directory: &Path, names: &str) -> io::Result<()> {
    std::fs::create_dir_all(directory)?;
    let file = OsString::from_vec(format!("modules-{}", uuid()?).into_bytes());
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(directory.join(file))?;
    file.write_all(names.as_bytes())
}

/// A random UUID (RFC 9562, version 4).
fn uuid() -> io::Result<String> {
    let mut bytes = [0; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = format!("{:032x}", u128::from_be_bytes(bytes));
    Ok([&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_random_uuids() {
        let (one, two) = (uuid().unwrap(), uuid().unwrap());
        assert_ne!(one, two);
        for uuid in [one, two] {
            let parts: Vec<usize> = uuid.split('-').map(str::len).collect();
            assert_eq!(parts, [8, 4, 4, 4, 12], "{uuid}");
            assert!(uuid[14..15] == *"4" && ["8", "9", "a", "b"].contains(&&uuid[19..20]), "{uuid}");
        }
    }

    #[test]
    fn each_time_makes_a_file_in_a_directory_that_is_made() {
        let place = std::env::temp_dir().join(format!("pyox-modules-{}", std::process::id()));
        let directory = place.join("a/b");
        write_to(&directory, "encodings\n").unwrap();
        write_to(&directory, "encodings\n").unwrap();
        let files: Vec<_> = std::fs::read_dir(&directory).unwrap().map(|file| file.unwrap().path()).collect();
        assert_eq!(files.len(), 2);
        assert!(files.iter().all(|file| std::fs::read_to_string(file).unwrap() == "encodings\n"));
        std::fs::remove_dir_all(place).unwrap();
    }
}
