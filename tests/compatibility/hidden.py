"""Running a program where Python has been taken away."""

import functools
import glob
import os
import pathlib
import shutil
import subprocess

# Mounts an empty directory over every directory before `--`, and an empty file over every file.
HIDE = """
set -e
work=$1; shift
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then mount -t tmpfs tmpfs "$1"; elif [ -e "$1" ]; then mount --bind /dev/null "$1"; fi
    shift
done
shift
cd "$work"
exec "$@"
"""

# Prefixes that also hold the operating system, of which only parts can be hidden.
SYSTEM_PREFIXES = ("/", "/usr", "/usr/local")


def command(places, work, program):
    """The words that run `program` in the directory `work` and a mount namespace without `places`."""
    return ["unshare", *unshare(), "sh", "-c", HIDE, "sh", str(work), *map(str, places), "--", *map(str, program)]


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


@functools.cache
def unshare():
    """The options of `unshare` that work here."""
    if not shutil.which("unshare"):
        raise SystemExit("unshare, of util-linux, is needed to hide Python")
    for options in (["--mount"], ["--mount", "--map-root-user"]):
        probe = ["unshare", *options, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        if subprocess.run(probe, capture_output=True).returncode == 0:
            return options
    raise SystemExit("mount namespaces are needed to hide Python, and this user may not make them")
