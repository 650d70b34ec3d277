//! Programs of a CPython that is linked statically with musl: nothing of a system is needed to run them.

use std::path::{Path, PathBuf};
use std::process::Command;

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
if "--packed" in sys.argv:
    assert json.__loader__.__module__ == "oxidized_importer", json.__loader__
    assert os.listdir("/") == ["app"], os.listdir("/")
"#;

const MARKUP: &str = "import ctypes.util, markupsafe
print(markupsafe.escape('<b>'), markupsafe.escape.__module__)
";

/// The CPython, which takes minutes to build where it is not there.
fn python() -> Option<PathBuf> {
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
    Some(directory.join("python/bin/python3.13"))
}

/// Runs a program as the only file that there is.
fn run_alone(place: &Place, program: &str) -> Outcome {
    let root = place.path("root");
    std::fs::create_dir_all(&root).expect("a directory");
    std::fs::copy(place.path(program), root.join("app")).expect("a copy");
    Outcome::of(Command::new("unshare").arg("--map-root-user").arg("--root").arg(&root).args(["/app", "--packed"]))
}

#[test]
fn programs_that_are_linked_with_musl_need_nothing_of_a_system() {
    let Some(python) = python() else { return };
    let place = Place::with(&[("app.py", SCRIPT), ("beside.py", "WORD = 'beside'\n"), ("markup.py", MARKUP)]);
    let pack_with = |python: &Path, script: &str, name: &str, more: &[&str]| {
        let words = ["pack", script, "-o", name, "--python"];
        let mut command = place.command(words);
        Outcome::of(command.arg(python).args(more)).succeeds()
    };
    let pack = |script: &str, name: &str, more: &[&str]| pack_with(&python, script, name, more);
    let plain = Outcome::of(Command::new(&python).arg(place.path("app.py")).env_clear()).succeeds();
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
