r"""How much longer a program takes to start that is packed with other options.

  python3 benches/starts.py --python 3.13 --one='--libpython static' --other='--libpython shared'
  python3 benches/starts.py --python 3.13 --script='import markupsafe' --one='--pip markupsafe' \
      --other='--pip markupsafe --static-extensions markupsafe'

Both have the launchers that people get, and run in turns. Printed are the median and the fastest run of the other one, divided by those of the
first; with --instructions, how many instructions it executes, as valgrind counts them, divided likewise.
"""

import argparse
import os
import pathlib
import re
import shlex
import statistics
import subprocess
import tempfile
import time


def seconds(program):
    begin = time.perf_counter()
    subprocess.run([program], stdout=subprocess.DEVNULL, env={}, check=True)
    return time.perf_counter() - begin


def instructions(program):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={}, text=True, check=True)
    return int(re.search(r"Collected *: *(\d+)", done.stderr)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", required=True)
    parser.add_argument("--script", default="print('hello')")
    parser.add_argument("--one", default="", help="options of `pyoxidizer pack`")
    parser.add_argument("--other", default="", help="options of `pyoxidizer pack`")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--instructions", action="store_true")
    parser.add_argument("--pyoxidizer", default="target/release/pyoxidizer")
    options = parser.parse_args()
    environment = {name: value for name, value in os.environ.items() if name != "PYOXIDIZER_QUICK_LAUNCHER"}
    with tempfile.TemporaryDirectory() as work:
        script = pathlib.Path(work, "script.py")
        script.write_text(options.script + "\n")
        programs = []
        for name, more in ("one", options.one), ("other", options.other):
            programs.append(pathlib.Path(work, name))
            pack = [options.pyoxidizer, "-q", "pack", script, "--python", options.python, *shlex.split(more)]
            subprocess.run([*pack, "-o", programs[-1]], check=True, env=environment)
            seconds(programs[-1])
        if options.instructions:
            one, other = map(instructions, programs)
            print(f"instructions: {other / one:.3f} ({one:,} and {other:,})")
            return
        taken = [[], []]
        for _ in range(options.runs):
            for index, program in enumerate(programs):
                taken[index].append(seconds(program))
        for name, figure in ("median", statistics.median), ("fastest", min):
            print(f"{name}: {figure(taken[1]) / figure(taken[0]):.3f}")


main()
