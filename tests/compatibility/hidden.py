"""Running a program where Python has been taken away."""

import glob
import os
import pathlib

# Runs a command without some files: see there.
HIDE = pathlib.Path(__file__).parents[2] / "crates/test-support/src/hide.sh"

# Its status where that cannot be done.
IMPOSSIBLE = 125

# Prefixes that also hold the operating system, of which only parts can be hidden.
SYSTEM_PREFIXES = ("/", "/usr", "/usr/local")


def command(places, work, program):
    """The words that run `program` in the directory `work` and a mount namespace without `places`."""
    return ["sh", str(HIDE), str(work), *map(str, places), "--", *map(str, program)]


def pythons(given):
    """All files of the given Pythons and of those that are found on `PATH` and in pyenv."""
    places = set()
    for executable in {os.path.realpath(path) for path in [*given, *installed()]}:
        places.add(executable)
        prefix = str(pathlib.Path(executable).parent.parent)
        if prefix not in SYSTEM_PREFIXES:
            places.add(prefix)
    for prefix in SYSTEM_PREFIXES:
        places.update(glob.glob(os.path.join(prefix, "lib", "python3*")))
    root = pyenv()
    return sorted({root, *places} if root else places)


def installed():
    """Executables called `python3`, `python3.12` and the like on `PATH`, without pyenv's scripts."""
    for directory in os.environ.get("PATH", "").split(os.pathsep):
        for path in glob.glob(os.path.join(glob.escape(directory), "python*")):
            if os.path.isfile(path) and "shims" not in pathlib.Path(directory).parts:
                yield path


def pyenv():
    """The directory of pyenv."""
    root = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    return root if os.path.isdir(root) else None
