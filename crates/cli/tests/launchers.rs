//! Launchers as they are compiled for people: the other tests have theirs compiled quickly.

use std::process::Command;

use pyox_distribution::{Host as _, Installed, Target as _};
use pyox_test_support::place::{Outcome, Place};
use pyox_test_support::{command, pythons};

/// What a person gets who names no Python: the first command of the README has compiled the same launcher.
#[test]
fn a_launcher_with_link_time_optimisation_runs_the_example() {
    let usual = Installed::locate(None).ok().filter(|python| python.link().is_ok());
    let python = usual.as_ref().unwrap_or_else(|| pythons::newest());
    let place = Place::new();
    let example = command::workspace().join("examples/hello.py");
    let [real, quick] = [true, false].map(|is_real| {
        let name = if is_real { "real" } else { "quick" };
        let mut pack = place.command(["pack", "-o", name, "--python"]);
        pack.arg(python.executable()).arg(&example);
        if is_real {
            pack.env_remove("PYOXIDIZER_QUICK_LAUNCHER");
        }
        Outcome::of(&mut pack).succeeds();
        (place.read(name).len(), place.program(name, &["Ada"]).succeeds().stdout)
    });
    let plain = Outcome::of(Command::new(python.executable()).args(["-I"]).arg(&example).arg("Ada")).succeeds().stdout;
    let values = |text: &str| text.lines().take_while(|line| *line != "}").map(str::to_owned).collect::<Vec<_>>();
    assert!(values(&plain).len() > 3, "{plain}");
    assert_eq!([values(&real.1), values(&quick.1)], [values(&plain), values(&plain)]);
    assert!(real.0 < quick.0, "the quick launcher is smaller: {} and {} bytes", quick.0, real.0);
}
