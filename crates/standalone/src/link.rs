//! What a launcher is linked with: the objects of the core and of the chosen extension modules as one static library.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pyox_distribution::{ExtensionForm, Libpython, LinkSettings};
use pyox_output::{PLAIN, write_atomically};

use crate::form::{form, is_linked};
use crate::python_json::{ExtensionInfo, Link, PythonJson};
use crate::{Error, ar};

/// The format of objects that can be linked here.
const ELF: &str = "elf";

/// The chosen variants by the names of their modules.
pub(crate) type Chosen<'j> = BTreeMap<&'j str, &'j ExtensionInfo>;

/// Makes `libpythonX.Y.a` in a directory, with what else a launcher is linked with. The table of built-in modules is
/// that of the archive if it has just the modules that are chosen, else it is compiled.
pub(crate) fn settings(
    root: &Path,
    json: &PythonJson,
    chosen: &Chosen<'_>,
    directory: &Path,
) -> Result<LinkSettings, Error> {
    let info = &json.build_info;
    if info.object_file_format != ELF || info.core.objs.is_empty() {
        return Err(Error::Objects { path: root.to_owned(), format: info.object_file_format.clone() });
    }
    fs::create_dir_all(directory).map_err(Error::io("create", directory))?;
    let linked: Chosen<'_> = chosen.iter().filter(|(_, one)| is_linked(one)).map(|(n, o)| (*n, *o)).collect();
    let in_core = info.extensions.iter().flat_map(|(name, all)| all.iter().map(move |one| (name.as_str(), one)));
    let in_core: Vec<&str> = in_core.filter(|(_, one)| one.in_core).map(|(name, _)| name).collect();
    let has_table = linked.values().all(|one| one.in_core) && linked.keys().eq(in_core.iter());
    let mut objects = Vec::new();
    for path in info.core.objs.iter().filter(|path| has_table || **path != info.inittab_object) {
        objects.push(object(root, path)?);
    }
    if !has_table {
        objects.push(("config.o".to_owned(), compile(&table(&linked)?, directory)?));
    }
    let mut extra = Vec::new();
    let mut links: Vec<&Link> = info.core.links.iter().collect();
    for variant in linked.values() {
        match form(root, variant) {
            Some(ExtensionForm::Objects(_)) => {
                for path in &variant.objs {
                    objects.push(object(root, path)?);
                }
            }
            Some(ExtensionForm::Archive(path)) => extra.push(path),
            _ => {}
        }
        links.extend(&variant.links);
    }
    let library = directory.join(format!("libpython{}.a", json.python_major_minor_version));
    write_atomically(&library, PLAIN, |out| ar::write(out, &objects).map_err(Error::io("write", &library)))?;
    let mut settings = LinkSettings::new(Libpython::Static(library));
    settings.extra_archives = extra;
    for link in links {
        add(&mut settings, root, link);
    }
    Ok(settings)
}

fn add(settings: &mut LinkSettings, root: &Path, link: &Link) {
    match &link.path_static {
        Some(path) if !settings.extra_archives.contains(&root.join(path)) => {
            settings.extra_archives.push(root.join(path));
        }
        Some(_) => {}
        None if settings.system_libraries.contains(&link.name) => {}
        None => settings.system_libraries.push(link.name.clone()),
    }
}

/// An object, with a name that no other one has.
fn object(root: &Path, path: &str) -> Result<(String, Vec<u8>), Error> {
    let file = root.join(path);
    let content = fs::read(&file).map_err(Error::io("read", &file))?;
    Ok((path.replace('/', "."), content))
}

/// The source of a table of built-in modules.
fn table(linked: &Chosen<'_>) -> Result<String, Error> {
    let mut text = String::from("typedef struct _object PyObject;\n");
    let mut rows = String::new();
    for (name, variant) in linked {
        let function = variant.init_fn.as_str();
        let is_plain = |text: &str, more: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || more.contains(c))
        };
        if !is_plain(name, ".") || !is_plain(function, "") || function.starts_with(|c: char| c.is_ascii_digit()) {
            let field = format!("build_info.extensions.{name}.init_fn");
            return Err(Error::Name { field, name: function.to_owned() });
        }
        if function == "NULL" {
            let _ = writeln!(rows, "    {{\"{name}\", 0}},");
        } else {
            let _ = writeln!(text, "extern PyObject *{function}(void);");
            let _ = writeln!(rows, "    {{\"{name}\", {function}}},");
        }
    }
    let _ = write!(
        text,
        "struct _inittab {{ const char *name; PyObject *(*initfunc)(void); }};\n\
         struct _inittab _PyImport_Inittab[] = {{\n{rows}    {{0, 0}}\n}};\n"
    );
    Ok(text)
}

/// The object that a C compiler makes of a text.
fn compile(text: &str, directory: &Path) -> Result<Vec<u8>, Error> {
    let scratch = tempfile::Builder::new().prefix(".pyoxidizer-").tempdir_in(directory);
    let scratch = scratch.map_err(Error::io("create a directory in", directory))?;
    let [source, object] = ["config.c", "config.o"].map(|name| scratch.path().join(name));
    fs::write(&source, text).map_err(Error::io("write", &source))?;
    let compiler = std::env::var_os("CC").filter(|name| !name.is_empty()).unwrap_or_else(|| "cc".into());
    let mut command = Command::new(&compiler);
    command.args(["-c", "-O2", "-fPIC", "-o", "config.o", "config.c"]).current_dir(scratch.path());
    let output = command.stdin(Stdio::null()).output().map_err(Error::io("start", PathBuf::from(compiler)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Error::Compile { status: output.status.to_string(), output: said });
    }
    fs::read(&object).map_err(Error::io("read", &object))
}
