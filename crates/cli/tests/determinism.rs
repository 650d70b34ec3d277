//! The same inputs give the same bytes: in any directory, with any cache, and for packs that race.

mod command;

use command::wheel::wheel;
use command::{Place, launcher, python_path};

const FILES: &[(&str, &str)] = &[
    ("hello.py", "import helper, tools.saw, json\nprint(helper.NAME, tools.saw.SHARP)\n"),
    ("helper.py", "NAME = 'helper'\n"),
    ("tools/__init__.py", ""),
    ("tools/saw.py", "SHARP = frozenset({'a', 'b', 'c'}) >= {'a'}\n"),
    ("tools/data.txt", "data"),
];

/// A directory with an application, packed with this cache.
fn packed(cache: Option<&str>) -> Vec<u8> {
    let place = Place::with(FILES);
    let wheel = wheel(&place, "extra", "", &[("extra/__init__.py", ""), ("extra/text.txt", "text")]);
    let mut command = place.pack_command(["hello.py", "--pip"]);
    command.arg(wheel).env("PIP_NO_INDEX", "1");
    if let Some(cache) = cache {
        command.env("PYOXIDIZER_CACHE_DIR", place.path(cache)).env("PYOXIDIZER_LAUNCHER", launcher());
    }
    command::Outcome::of(&mut command).succeeds();
    place.program("hello", &[]).prints("helper True\n");
    place.read("hello")
}

#[test]
fn neither_directories_nor_caches_matter() {
    let first = packed(None);
    assert!(first == packed(None), "another directory gives other bytes");
    for cache in ["cache", "another/cache"] {
        assert!(first == packed(Some(cache)), "a cold cache gives other bytes");
    }
}

#[test]
fn packs_may_race_on_a_cold_cache() {
    let place = Place::with(FILES);
    let pack = |output: &str| {
        let mut command = place.command(["pack", "--python", python_path(), "hello.py", "-o", output]);
        command.env("PYOXIDIZER_CACHE_DIR", place.path("cache"));
        command.spawn().expect("pyoxidizer starts")
    };
    for mut child in [pack("one"), pack("two")] {
        assert!(child.wait().expect("pyoxidizer ends").success());
    }
    let one = place.read("one");
    assert!(one == place.read("two"), "packs that race give different bytes");
    place.pack(["hello.py", "-o", "three"]).succeeds();
    assert!(one == place.read("three"), "a launcher compiled elsewhere has other bytes");
}
