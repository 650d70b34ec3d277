//! Modules that stay out for the C library that they need.

use anyhow::{Context as _, ensure};
use pyox_distribution::Python as _;
use pyox_test_support::place::Place;
use pyox_test_support::pythons::{for_each_of, newest_that};
use serde_json::{Value, json};

use super::{left_out, pack};

fn floor(report: &Value) -> anyhow::Result<(u32, u32)> {
    let version = report["summary"]["glibc"][0].as_str().context("a version")?;
    let (major, minor) = version.split_once('.').context("two numbers")?;
    Ok((major.parse()?, minor.parse()?))
}

/// Python 3.13 has no `crypt` any more. Whether its library needs more than the launcher depends on the machine.
#[test]
fn of_a_module_that_nothing_imports() {
    let pythons = newest_that(|python| python.minor() < (3, 13));
    for_each_of("modules and the C library", &pythons, |python| {
        let place = Place::with(&[
            (
                "plain.py",
                "try:\n    __import__('_cry' + 'pt')\n    print('in')\nexcept ImportError:\n    print('out')\n",
            ),
            ("uses.py", "def later():\n    import near\nprint('uses')\n"),
            ("near.py", "def hash():\n    import crypt\n    return crypt.crypt('a', 'ab')\n"),
        ]);
        let (_, uses) = pack(&place, python, &["uses.py"])?;
        ensure!(left_out(&uses, "libcrypt.so.1").is_none(), "something imports it: {}", uses["left_out"]);
        let (outcome, plain) = pack(&place, python, &["plain.py"])?;
        let raises = plain["findings"].as_array().into_iter().flatten().find(|found| found["kind"] == "raises-glibc");
        if floor(&uses)? == floor(&plain)? {
            ensure!(raises.is_none(), "it raises nothing: {raises:?}");
            place.program("program", &[]).prints("in\n");
            return Ok(());
        }
        ensure!(floor(&uses)? > floor(&plain)?, "{} {}", uses["summary"], plain["summary"]);
        place.program("program", &[]).prints("out\n");
        let needed = uses["summary"]["glibc"][0].clone();
        ensure!(
            raises == Some(&json!({"kind": "raises-glibc", "modules": ["_crypt"], "needed": needed})),
            "{raises:?}"
        );
        let said =
            format!("leaves out _crypt, which nothing imports and which needs glibc {}", needed.as_str().unwrap_or(""));
        ensure!(outcome.stderr.contains(&said), "{outcome:?}");
        let reason = json!({"kind": "raises-glibc", "needed": needed});
        ensure!(left_out(&plain, "libcrypt.so.1") == Some(&reason), "{}", plain["left_out"]);
        for name in ["crypt", "_crypt"] {
            let (_, included) = pack(&place, python, &["plain.py", "--include", name])?;
            ensure!(floor(&included)? == floor(&uses)?, "{}", included["summary"]);
            place.program("program", &[]).prints("in\n");
        }
        // All that share a file may use it.
        pack(&place, python, &["plain.py", "--resource-file", "shared"])?;
        place.program("program", &[]).prints("in\n");
        Ok(())
    });
}
