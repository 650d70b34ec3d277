//! Path configuration files: `.pth` files, which add to `sys.path` and run code, and the `.start` files of Python 3.15.

use std::os::unix::ffi::OsStrExt;

use pyox_finder::Roots;
use pyox_packed_resources::Place;
use pyox_python_objects::{Gil, Object, Result, import};

/// Does what `site` does with the files in the directory of installed packages. It writes what is wrong with them to
/// standard error, and goes on.
pub(crate) fn run(gil: Gil, roots: &Roots) -> Result<()> {
    let directory = Object::fs_str(gil, roots.of(Place::SitePackages).as_os_str().as_bytes())?;
    // Imported while `sys.flags.no_site` is set, it does nothing by itself.
    import(gil, c"site")?.call_method(c"addsitedir", &[&directory]).map(drop)
}
