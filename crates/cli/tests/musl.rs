//! Programs of CPythons with musl: one that is linked with it statically, which needs nothing of a system, and one that
//! loads it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use pyox_test_support::place::{Outcome, Place};
use pyox_test_support::{command, pythons, report};

/// What a program in an empty directory can do, and that it came with all it imports.
const SCRIPT: &str = r#"
import asyncio, bz2, decimal, hashlib, json, lzma, os, sqlite3, ssl, sys, threading, zlib, zoneinfo
import beside

async def wait():
    await asyncio.sleep(0)
    return zlib.decompress(zlib.compress(b"zlib"))

print(sys.version, asyncio.run(wait()), bz2.decompress(bz2.compress(b"bz2")), lzma.decompress(lzma.compress(b"xz")))
print(sqlite3.connect(":memory:").execute("select 1 + 1").fetchone(), ssl.OPENSSL_VERSION, decimal.Decimal(1) / 3)
print(hashlib.blake2b(b"x").hexdigest()[:8], hashlib.sha256(b"x").hexdigest()[:8], beside.WORD)
thread = threading.Thread(target=print, args=("in a thread",))
thread.start(), thread.join()
try:
    {}["missing"]
except KeyError as error:
    print(repr(error), error.__traceback__.tb_lineno)
if sys.argv[1] == "packed":
    assert json.__loader__.__module__ == "oxidized_importer", json.__loader__
    assert os.listdir("/") == ["app"], os.listdir("/")
"#;

const MARKUP: &str = "import ctypes.util, markupsafe
print(markupsafe.escape('<b>'), markupsafe.escape.__module__)
";

/// What wheels for musl do. All but the first bring libraries of their own.
const WHEELS: &str = r#"
import _ssl, bz2, ctypes, lzma, os, sqlite3, sys, zlib
import markupsafe._speedups, numpy, numpy.linalg, PIL._imaging, PIL.Image, psycopg

print(sys.version, numpy.linalg.inv(numpy.array([[2.0, 0.0], [0.0, 4.0]])).tolist(), psycopg.pq.__impl__)
print(PIL.Image.new("RGB", (4, 4), "red").resize((2, 2)).tobytes()[:3], psycopg.pq.version() > 150000)
print(sqlite3.connect(":memory:").execute("select 1 + 1").fetchone(), _ssl.OPENSSL_VERSION)
print(zlib.crc32(b"x"), bz2.compress(b"x")[:3], lzma.compress(b"x")[1:4], ctypes.CDLL(None).getpid() == os.getpid())
if sys.argv[1] == "packed":
    for name in ["_ssl", "PIL._imaging", "markupsafe._speedups", "numpy._core._multiarray_umath"]:
        assert sys.modules[name].__loader__.__module__ == "oxidized_importer", name
    assert not [line for line in open("/proc/self/maps") if line.rstrip().endswith(".so")], "unpacked"
"#;

/// Where the CPythons are, which take minutes to build where they are not there: tests wait for each other.
fn built() -> Option<PathBuf> {
    static BUILT: LazyLock<Option<PathBuf>> = LazyLock::new(build);
    BUILT.clone()
}

fn build() -> Option<PathBuf> {
    if !pythons::is_everything() {
        report::say("CPython is built with musl where all Pythons are chosen");
        return None;
    }
    let directory = command::workspace().join("target/musl");
    let built = Command::new(command::workspace().join("tests/musl/build.sh")).arg(&directory).output().ok()?;
    if built.status.code() == Some(77) {
        report::say(&format!("no CPython with musl: {}", String::from_utf8_lossy(&built.stdout).trim()));
        return None;
    }
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    Some(directory)
}

/// Runs a program as the only file that there is.
fn run_alone(place: &Place, program: &str) -> Outcome {
    let root = place.path("root");
    std::fs::create_dir_all(&root).expect("a directory");
    std::fs::copy(place.path(program), root.join("app")).expect("a copy");
    Outcome::of(Command::new("unshare").arg("--map-root-user").arg("--root").arg(&root).args(["/app", "packed"]))
}

#[test]
fn programs_that_are_linked_with_musl_need_nothing_of_a_system() {
    let Some(python) = built().map(|built| built.join("static/bin/python3.13")) else { return };
    let place = Place::with(&[("app.py", SCRIPT), ("beside.py", "WORD = 'beside'\n"), ("markup.py", MARKUP)]);
    let pack_with = |python: &Path, script: &str, name: &str, more: &[&str]| {
        let words = ["pack", script, "-o", name, "--python"];
        let mut command = place.command(words);
        Outcome::of(command.arg(python).args(more)).succeeds()
    };
    let pack = |script: &str, name: &str, more: &[&str]| pack_with(&python, script, name, more);
    let plain = Outcome::of(Command::new(&python).arg(place.path("app.py")).arg("plain").env_clear()).succeeds();
    let packed = pack("app.py", "static", &[]);
    assert!(!packed.stderr.contains("needs glibc"), "{}", packed.stderr);
    let analysis = place.run(["analyze", "static"]).stdout;
    assert!(!analysis.contains("ld-"), "{analysis}");
    run_alone(&place, "static").succeeds().prints(&plain.stdout);

    let spec = python.display().to_string();
    place.run(["distribution", "create", &spec, "-q", "-o", "python.tar.zst"]).succeeds();
    pack_with(&place.path("python.tar.zst"), "app.py", "archive", &["--target", "x86_64-unknown-linux-musl"]);
    run_alone(&place, "archive").succeeds().prints(&plain.stdout);

    // Native code stays out, and that is said; what does without it works.
    let packed = pack("markup.py", "markup", &["--pip", "markupsafe"]);
    for words in ["loads no native code: markupsafe/_speedups", "ctypes will not import"] {
        assert!(packed.stderr.contains(words), "{}", packed.stderr);
    }
    let refused = run_alone(&place, "markup");
    assert!(refused.stderr.contains("Dynamic loading not supported"), "{refused:?}");
    place.write("markup.py", MARKUP.replace("ctypes.util, ", ""));
    let packed = pack("markup.py", "markup", &["--pip", "markupsafe"]);
    assert!(!packed.stderr.contains("ctypes"), "{}", packed.stderr);
    assert!(run_alone(&place, "markup").succeeds().stdout.starts_with("&lt;b&gt; markupsafe"));
}

#[test]
fn programs_that_load_musl_have_wheels_for_it_in_memory() {
    let Some(built) = built() else { return };
    let python = built.join("dynamic/bin/python3.13");
    let place = Place::with(&[("app.py", WHEELS)]);
    let packages = ["markupsafe", "numpy", "pillow", "psycopg[binary]"];
    let installed = Command::new(&python).args(["-m", "venv", "venv"]).current_dir(place.path("")).output();
    assert!(installed.is_ok_and(|outcome| outcome.status.success()));
    let mut pip = Command::new(place.path("venv/bin/pip"));
    Outcome::of(pip.args(["install", "--quiet", "--only-binary", ":all:"]).args(packages)).succeeds();
    let plain = Outcome::of(Command::new(place.path("venv/bin/python")).arg(place.path("app.py")).arg("plain"))
        .succeeds()
        .stdout;

    // As on a machine that has musl, where its compiler expects it, and nothing else.
    let (root, musl) = (place.path("root"), built.join("musl/lib/ld-musl-x86_64.so.1"));
    let loader = root.join(musl.strip_prefix("/").expect("an absolute path"));
    for directory in [root.join("proc"), loader.parent().map(Path::to_owned).unwrap_or_default()] {
        std::fs::create_dir_all(directory).expect("a directory");
    }
    std::fs::copy(musl, loader).expect("a copy");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(built.join("musl/bin")).chain(std::env::split_paths(&path));
    let path = std::env::join_paths(path).expect("paths without colons");
    for libpython in ["static", "shared"] {
        let words = ["pack", "app.py", "--venv", "venv", "--libpython", libpython, "-o", "root/app"];
        let packed = Outcome::of(place.command(words).env("PATH", &path)).succeeds();
        assert!(!packed.stderr.contains("needs glibc"), "{}", packed.stderr);
        let script = "PATH=$PATH:/usr/sbin:/sbin
            mount --rbind /proc \"$1/proc\" && exec env -i \"$(command -v chroot)\" \"$1\" /app packed";
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", script, "sh"]).arg(&root);
        Outcome::of(&mut command).succeeds().prints(&plain);
    }
}
