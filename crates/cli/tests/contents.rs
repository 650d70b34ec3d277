//! What goes in, as a person says it, and what the report says of it.

mod data;
mod edits;
mod glibc;
mod names;
mod nearby;
mod requirements;
mod versions;

use pyox_distribution::{Host as _, Installed};
use pyox_test_support::place::{Outcome, Place};
use serde_json::Value;

/// Imports its arguments, and says which are there.
const IMPORTER: &str = "import importlib, sys\ndef main():\n    for name in sys.argv[1:]:\n        try:\n            \
                        importlib.import_module(name)\n            print(name)\n        except ImportError as error:\n            \
                        print('no', error.name)\nif __name__ == '__main__':\n    main()\n";

/// Packs with a Python, and gives the outcome with the report.
fn pack(place: &Place, python: &Installed, arguments: &[&str]) -> anyhow::Result<(Outcome, Value)> {
    let mut command = place.command(["pack", "--python"]);
    command.arg(python.executable()).args(arguments).args(["-o", "program", "--report", "report.json"]);
    let outcome = Outcome::of(&mut command).succeeds();
    Ok((outcome, serde_json::from_slice(&place.read("report.json"))?))
}

/// The reason of what is in the program at a path.
fn reason<'r>(report: &'r Value, path: &str) -> Option<&'r Value> {
    of(report, "resources", path)
}

/// The reason of what is not in the program.
fn left_out<'r>(report: &'r Value, path: &str) -> Option<&'r Value> {
    of(report, "left_out", path)
}

fn of<'r>(report: &'r Value, list: &str, path: &str) -> Option<&'r Value> {
    report[list].as_array()?.iter().find(|row| row["path"] == path).map(|row| &row["reason"])
}
