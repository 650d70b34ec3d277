//! The tags of wheels that a Python takes are those that its pip takes.

use std::collections::BTreeSet;
use std::process::Command;

use pyox_distribution::{Host as _, Installed, Python as _};
use pyox_test_support::wrapped::Wrapped;

type Test = Result<(), Box<dyn std::error::Error>>;

/// What `pip debug --verbose` lists.
fn tags_of_pip(python: &Installed) -> Result<Option<Vec<String>>, std::io::Error> {
    let output = Command::new(python.executable()).args(["-I", "-m", "pip", "debug", "--verbose"]).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = text.lines().skip_while(|line| !line.starts_with("Compatible tags: "));
    Ok(lines.next().map(|_| lines.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()))
}

#[test]
fn tags_are_those_that_pip_lists() -> Test {
    let mut compared = 0;
    for python in pyox_test_support::pythons::owned() {
        if let Some(expected) = tags_of_pip(&python)? {
            let found = python.wheel_tags()?;
            let first = found.iter().zip(&expected).find(|(found, expected)| found != expected);
            assert_eq!((first, found.len()), (None, expected.len()), "{}", python.info().version);
            compared += 1;
        }
    }
    assert!(compared > 0, "no Python with pip on this machine");
    Ok(())
}

#[test]
fn a_python_without_pip_has_the_same_tags() -> Test {
    // Without `site` pip is not found; ensurepip may bring another one.
    let without_site = "exec \"$real\" -S \"$@\"\n";
    let hide = "import sys; sys.modules['ensurepip'] = None; exec(sys.argv[1])";
    let without_ensurepip = format!("for code; do :; done\nexec \"$real\" -S -c \"{hide}\" \"$code\"\n");
    let mut compared = 0;
    for python in pyox_test_support::pythons::owned() {
        let Some(expected) = tags_of_pip(&python)? else { continue };
        let expected: BTreeSet<String> = expected.into_iter().collect();
        for wrapper in [without_site, &without_ensurepip] {
            let directory = tempfile::tempdir()?;
            let found: BTreeSet<String> =
                Wrapped::new(&python, directory.path(), wrapper)?.wheel_tags()?.into_iter().collect();
            let different: Vec<&String> = found.symmetric_difference(&expected).collect();
            assert_eq!(different, [""; 0], "{} by {wrapper}", python.info().version);
        }
        compared += 1;
    }
    assert!(compared > 0, "no Python with pip on this machine");
    Ok(())
}

#[test]
fn markers_are_those_of_pip() -> Test {
    let code =
        "import json\nfrom pip._vendor.packaging.markers import default_environment as e\nprint(json.dumps(e()))";
    for python in pyox_test_support::pythons::owned() {
        let output = Command::new(python.executable()).args(["-I", "-c", code]).output()?;
        if output.status.success() {
            let expected: std::collections::BTreeMap<String, String> = serde_json::from_slice(&output.stdout)?;
            assert_eq!(python.info().markers, expected, "{}", python.info().version);
        }
    }
    Ok(())
}
