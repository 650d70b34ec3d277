//! Comparing what a packed program prints with what plain Python prints.

use std::fmt::Write as _;
use std::path::Path;

use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_interpreter_config::directories;

/// Output with everything replaced that has to differ.
pub struct Normal {
    replacements: Vec<(String, &'static str)>,
}

impl Normal {
    pub fn packed(program: &Path, python: &Installed) -> Self {
        let program = program.display().to_string();
        let library = format!("{program}/{}/", directories::standard_library(python.minor().1));
        let replacements = vec![
            (main_thread(&program), "[<NAME>] (most"),
            (library, "<LIBRARY>/"),
            (format!("{program}/{}", directories::PREFIX), "<PREFIX>"),
            (format!("{program}/{}", directories::APPLICATION), "<ROOT>"),
            (program, "<APP>"),
        ];
        Self { replacements }
    }

    pub fn unpackaged(app: &Path, python: &Installed) -> Self {
        let mut replacements = Vec::new();
        for library in [python.extension_dir(), Some(python.stdlib_dir())].into_iter().flatten() {
            replacements.push((format!("{}/", library.display()), "<LIBRARY>/"));
        }
        replacements.push((main_thread(&python.executable().display().to_string()), "[<NAME>] (most"));
        replacements.push((app.display().to_string(), "<ROOT>"));
        replacements.push((python.executable().display().to_string(), "<APP>"));
        Self { replacements }
    }

    pub fn text(&self, bytes: &[u8]) -> String {
        let mut text = String::new();
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            for byte in chunk.invalid() {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
        for (from, to) in &self.replacements {
            text = text.replace(from, to);
        }
        hide_numbers(&text)
    }
}

/// How `faulthandler` introduces the main thread, from Python 3.14 on: the system calls it after the program.
fn main_thread(program: &str) -> String {
    let name = program.rsplit('/').next().unwrap_or_default();
    format!("[{}] (most", name.chars().take(15).collect::<String>())
}

/// Addresses, process and thread numbers become `N`.
fn hide_numbers(text: &str) -> String {
    let mut rest = text;
    let mut out = String::new();
    while let Some(at) = ["0x", "bash: line ", "pid=", "ForkPoolWorker-", "SpawnPoolWorker-", "ForkServerPoolWorker-"]
        .iter()
        .filter_map(|mark| rest.find(mark).map(|at| at + mark.len()))
        .min()
    {
        out.push_str(&rest[..at]);
        out.push('N');
        rest = rest[at..].trim_start_matches(|c: char| c.is_ascii_hexdigit());
    }
    out + rest
}

/// The lines that differ, in the manner of `diff`: `-` is plain Python.
pub fn difference(packed: &str, plain: &str) -> String {
    let (packed, plain): (Vec<&str>, Vec<&str>) = (packed.lines().collect(), plain.lines().collect());
    let start = packed.iter().zip(&plain).take_while(|(one, two)| one == two).count();
    let (packed, plain) = (&packed[start..], &plain[start..]);
    let end = packed.iter().rev().zip(plain.iter().rev()).take_while(|(one, two)| one == two).count();
    let mut text = format!("  from line {}\n", start + 1);
    for (sign, lines) in [('-', plain), ('+', packed)] {
        for line in lines[..lines.len() - end].iter().take(40) {
            let _ = writeln!(text, "  {sign} {line}");
        }
    }
    text
}
