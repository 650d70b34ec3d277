//! What a program finds in `sys`, `builtins` and `os.environ` that Python alone would not put there.

use std::os::unix::ffi::OsStrExt;

use pyox_python_objects::{Gil, Object, Result, import, set_sys};

use crate::start::Start;
use crate::{modules_list, system};

/// Sets everything that the configuration asks for.
pub(crate) fn set(gil: Gil, start: &Start<'_>) -> Result<()> {
    let config = start.config;
    if config.sys_frozen {
        set_sys(c"frozen", &Object::bool(gil, true))?;
    }
    if config.sys_meipass {
        let directory = start.roots.program().parent().unwrap_or(start.roots.program());
        set_sys(c"_MEIPASS", &Object::fs_str(gil, directory.as_os_str().as_bytes())?)?;
    }
    if config.argvb {
        set_sys(c"argvb", &argvb(gil, start)?)?;
    }
    let has_no_site = config.site_import == Some(false);
    if has_no_site && config.oxidized_importer {
        // As `site` does where there is no virtual environment.
        set_sys(c"_home", &Object::none(gil))?;
    }
    if config.site_builtins && has_no_site {
        site_builtins(gil)?;
    }
    let places = system::Places { origin: start.origin, program: start.roots.program() };
    for (name, value) in system::variables(config, places) {
        let environment = import(gil, c"os")?.attr(c"environ")?;
        let value = Object::fs_str(gil, value.as_os_str().as_bytes())?;
        environment.call_method(c"setdefault", &[&Object::str(gil, name)?, &value])?;
    }
    if let Some(variable) = &config.write_modules_directory_env {
        modules_list::register(gil, variable)?;
    }
    if let Some(method) = config.multiprocessing_start_method.filter(|_| !start.invocation.as_interpreter) {
        let method = Object::str(gil, method.word())?;
        import(gil, c"multiprocessing")?.call_method(c"set_start_method", &[&method])?;
    }
    Ok(())
}

/// The arguments that the process was given, after the path of the program.
fn argvb(gil: Gil, start: &Start<'_>) -> Result<Object> {
    let program = start.roots.program().as_os_str().as_bytes();
    let arguments = start.invocation.given().iter().map(|argument| argument.as_bytes());
    Object::list(gil, std::iter::once(program).chain(arguments).map(|argument| Object::bytes(gil, argument)))
}

fn site_builtins(gil: Gil) -> Result<()> {
    let site = import(gil, c"_sitebuiltins")?;
    let builtins = import(gil, c"builtins")?;
    let (quitter, end) = (site.attr(c"Quitter")?, Object::str(gil, "Ctrl-D (i.e. EOF)")?);
    builtins.set_attr(c"quit", &quitter.call(&[&Object::str(gil, "quit")?, &end])?)?;
    builtins.set_attr(c"exit", &quitter.call(&[&Object::str(gil, "exit")?, &end])?)?;
    builtins.set_attr(c"help", &site.attr(c"_Helper")?.call(&[])?)
}
