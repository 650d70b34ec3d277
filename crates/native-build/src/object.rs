//! Objects: what they define, and making one that defines a single symbol.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{fs, io};

use goblin::elf::Elf;
use goblin::elf::section_header::SHN_UNDEF;
use goblin::elf::sym::STB_LOCAL;

use crate::error::Error;

/// The symbols that an object defines for others; nothing if it is none.
pub(crate) fn defined(object: &[u8]) -> BTreeSet<String> {
    let Ok(elf) = Elf::parse(object) else { return BTreeSet::new() };
    let symbols = elf.syms.iter().filter(|symbol| symbol.st_bind() != STB_LOCAL);
    let symbols = symbols.filter(|symbol| symbol.st_shndx != SHN_UNDEF as usize);
    symbols.filter_map(|symbol| elf.strtab.get_at(symbol.st_name)).map(str::to_owned).collect()
}

/// The function that makes a module of a shared library.
pub(crate) fn init_of_library(module: &str) -> String {
    format!("PyInit_{}", module.rsplit('.').next().unwrap_or(module))
}

/// The function that makes it in a program, where names are not those of one package. No function in C is called so.
pub(crate) fn init_of_program(module: &str) -> String {
    format!("PyInit.{module}")
}

/// Makes an object of another one, in a directory: it defines [`init_of_program`] and no other symbol for others.
pub(crate) fn isolate(object: &Path, module: &str, directory: &Path) -> Result<Vec<u8>, Error> {
    let [source, joined, isolated] = ["init.c", "joined.o", "isolated.o"].map(|name| directory.join(name));
    fs::write(&source, init(module)?).map_err(Error::io("write", &source))?;
    let chosen = std::env::var("CC").unwrap_or_default();
    let mut words = chosen.split_whitespace();
    let mut compiler = Command::new(words.next().unwrap_or("cc"));
    compiler.args(words).args(["-O2", "-fPIC", "-fno-lto", "-r", "-nostdlib"]);
    compiler.args(["-Wl,-d", "-Wl,--force-group-allocation", "-o"]).args([&joined, object, &source]);
    run(compiler, module)?;
    let mut objcopy = Command::new("objcopy");
    objcopy.arg(format!("--keep-global-symbol={}", init_of_program(module))).arg("--strip-debug");
    // Linkers take an object that says nothing of its stack for one whose stack is executable, and put that down. A
    // shared library would have been taken as it is.
    objcopy.arg("--set-section-flags=.note.GNU-stack=contents,readonly");
    objcopy.args([&joined, &isolated]);
    run(objcopy, module)?;
    fs::read(&isolated).map_err(Error::io("read", &isolated))
}

/// The source of the function that makes the module. While an extension module is loaded from a shared library, Python
/// knows its whole name, which modules with one phase of initialisation take for theirs; so it does here. Versions
/// up to 3.11 have a variable for it, later ones a function, which a shared libpython does not show: there such a
/// module gets its name when it is made. (Definitions of modules with more phases refuse that, and need it not.)
fn init(module: &str) -> Result<String, Error> {
    let is_part = |part: &str| {
        let is_word = part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        is_word && part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    };
    if !module.split('.').all(is_part) {
        return Err(Error::Name { module: module.to_owned() });
    }
    let (of_library, of_program) = (init_of_library(module), init_of_program(module));
    Ok(format!(
        "typedef struct _object PyObject;\n\
         extern const char *_Py_PackageContext __attribute__((weak));\n\
         extern const char *_PyImport_SwapPackageContext(const char *) __attribute__((weak));\n\
         extern PyObject *PyUnicode_FromString(const char *);\n\
         extern int PyObject_SetAttrString(PyObject *, const char *, PyObject *);\n\
         extern void PyErr_Clear(void);\n\
         extern void Py_DecRef(PyObject *);\n\
         extern PyObject *of_library(void) __asm__(\"{of_library}\");\n\
         extern PyObject *of_program(void) __asm__(\"{of_program}\");\n\
         PyObject *of_program(void) {{\n\
         \x20   const char *name = \"{module}\", *before = 0;\n\
         \x20   if (_PyImport_SwapPackageContext) before = _PyImport_SwapPackageContext(name);\n\
         \x20   else if (&_Py_PackageContext) {{ before = _Py_PackageContext; _Py_PackageContext = name; }}\n\
         \x20   PyObject *made = of_library();\n\
         \x20   if (_PyImport_SwapPackageContext) _PyImport_SwapPackageContext(before);\n\
         \x20   else if (&_Py_PackageContext) _Py_PackageContext = before;\n\
         \x20   else if (made) {{\n\
         \x20       PyObject *whole = PyUnicode_FromString(name);\n\
         \x20       if (!whole || PyObject_SetAttrString(made, \"__name__\", whole)) PyErr_Clear();\n\
         \x20       Py_DecRef(whole);\n\
         \x20   }}\n\
         \x20   return made;\n\
         }}\n"
    ))
}

fn run(mut command: Command, module: &str) -> Result<(), Error> {
    let tool = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => Error::NoTool { tool: tool.clone() },
        _ => Error::Io { action: "start", path: tool.clone().into(), source },
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(Error::Tool { tool, module: module.to_owned(), status: output.status, output: said })
}
