"""How much memory programs take that import ssl, sqlite3 and asyncio: packed, and under plain Python.

  python3 benches/pss.py --python PYTHON [--runs 7] [--pyoxidizer target/release/pyoxidizer]

Of one process alone, and of one of four that run at the same time. Proportional set size (PSS): pages that several processes
share count in parts, so nothing else should run that uses the same Python. Medians of interleaved runs. Linux only.
"""

import argparse
import pathlib
import statistics
import subprocess
import tempfile

SCRIPT = "import asyncio, ssl, sqlite3, sys\nprint(flush=True)\nsys.stdin.read()\n"


def pss(command, count):
    """Of the last process, in KiB."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    processes = [subprocess.Popen(command, **pipes) for _ in range(count)]
    for process in processes:
        process.stdout.readline()
    rollup = pathlib.Path(f"/proc/{processes[-1].pid}/smaps_rollup").read_text()
    for process in processes:
        process.communicate()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", required=True)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--pyoxidizer", default="target/release/pyoxidizer")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        script, program = pathlib.Path(work, "script.py"), pathlib.Path(work, "program")
        script.write_text(SCRIPT)
        pack = [options.pyoxidizer, "-q", "pack", script, "--python", options.python, "-o", program]
        subprocess.run(pack, check=True)
        for count in 1, 4:
            packed, plain = [], []
            for _ in range(options.runs):
                packed.append(pss([program], count))
                plain.append(pss([options.python, "-I", script], count))
            packed, plain = statistics.median(packed), statistics.median(plain)
            print(f"{count} at a time: packed {packed} KiB, plain {plain} KiB, {packed / plain:.3f}")


if __name__ == "__main__":
    main()
