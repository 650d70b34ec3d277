//! Trees and wheels for the tests.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_packed_resources::Resource;
use pyox_scanner::Scan;
pub use pyox_test_support::pythons::owned as pythons;
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;

/// What a program prints, run without `site`.
pub fn run(python: &Installed, program: &str, arguments: &[&Path]) -> String {
    // From a file: for `-c`, 3.13 imports `linecache`.
    let file = tree(&[("program.py", program)]);
    let mut command = Command::new(python.executable());
    let output = command.args(["-I", "-S"]).arg(file.path().join("program.py")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}: {}", python.info().version, String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The suffixes of CPython 3.11 on Linux.
pub const SUFFIXES: [&str; 3] = [".cpython-311-x86_64-linux-gnu.so", ".abi3.so", ".so"];

/// Writes files below a new directory.
pub fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), files);
    root
}

/// Writes files below `root`.
pub fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, content) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
}

/// One line per resource: its kind, its name or package, and its path.
pub fn lines(scan: &Scan) -> Vec<String> {
    let line = |resource: &Resource| {
        let (kind, name) = match resource {
            Resource::ModuleSource(module) => ("source", module.name.as_str()),
            Resource::ModuleBytecode(module) => ("bytecode", module.name.as_str()),
            Resource::ExtensionModule(module) => ("extension", module.name.as_str()),
            Resource::PackageResource(file) => ("data", file.package.as_str()),
            Resource::DistributionResource(file) => ("metadata", file.project.as_str()),
            Resource::SharedLibrary(library) => ("library", library.name.as_str()),
            Resource::File(_) => ("file", ""),
            _ => ("?", ""),
        };
        format!("{kind} {name} {}", resource.relative_path())
    };
    scan.resources.iter().map(|found| line(&found.resource)).collect()
}

/// What was passed over, one line each.
pub fn skipped(scan: &Scan) -> Vec<String> {
    scan.skipped.iter().map(|skipped| format!("{}: {:?}", skipped.path, skipped.reason)).collect()
}

/// The content of the resource with this relative path.
pub fn content(scan: &Scan, path: &str) -> Vec<u8> {
    let found = scan.resources.iter().find(|found| found.resource.relative_path() == path);
    found.unwrap_or_else(|| panic!("no {path}")).resource.data().read().unwrap().into_owned()
}

pub const METADATA: &str =
    "Metadata-Version: 2.1\nName: Hello\nVersion: 1.0\nRequires-Dist: six>=1\nRequires-Python: >=3.9\n\ntext\n";
pub const WHEEL: &str = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n";

/// A wheel in the making: entries as they will be written, `RECORD` as text.
pub struct WheelBuilder {
    pub entries: Vec<(String, Vec<u8>)>,
    pub record: String,
}

impl WheelBuilder {
    /// `hello-1.0` with the given files and right metadata.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let mut builder = Self { entries: Vec::new(), record: String::new() };
        for (path, content) in files {
            builder = builder.add(path, content.as_bytes());
        }
        builder
            .add("hello-1.0.dist-info/METADATA", METADATA.as_bytes())
            .add("hello-1.0.dist-info/WHEEL", WHEEL.as_bytes())
            .add("hello-1.0.dist-info/entry_points.txt", b"[console_scripts]\nhello = hello:main\n")
    }

    /// Adds a file and its line in `RECORD`.
    pub fn add(self, path: &str, content: &[u8]) -> Self {
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(content));
        let line = format!("{path},sha256={hash},{}\n", content.len());
        self.line(&line).unlisted(path, content)
    }

    /// Adds a line to `RECORD`.
    pub fn line(mut self, line: &str) -> Self {
        self.record.push_str(line);
        self
    }

    /// Adds a file that `RECORD` does not list.
    pub fn unlisted(mut self, path: &str, content: &[u8]) -> Self {
        self.entries.push((path.to_owned(), content.to_owned()));
        self
    }

    /// The bytes of the wheel, with `RECORD`.
    pub fn bytes(self) -> Vec<u8> {
        let Self { mut entries, record } = self;
        entries.push((
            "hello-1.0.dist-info/RECORD".into(),
            format!("{record}hello-1.0.dist-info/RECORD,,\n").into_bytes(),
        ));
        zip(&entries)
    }

    /// Writes the wheel into `directory`.
    pub fn write(self, directory: &Path) -> PathBuf {
        write_wheel(directory, &self.bytes())
    }
}

/// A zip archive of these entries.
pub fn zip(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, content) in entries {
        writer.start_file(path, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Writes bytes as `hello-1.0-py3-none-any.whl`.
pub fn write_wheel(directory: &Path, bytes: &[u8]) -> PathBuf {
    let path = directory.join("hello-1.0-py3-none-any.whl");
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Replaces all occurrences of `from` by `to`, which has the same length.
pub fn patch(bytes: &mut [u8], from: &[u8], to: &[u8]) -> usize {
    assert_eq!(from.len(), to.len());
    let starts: Vec<usize> = (0..=bytes.len() - from.len()).filter(|&at| bytes[at..].starts_with(from)).collect();
    for &at in &starts {
        bytes[at..at + from.len()].copy_from_slice(to);
    }
    starts.len()
}
