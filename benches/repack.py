"""The loop of editing and packing: a project that requires a package with native code, packed again after each changed line.

  python3 benches/repack.py --python PYTHON [--runs 15] [--requires numpy] [--pyoxidizer target/release/pyoxidizer]

The first pack installs with pip and is not counted. Then a line of the project changes and it is packed, with a pip that cannot start,
run after run; each program is started once, and has to show the change. Beside it the same pack without a change is measured, in turn.
Printed are medians and the slowest, in seconds of the wall clock. The machine should be quiet.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

PROJECT = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "loop"
version = "1.0"
dependencies = ["{requires}"]
[project.scripts]
loop = "loop:main"
"""

CODE = """\
import {requires}
def main():
    print({number})
"""


def pack(words, environment):
    begin = time.perf_counter()
    process = subprocess.run(words, env=environment, stderr=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - begin
    if process.returncode:
        sys.exit(process.stderr)
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", required=True)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--requires", default="numpy")
    parser.add_argument("--pyoxidizer", default="target/release/pyoxidizer")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        project = pathlib.Path(directory, "project")
        (project / "src/loop").mkdir(parents=True)
        (project / "pyproject.toml").write_text(PROJECT.format(requires=arguments.requires))
        code, program = project / "src/loop/__init__.py", pathlib.Path(directory, "loop")
        pyoxidizer = str(pathlib.Path(arguments.pyoxidizer).resolve())
        words = [pyoxidizer, "pack", str(project), "--python", arguments.python, "-o", str(program)]
        code.write_text(CODE.format(requires=arguments.requires, number=0))
        print(f"first, with pip: {pack(words, os.environ):.2f} s")
        # Pip cannot start with it.
        without_pip = {**os.environ, "PIP_TIMEOUT": "never"}
        same, changed = [], []
        for number in range(1, arguments.runs + 1):
            same.append(pack(words, without_pip))
            code.write_text(CODE.format(requires=arguments.requires, number=number))
            changed.append(pack(words, without_pip))
            shown = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True).stdout
            if shown != f"{number}\n":
                sys.exit(f"the program shows {shown!r}, not {number}")
        for name, runs in ("without a change", same), ("after a changed line", changed):
            print(f"{name}: median {statistics.median(runs):.2f} s, slowest {max(runs):.2f} s of {len(runs)}")


main()
