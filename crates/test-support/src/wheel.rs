//! Wheels that a test needs.

use std::path::PathBuf;
use std::process::Command;

use crate::place::{Place, python_path};

/// Writes a zip file with a RECORD. A name that starts with `!` has a wrong hash there; a text `=N` is so many zeros.
const MAKE_WHEEL: &str = "\
import base64, hashlib, sys, zipfile
out, info, *rest = sys.argv[1:]
record = ''
with zipfile.ZipFile(out, 'w') as z:
    for name, text in zip(rest[::2], rest[1::2]):
        data = bytes(int(text[1:])) if text[:1] == '=' else text.encode()
        digest = hashlib.sha256(data + (b'x' if name[0] == '!' else b'')).digest()
        name = name.lstrip('!')
        z.writestr(name, data)
        code = base64.urlsafe_b64encode(digest).decode().rstrip('=')
        record += '%s,sha256=%s,%d\\n' % (name, code, len(data))
    z.writestr(info + '/RECORD', record + info + '/RECORD,,\\n')
";

const WHEEL: &str = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n";

/// A wheel of `name` 1.0 with these files and further lines of metadata.
pub fn wheel(place: &Place, name: &str, metadata: &str, files: &[(&str, &str)]) -> PathBuf {
    let path = place.path(&format!("{name}-1.0-py3-none-any.whl"));
    let info = format!("{name}-1.0.dist-info");
    let mut command = Command::new(python_path());
    command.args(["-I", "-S", "-c", MAKE_WHEEL]).arg(&path).arg(&info);
    for (file, text) in files {
        command.args([file.replace("INFO", &info).as_str(), text]);
    }
    command.arg(format!("{info}/METADATA"));
    command.arg(format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{metadata}"));
    command.arg(format!("{info}/WHEEL")).arg(WHEEL);
    assert!(command.status().expect("Python starts").success());
    path
}

/// A wheel with the console scripts `name (module:function)`.
pub fn wheel_with_scripts(place: &Place, name: &str, scripts: &[&str], text: &str) -> PathBuf {
    let lines: String = scripts.iter().map(|script| format!("{script}\n")).collect();
    let (points, module) = (format!("[console_scripts]\n{lines}"), format!("{name}.py"));
    wheel(place, name, "", &[(&module, text), ("INFO/entry_points.txt", &points)])
}
