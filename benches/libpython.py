"""How much longer a program takes to start whose libpython is a shared library than one with a static libpython.

  python3 benches/libpython.py --python PYTHON [--runs 200] [--pyoxidizer target/release/pyoxidizer]

Both print a word, have the launchers that people get, and run in turns. Printed are the median and the fastest run of the shared one,
divided by those of the static one.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile
import time


def seconds(program):
    begin = time.perf_counter()
    subprocess.run([program], stdout=subprocess.DEVNULL, env={}, check=True)
    return time.perf_counter() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", required=True)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--pyoxidizer", default="target/release/pyoxidizer")
    options = parser.parse_args()
    environment = {name: value for name, value in os.environ.items() if name != "PYOXIDIZER_QUICK_LAUNCHER"}
    with tempfile.TemporaryDirectory() as work:
        script = pathlib.Path(work, "script.py")
        script.write_text("print('hello')\n")
        programs = {}
        for kind in "static", "shared":
            programs[kind] = pathlib.Path(work, kind)
            pack = [options.pyoxidizer, "-q", "pack", script, "--python", options.python, "--libpython", kind]
            subprocess.run([*pack, "-o", programs[kind]], check=True, env=environment)
            seconds(programs[kind])
        taken = {kind: [] for kind in programs}
        for _ in range(options.runs):
            for kind, program in programs.items():
                taken[kind].append(seconds(program))
        for name, figure in ("median", statistics.median), ("fastest", min):
            print(f"{name}: {figure(taken['shared']) / figure(taken['static']):.3f}")


main()
