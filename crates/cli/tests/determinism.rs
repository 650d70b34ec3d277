//! The same inputs give the same bytes: in any directory, with any cache, and for packs that race.

use pyox_distribution::{Host as _, Python as _};
use pyox_test_support::place::{Outcome, Place, launcher, python, python_path};
use pyox_test_support::pythons::{is_everything, linkable};
use pyox_test_support::wheel::wheel;

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
    Outcome::of(&mut command).succeeds();
    place.program("hello", &[]).prints("helper True\n");
    place.read("hello")
}

#[test]
fn neither_directories_nor_caches_matter() {
    let first = packed(None);
    assert!(first == packed(None), "another directory gives other bytes");
    assert!(first == packed(Some("another/cache")), "a cold cache gives other bytes");
}

#[test]
fn packs_may_race_on_a_cold_cache() {
    let place = Place::with(FILES);
    // The launcher of another Python takes as long again.
    let mut others = linkable();
    others.retain(|other| is_everything() && other.minor() != python().minor());
    let other = others.first();
    let other = other.map(|other| other.executable().display().to_string());
    let pack = |python: &str, output: &str| {
        let mut command = place.command(["pack", "--python", python, "hello.py", "-o", output]);
        command.env("PYOXIDIZER_CACHE_DIR", place.path("cache"));
        command.spawn().expect("pyoxidizer starts")
    };
    // What a killed pack has left, and a launcher of which half is there.
    let mut path = place.command(["launcher", "path", "--python", python_path()]);
    let path = Outcome::of(path.env("PYOXIDIZER_CACHE_DIR", place.path("cache"))).succeeds().stdout;
    let half = std::fs::read(launcher()).expect("a launcher");
    place.write(path.trim(), &half[..half.len() / 2]);
    place.write("cache/launchers/.new-killed/source/Cargo.toml", "nonsense");
    let packs = [Some((python_path(), "one")), Some((python_path(), "two")), other.as_deref().map(|p| (p, "other"))];
    let packs: Vec<_> = packs.into_iter().flatten().map(|(python, output)| pack(python, output)).collect();
    for mut child in packs {
        assert!(child.wait().expect("pyoxidizer ends").success());
    }
    let one = place.read("one");
    assert!(one == place.read("two"), "packs that race give different bytes");
    place.pack(["hello.py", "-o", "three"]).succeeds();
    assert!(one == place.read("three"), "a launcher compiled elsewhere has other bytes");
    for program in ["one", "two"].into_iter().chain(other.is_some().then_some("other")) {
        place.program(program, &[]).prints("helper True\n");
    }
    // Nothing is left of what was in the making.
    let left = std::fs::read_dir(place.path("cache/launchers")).expect("the launchers").flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert!(left.iter().all(|name| name.starts_with("pyox-launcher-")), "{left:?}");
}
