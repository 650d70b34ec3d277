"""Flips single bits of a packed program and of the files of a build cache, and looks what becomes of it.

  run.py program --count 2000        each flip: runs the program, compares what it prints; verifies it
  run.py cache --count 500           each flip: packs, compares the program with that of the undamaged cache
  run.py page                        writes docs/damage.md from the results

Flips are seeded (--seed). Results are kept below --work, a line of JSON for each flip; an interrupted run goes on,
unless the program or the flips have changed, or with --fresh. Both print what must not be, and then end with status 1:

- A program that was damaged in its payload crashes, does not end, or prints something else without an error.
- `pyoxidizer resources verify` does not notice a flip.
- A pack with a damaged cache makes another program without an error, crashes, or does not end.

Needs Linux, Python 3.9 or later, and `unshare` and `prlimit` of util-linux.
"""

import argparse
import collections
import hashlib
import json
import pathlib
import sys

import cache
import page
import program
from flips import Results, run_all

ROOT = pathlib.Path(__file__).parents[2]


def try_all(arguments, part, subject, key):
    """Tries flips of a program or of a cache and says what came of it."""
    flips = subject.flips(arguments.count, arguments.seed)
    path = arguments.work / f"{part.__name__}.jsonl"
    if arguments.fresh:
        path.unlink(missing_ok=True)
    digest = hashlib.sha256(json.dumps(flips).encode()).hexdigest()
    results = Results(path, {**key, "flips": digest})

    def tell(row, done):
        if part.is_bad(row):
            print("BAD", part.describe(row), flush=True)
        if done % 100 == 0:
            print(f"{done} of {len(flips)}", flush=True)

    workers = [subject.worker(number) for number in range(arguments.jobs)]
    run_all(flips, results, workers, tell)
    rows = results.rows.values()
    bad = [row for row in rows if part.is_bad(row)]
    print(dict(collections.Counter(row["outcome"] for row in rows)), f"{len(bad)} must not be")
    return 1 if bad else 0


def command_program(arguments):
    subject = program.Program(arguments.pyoxidizer, arguments.python, arguments.work)
    key = {
        "program": hashlib.sha256(subject.bytes).hexdigest(),
        "size": len(subject.bytes) / (1 << 20),
        "python": subject.python,
        "imported": len(subject.imported),
    }
    return try_all(arguments, program, subject, key)


def command_cache(arguments):
    subject = cache.Cache(arguments.pyoxidizer, arguments.python, arguments.work)
    return try_all(arguments, cache, subject, {"program": hashlib.sha256(subject.clean).hexdigest()})


def command_page(arguments):
    page.write(arguments.work)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    work = argparse.ArgumentParser(add_help=False)
    work.add_argument("--work", type=pathlib.Path, default=ROOT / "target/damage", help="where results are kept")
    flips = argparse.ArgumentParser(add_help=False, parents=[work])
    default = ROOT / "target/release/pyoxidizer"
    flips.add_argument("--pyoxidizer", type=pathlib.Path, default=default, help="the command")
    flips.add_argument("--python", help="the Python to pack, as `pack` takes it")
    flips.add_argument("--seed", type=int, default=13)
    flips.add_argument("--jobs", type=int, default=2, help="how many run at a time")
    flips.add_argument("--fresh", action="store_true", help="forget the results there are")
    for name, function, count in ("program", command_program, 2000), ("cache", command_cache, 500):
        command = commands.add_parser(name, parents=[flips])
        command.add_argument("--count", type=int, default=count, help="how many flips")
        command.set_defaults(function=function)
    commands.add_parser("page", parents=[work]).set_defaults(function=command_page)
    arguments = parser.parse_args()
    arguments.work = arguments.work.absolute()
    arguments.work.mkdir(parents=True, exist_ok=True)
    return arguments.function(arguments)


if __name__ == "__main__":
    sys.exit(main())
