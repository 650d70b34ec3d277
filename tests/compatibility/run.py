"""Runs small programs, each of which exercises a package of PyPI, unpackaged and packed, and compares what they print.

  run.py run --python PATH [--python PATH]         runs what has no result yet
  run.py run --python PATH --program numpy         only some programs
  run.py run --list subset.txt --python PATH       those that cover the mechanisms
  run.py page                                      writes docs/compatibility.md from the results

A program, `programs/use_NAME.py`, states its requirements, and may state options of `pack` (`# options:`). They are installed from wheels in a new virtualenv, whose Python runs
the program; then `pyoxidizer pack` makes an executable of it, which runs twice in a mount namespace without any Python,
the virtualenv and the cache of the packer, and with an empty home directory. Output and status have to be equal.

Results are kept below --work, one JSON file for each program and Python, with a log. They are made again if the
program or the command has changed, or with --fresh. The exit status is 1 if a program fails for which expected.toml has no reason.

Needs Python 3.11 or later itself; the Pythons that are tested may be older.
"""

import argparse
import concurrent.futures
import pathlib
import subprocess
import sys
import textwrap

import hidden
import page
from expected import Expected
from trial import PROGRAMS, Command, Python, Trial

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent


def names(arguments):
    """The programs that are asked for."""
    if arguments.program:
        return arguments.program
    if arguments.list:
        lines = arguments.list.read_text(encoding="utf-8").splitlines()
        return [word for line in lines if (word := line.partition("#")[0].strip())]
    return sorted(path.stem.removeprefix("use_") for path in PROGRAMS.glob("use_*.py"))


def check_hidden(pythons, places):
    """No Python must start where they are hidden."""
    for python in pythons:
        words = hidden.command(places, "/", [python.executable, "-c", "print('runs')"])
        tried = subprocess.run(words, capture_output=True, text=True)
        if tried.returncode == hidden.IMPOSSIBLE:
            raise SystemExit(tried.stderr)
        if tried.returncode == 0:
            raise SystemExit(f"{python.executable} is not hidden")


def command_run(arguments):
    pythons = [Python(path) for path in arguments.python]
    places = hidden.pythons([python.executable for python in pythons])
    check_hidden(pythons, places)
    command = Command(arguments.pyoxidizer)
    work = arguments.work.absolute()
    trials = [
        Trial(name, python, command, work, arguments.limit, places) for name in names(arguments) for python in pythons
    ]

    for python in pythons:
        command.prepare(python, work / python.version / "prepared")

    def run(trial):
        kept = None if arguments.fresh else trial.result()
        return kept or trial.run(arguments.keep)

    expected = Expected()
    unexplained = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for trial, result in zip(trials, pool.map(run, trials)):
            expected.explain(result)
            print(line(trial, result), flush=True)
            if result["outcome"] == "failed" and result["reason"] is None:
                unexplained += 1
                print(textwrap.indent(trial.end_of_log(), "    "), file=sys.stderr, flush=True)
    return 1 if unexplained else 0


def line(trial, result):
    """What became of a program, in one line."""
    words = [f"{trial.name:16} {trial.python.version:7} {page.versions(result):32} {result['outcome']}"]
    if result["outcome"] == "failed":
        words.append(f"in {result['stage']}: {result['message']}; log: {trial.log_file}")
        if result["reason"]:
            words.append(f"; expected: {result['reason']}")
    else:
        words.append(f"{page.size(result)} MiB, {result['seconds']} s")
        words.append(f"in files: {page.in_files(result) or '-'}; libraries: {' '.join(result['libraries']) or '-'}")
    return "  ".join(words)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["run", "page"])
    parser.add_argument("--python", action="append", default=[], metavar="PATH", help="an installed Python; may be repeated")
    parser.add_argument("--program", action="append", metavar="NAME", help="only this program; may be repeated")
    parser.add_argument("--list", type=pathlib.Path, metavar="FILE", help="programs to run, one a line [all]")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="programs to run at once [1]")
    parser.add_argument("--limit", type=int, default=60, metavar="SECONDS", help="the time for each run of a program [60]")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target" / "compatibility", help="where results are kept")
    parser.add_argument("--pyoxidizer", default="pyoxidizer", metavar="PATH", help="the command to pack with [from PATH]")
    parser.add_argument("--fresh", action="store_true", help="forget the results of these programs first")
    parser.add_argument("--keep", action="store_true", help="keep virtualenvs and executables")
    arguments = parser.parse_args()
    if arguments.command == "page":
        return page.write(arguments.work, Expected(), ROOT / "docs" / "compatibility.md")
    return command_run(arguments)


if __name__ == "__main__":
    sys.exit(main())
