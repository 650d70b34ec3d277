"""Programs that use packages with native code: packed by us, by PyInstaller into one file, and in a virtualenv.

  python3 benches/packages.py --python PYTHON [--runs 15] [--pyoxidizer target/release/pyoxidizer] [PACKAGE ...]

Each package is installed into a virtualenv of its own, together with PyInstaller; the program imports it and does one thing. Runs
are interleaved (ours, PyInstaller's, the virtualenv's, ours, ...), after one that is not counted, so that a machine whose speed
drifts slows all down. Ratios are medians of the ratios of neighbours; below 1 the first is faster. What a start writes is counted by
strace in a run of its own: bytes into files, and bytes into memory files. The machine should be quiet. Linux only.
"""

import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

PROGRAMS = {
    "numpy": "import numpy\nprint(numpy.linalg.det(numpy.eye(3)))\n",
    "pandas": "import pandas\nprint(pandas.Series([1, 2, 3]).sum())\n",
    "matplotlib": "import matplotlib\nmatplotlib.use('Agg')\nimport matplotlib.pyplot\nmatplotlib.pyplot.plot([1, 2])\nprint(1)\n",
}


class Program:
    """A way to start the same program."""

    def __init__(self, name, command, work, build_seconds=None, size=None):
        self.name, self.command = name, command
        self.build_seconds, self.size = build_seconds, size
        self.scratch = work / f"scratch-{name}"
        self.scratch.mkdir()
        self.runs = []

    def environment(self):
        """Bytecode of the virtualenv is written when it is first run, as on a machine of a user."""
        return {"PATH": os.environ["PATH"], "HOME": str(self.scratch), "TMPDIR": str(self.scratch), "MPLBACKEND": "Agg"}

    def start(self, *before):
        return subprocess.Popen([*before, *self.command], env=self.environment(), stdout=subprocess.DEVNULL)

    def run(self):
        """Wall clock and processor seconds."""
        begin = time.perf_counter()
        process = self.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{self.name}: exit status {process.returncode}")
        return seconds, usage.ru_utime + usage.ru_stime

    def written(self):
        """Bytes that a start writes into files and into memory files."""
        with tempfile.TemporaryDirectory() as directory:
            trace = pathlib.Path(directory, "process")
            words = ["strace", "-ff", "-qq", "-y", "-s", "0", "-e", "trace=write,pwrite64,writev", "-o", str(trace)]
            if self.start(*words).wait():
                sys.exit(f"{self.name}: fails under strace")
            text = "".join(path.read_text(errors="replace") for path in pathlib.Path(directory).iterdir())
        files = memory = 0
        for path, count in re.findall(r"^p?write(?:64|v)?\(\d+<([^>]*)>.* = (\d+)$", text, re.MULTILINE):
            if path.startswith("/memfd:"):
                memory += int(count)
            elif path.startswith("/") and not path.startswith(("/dev/", "/proc/")):
                files += int(count)
        return files, memory


def timed(*command):
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begin


def programs(package, python, pyoxidizer, work):
    venv = work / "venv"
    subprocess.run([python, "-m", "venv", str(venv)], check=True)
    executable = venv / "bin" / "python"
    subprocess.run([str(executable), "-m", "pip", "install", "-q", package], check=True)
    script = work / f"use_{package}.py"
    script.write_text(PROGRAMS[package])
    ours = work / f"ours-{package}"
    pack = [str(pyoxidizer), "-q", "pack", str(script), "--venv", str(venv), "--python", python, "-o", str(ours)]
    # The launcher is compiled once for each Python, and no part of a build.
    timed(*pack)
    seconds = timed(*pack)
    yield Program("ours", [str(ours)], work, seconds, ours.stat().st_size)
    # After packing, so that it is not packed.
    subprocess.run([str(executable), "-m", "pip", "install", "-q", "pyinstaller"], check=True)
    build = [str(venv / "bin" / "pyinstaller"), "--onefile", "--clean", "--log-level", "ERROR"]
    build += ["--distpath", str(work / "dist"), "--workpath", str(work / "build"), "--specpath", str(work), str(script)]
    seconds = timed(*build)
    single = work / "dist" / script.stem
    yield Program("pyinstaller", [str(single)], work, seconds, single.stat().st_size)
    yield Program("venv", [str(executable), "-I", str(script)], work)


def quartiles(values):
    low, _, high = statistics.quantiles(values, n=4)
    return f"{low:.3f} to {high:.3f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--pyoxidizer", type=pathlib.Path, default="target/release/pyoxidizer")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("packages", nargs="*", default=list(PROGRAMS), metavar="PACKAGE")
    arguments = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    print("| package | program | wall / virtualenv | cpu / virtualenv | written, first start | written, second | MiB | build, s |")
    print("|---|---|--:|--:|--:|--:|--:|--:|")
    for package in arguments.packages:
        with tempfile.TemporaryDirectory() as directory:
            work = pathlib.Path(directory)
            compared = list(programs(package, arguments.python, arguments.pyoxidizer.absolute(), work))
            written = {program.name: (program.written(), program.written()) for program in compared}
            for run in range(arguments.runs + 1):
                figures = [(program, program.run()) for program in compared]
                for program, figure in figures if run else []:
                    program.runs.append(figure)
            plain = compared[-1]
            for program in compared[:-1]:
                wall, cpu = ([run[i] / base[i] for run, base in zip(program.runs, plain.runs)] for i in (0, 1))
                first, second = (
                    f"{files / 2**20:.1f} MiB" + (f", memory {memory / 2**20:.1f}" if memory else "")
                    for files, memory in written[program.name]
                )
                print(
                    f"| {package} | {program.name} | {statistics.median(wall):.3f} ({quartiles(wall)}) "
                    f"| {statistics.median(cpu):.3f} | {first} | {second} | {program.size / 2**20:.1f} "
                    f"| {program.build_seconds:.1f} |",
                    flush=True,
                )
            faster = [other[0] / own[0] for own, other in zip(compared[0].runs, compared[1].runs)]
            print(f"| {package} | pyinstaller / ours | {statistics.median(faster):.2f} ({quartiles(faster)}) | | | | | |", flush=True)


if __name__ == "__main__":
    main()
