//! Whether a wheel is for a Python.

use std::collections::BTreeSet;
use std::path::Path;

use pyox_distribution::Host;

use crate::error::Error;

/// Whether the Python takes a wheel with these compatibility tags: as with pip, one of them has to be among its own
/// ([specification](https://packaging.python.org/specifications/platform-compatibility-tags/)).
pub(crate) fn check(path: &Path, tags: &[String], host: &dyn Host) -> Result<(), Error> {
    let taken = host.wheel_tags()?;
    if is_taken(tags, &taken) {
        return Ok(());
    }
    let info = host.info();
    Err(Error::WheelTags {
        path: path.to_owned(),
        tags: tags.to_vec(),
        python: info.version.clone(),
        platform: info.platform.clone(),
        taken,
    })
}

fn is_taken(tags: &[String], taken: &[String]) -> bool {
    let taken: BTreeSet<&str> = taken.iter().map(String::as_str).collect();
    tags.iter().any(|tag| taken.contains(&*tag.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use pyox_distribution::{Installed, Python as _};
    use pyox_scanner::WheelName;

    use super::*;

    /// Names of wheels as PyPI has them, and some that are wrong in one part.
    const NAMES: [&str; 36] = [
        "six-1.16.0-py2.py3-none-any.whl",
        "flask-3.0.0-py3-none-any.whl",
        "numpy-1.26.4-cp39-cp39-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "numpy-2.2.0-cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "numpy-2.2.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "numpy-2.2.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "numpy-2.2.0-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "numpy-2.2.0-cp313-cp313t-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "numpy-2.2.0-cp313-cp313-musllinux_1_2_x86_64.whl",
        "numpy-2.2.0-cp311-cp311-musllinux_1_2_x86_64.whl",
        "numpy-2.2.0-cp311-cp311-macosx_14_0_arm64.whl",
        "numpy-2.2.0-cp311-cp311-win_amd64.whl",
        "numpy-2.2.0-pp310-pypy310_pp73-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "cryptography-43.0.0-cp39-abi3-manylinux_2_28_x86_64.whl",
        "cryptography-43.0.0-cp39-abi3-manylinux_2_99_x86_64.whl",
        "cryptography-43.0.0-cp39-abi3-musllinux_1_2_x86_64.whl",
        "cryptography-43.0.0-cp37-abi3-macosx_10_9_universal2.whl",
        "cryptography-43.0.0-cp314-abi3-manylinux_2_28_x86_64.whl",
        "ruff-0.8.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "ruff-0.8.0-py3-none-musllinux_1_2_x86_64.whl",
        "ruff-0.8.0-py3-none-linux_armv6l.whl",
        "ruff-0.8.0-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.whl",
        "x-1-cp310-none-any.whl",
        "x-1-cp311-none-any.whl",
        "x-1-py310-none-any.whl",
        "x-1-py313-none-any.whl",
        "x-1-py2-none-any.whl",
        "x-1-cp3-none-any.whl",
        "x-1-py3-abi3-any.whl",
        "x-1-cp311-cp311-linux_x86_64.whl",
        "x-1-cp311-cp311d-linux_x86_64.whl",
        "x-1-cp311-cp311-linux_i686.whl",
        "x-1-cp311-cp311-manylinux1_x86_64.whl",
        "x-1-cp310.cp311.cp312-abi3.none-any.linux_x86_64.whl",
        "x-1-CP311-CP311-Linux_x86_64.whl",
        "x-1-cp39-cp39-manylinux_2_5_x86_64.manylinux1_x86_64.whl",
    ];

    /// Prints the positions of the names that pip would install, if there is a pip.
    const ACCORDING_TO_PIP: &str = "\
import sys
from pip._internal.models.wheel import Wheel
from pip._internal.utils.compatibility_tags import get_supported
tags = frozenset(get_supported())
print([n for n, name in enumerate(sys.argv[1:]) if not Wheel(name).file_tags.isdisjoint(tags)])
";

    #[test]
    fn wheels_are_taken_that_pip_takes() {
        let mut compared = 0;
        for python in Installed::discover() {
            let code =
                ACCORDING_TO_PIP.replace("import sys\n", "import sys, warnings\nwarnings.simplefilter('ignore')\n");
            let mut command = std::process::Command::new(python.executable());
            let output = command.args(["-I", "-c", &code]).args(NAMES).output().expect("Python starts");
            if !output.status.success() {
                continue;
            }
            let expected: Vec<usize> = serde_json::from_slice(&output.stdout).expect("a list");
            let taken = python.wheel_tags().expect("tags");
            let is_taken = |name: &str| is_taken(&WheelName::parse(name).expect("a name").tags, &taken);
            let found: Vec<usize> = (0..NAMES.len()).filter(|&n| is_taken(NAMES[n])).collect();
            assert_eq!(found, expected, "Python {}", python.info().version);
            assert!(found.len() > 5 && found.len() < 25);
            compared += 1;
        }
        assert!(compared > 0, "no Python with pip on this machine");
    }
}
