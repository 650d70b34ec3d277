//! What the benchmarks are run on.

use pyox_packed_resources::{EntryFlags, FieldKind, Writer};

/// Modules of one package of [`program`].
pub const PACKAGE: usize = 100;

/// The name of the module at a position: packages of [`PACKAGE`] modules, with names as long as real ones.
pub fn module(position: usize) -> String {
    format!("package{:04}.subpackage.module{:02}", position / PACKAGE, position % PACKAGE)
}

/// A program of so many modules, each with different bytecode of 64 bytes.
pub fn program(modules: usize) -> Writer {
    let mut writer = Writer::new();
    for position in 0..modules {
        let code = position.to_le_bytes().repeat(8);
        writer.entry(module(position)).flag(EntryFlags::MODULE).field(FieldKind::Bytecode, code);
    }
    writer
}
