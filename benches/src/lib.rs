//! What the benchmarks are run on.

use std::path::Path;
use std::process::Command;

use pyox_build_cache::Cache;
use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_packaging::{Layer, LayerBuilder, Policy, Silent};
use pyox_packed_resources::{EntryFlags, FieldKind, Writer};

pub mod formats;

/// What the programs that benchmarks are return.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Numbers of entries that indexes are measured with.
pub const SIZES: [usize; 3] = [2_500, 25_000, 250_000];

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

/// Names to look up, one after the other in memory, so that reading them costs next to nothing.
pub struct Queries {
    text: String,
    ends: Vec<usize>,
}

impl Queries {
    /// All modules as a program imports them: package after package, in no order; the modules of a package together.
    pub fn in_import_order(modules: usize) -> Self {
        let packages = modules / PACKAGE;
        Self::of((0..modules).map(|i| i / PACKAGE * 7919 % packages * PACKAGE + i % PACKAGE))
    }

    /// What one program imports of them: 25 packages.
    pub fn of_one_program(modules: usize) -> Self {
        let all = Self::in_import_order(modules);
        let ends = all.ends[..25 * PACKAGE].to_vec();
        Self { text: all.text, ends }
    }

    /// All modules, none near the one before.
    pub fn in_no_order(modules: usize) -> Self {
        Self::of((0..modules).map(|i| i * 7919 % modules))
    }

    fn of(positions: impl Iterator<Item = usize>) -> Self {
        let mut queries = Self { text: String::new(), ends: Vec::new() };
        for position in positions {
            queries.text.push_str(&module(position));
            queries.ends.push(queries.text.len());
        }
        queries
    }

    /// Number of names.
    #[expect(clippy::len_without_is_empty, reason = "there is always one")]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The names.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.text[start..end])
    }
}

/// The standard library of a Python as the linker keeps it: compressed with dictionaries of its own.
///
/// # Errors
///
/// It cannot be packed.
pub fn standard_library(python: &Installed) -> Outcome<Layer> {
    let cache = Cache::of_user()?;
    Ok(LayerBuilder::new(python, Policy::default(), &cache).standard_library(&mut Silent)?)
}

/// The CPythons that are installed, the oldest first.
///
/// # Errors
///
/// There is none.
pub fn pythons() -> Outcome<Vec<Installed>> {
    let mut pythons = Installed::discover();
    let number = |part: &str| part.parse().unwrap_or(0_u32);
    pythons.sort_by_key(|python| python.info().version.split('.').map(number).collect::<Vec<_>>());
    if pythons.is_empty() { Err("no CPython is installed".into()) } else { Ok(pythons) }
}

/// Names of modules of the standard library, 450 of those that can be imported.
///
/// # Errors
///
/// The Python cannot be run.
pub fn importable_modules(python: &Installed) -> Outcome<Vec<String>> {
    let output = Command::new(python.executable()).args(["-I", "-S", "-c", LIST_MODULES]).output()?;
    Ok(String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect())
}

/// Prints the names of modules of the standard library, as many as can be imported up to 450.
const LIST_MODULES: &str = r#"
import importlib, pkgutil, sys
SKIPPED = ("_test", "test_", "_xx", "xx", "__", "_osx", "_aix", "_pydev")
SKIP = {"antigravity", "this", "idlelib", "test", "tests", "turtledemo", "lib2to3", "ensurepip", "venv", "site",
        "pty", "tty", "__main__", "__phello__", "__hello__", "distutils", "msilib"}
def names(path, prefix=""):
    for module in pkgutil.iter_modules(path, prefix):
        last = module.name.rpartition(".")[2]
        if not last.isidentifier() or last in SKIP or last.startswith(SKIPPED):
            continue
        yield module.name
        if module.ispkg and module.name.count(".") < 2:
            spec = importlib.util.find_spec(module.name)
            yield from names(spec.submodule_search_locations, module.name + ".")
import importlib.util, os
found = []
for name in names([p for p in sys.path if p and "site-packages" not in p]):
    try:
        importlib.import_module(name)
    except BaseException:
        continue
    found.append(name)
    if len(found) == 450:
        break
print("\n".join(found))
"#;

/// A directory whose files are in memory, where there is one.
pub fn directory_in_memory() -> std::path::PathBuf {
    let shared = Path::new("/dev/shm");
    if shared.is_dir() { shared.to_owned() } else { std::env::temp_dir() }
}
