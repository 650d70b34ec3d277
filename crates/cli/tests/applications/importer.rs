//! `OxidizedFinder` as Python code makes it: blobs of versions 3 and 4, from memory and mapped, and modules in files.

use std::path::Path;
use std::process::Command;

use pyox_distribution::{Host as _, Installed};
use pyox_packed_resources::{EntryFlags, FieldKind, Value, Writer};
use pyox_test_support::{Program, for_each_python};
use python_packed_resources::{Resource, write_packed_resources_v3};

const SCRIPT: &str = r#"
import importlib, sys
from oxidized_importer import OxidizedFinder

v4, v3, beside = sys.argv[1:]

def refused(call, *arguments, **keywords):
    try:
        call(*arguments, **keywords)
    except Exception as error:
        return type(error).__name__
    return "accepted"

finder = OxidizedFinder(resources_file=v4, relative_path_origin=beside)
assert finder.origin == beside, finder.origin
with open(v3, "rb") as file:
    data = file.read()
finder.index_bytes(memoryview(data))
sys.meta_path.insert(0, finder)

import from_v4, from_v3, in_file, in_pyc
assert from_v4.WHERE == "v4" and from_v4.__loader__ is finder
assert from_v3.WHERE == "v3"
assert in_file.WHERE == "file" and in_file.__file__ == beside + "/in_file.py", in_file.__file__
assert in_pyc.WHERE == "pyc", in_pyc
# What is indexed later replaces what was there.
assert importlib.import_module("both").WHERE == "v3"
assert importlib.reload(from_v4) is from_v4
assert refused(importlib.import_module, "gone") == "ImportError"

assert OxidizedFinder().find_spec("from_v4") is None
assert OxidizedFinder(data).find_spec("from_v3").loader is not finder
finder.index_file_memory_mapped(v3)
assert refused(OxidizedFinder, resources_data=b"nothing") == "ValueError"
assert refused(OxidizedFinder, resources_data=3) == "TypeError"
assert refused(OxidizedFinder, resources=data) == "TypeError"
assert refused(finder.index_bytes, data[:-1]) == "ValueError"
assert refused(finder.index_file_memory_mapped, v4 + ".gone") == "FileNotFoundError"
assert refused(finder.index_file_memory_mapped, "/dev/null") == "ValueError"
assert refused(setattr, finder, "origin", "/") == "AttributeError"
del sys.meta_path[0], finder
print("fine")
"#;

fn version_4() -> Writer {
    let mut writer = Writer::new();
    for (name, source) in [("from_v4", "WHERE = 'v4'\n"), ("both", "WHERE = 'v4'\n")] {
        writer.entry(name).flag(EntryFlags::MODULE).field(FieldKind::Source, source.as_bytes().to_vec());
    }
    writer.entry("in_file").flag(EntryFlags::MODULE).field(FieldKind::Source, Value::file("in_file.py"));
    writer.entry("in_pyc").flag(EntryFlags::MODULE).field(FieldKind::Bytecode, Value::file("in_pyc.pyc"));
    writer.entry("gone").flag(EntryFlags::MODULE).field(FieldKind::Source, Value::file("missing.py"));
    writer
}

/// As the original crate writes it.
fn version_3() -> anyhow::Result<Vec<u8>> {
    let module = |name: &'static str| Resource::<u8> {
        name: name.into(),
        is_python_module: true,
        in_memory_source: Some(b"WHERE = 'v3'\n".as_slice().into()),
        ..Resource::default()
    };
    let mut bytes = Vec::new();
    write_packed_resources_v3(&[module("from_v3"), module("both")], &mut bytes, None)?;
    Ok(bytes)
}

#[test]
fn python_code_makes_finders() {
    for_each_python("finders", |python| {
        let program = Program::pack(python, "finders", |src| std::fs::write(src.join("app.py"), SCRIPT), &["app.py"])?;
        let work = program.place("work");
        std::fs::write(work.join("v4"), version_4().to_vec()?)?;
        std::fs::write(work.join("v3"), version_3()?)?;
        std::fs::write(work.join("in_file.py"), "WHERE = 'file'\n")?;
        std::fs::write(work.join("source.py"), "WHERE = 'pyc'\n")?;
        compile(python, &work)?;
        let output = Command::new(program.executable()).args([work.join("v4"), work.join("v3")]).arg(&work).output()?;
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        anyhow::ensure!(output.status.success() && stdout == "fine\n", "{stdout}{stderr}");
        Ok(())
    });
}

/// Makes `in_pyc.pyc`.
fn compile(python: &Installed, work: &Path) -> anyhow::Result<()> {
    let code = "import py_compile; py_compile.compile('source.py', 'in_pyc.pyc', doraise=True)";
    let status = Command::new(python.executable()).args(["-I", "-c", code]).current_dir(work).status()?;
    anyhow::ensure!(status.success(), "py_compile: {status}");
    Ok(())
}
