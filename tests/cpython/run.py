"""Runs CPython's own test suite with the standard library served by OxidizedFinder, and compares it test id by test id
with the same Python as it is installed.

  run.py run --python PATH [--python PATH]         runs what has no result yet, and compares
  run.py run --python PATH --test test_json        only some files
  run.py run --list subset.txt --python PATH       the files that cover the importer
  run.py show --python PATH --test test_json       the differences, with what the tests say
  run.py page --python PATH                        writes docs/cpython-tests.md from the results of all modes

Results are kept below --work, one file of JSON lines for each test file and mode, and are not made again: delete them, or
say --fresh, to do so. The exit status is 1 if a test id differs that expected.toml gives no reason for.

Needs Python 3.11 or later itself; the Pythons that are tested may be older.
"""

import argparse
import concurrent.futures
import pathlib
import sys
import time

import page
from compare import Expected, compare, differing, outcomes
from execution import Result, run
from modes import Builder, Python

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent


def read_list(path):
    """Test files with the seconds that they may take, from lines such as `test_asyncio 600`."""
    rows = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.partition("#")[0].split()
        if words:
            rows[words[0]] = int(words[1]) if len(words) > 1 else 120
    return rows


class Suite:
    """The results of one Python in one mode, beside those of the mode `plain`."""

    def __init__(self, builder, mode):
        self.builder = builder
        self.mode = mode
        self.version = builder.python.version

    def results(self, test, mode, attempt):
        return self.builder.directory / mode / f"{test}.{attempt}.jsonl"

    def run(self, test, limit):
        """Runs a file in both modes at once, and again if the outcomes differ."""
        self._run_missing(test, limit, 1)
        first = [outcomes(Result(self.results(test, mode, 1))) for mode in ("plain", self.mode)]
        if differing(*first):
            self._run_missing(test, limit, 2)
        return self.compare(test)

    def _run_missing(self, test, limit, attempt):
        def once(mode):
            results = self.results(test, mode, attempt)
            if not results.exists():
                results.parent.mkdir(parents=True, exist_ok=True)
                run(self.builder.command(mode), self.builder.left_out(), test, results, limit)

        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(once, ("plain", self.mode)))

    def compare(self, test):
        """The comparison, or `None` if the file has not been run."""
        runs = []
        for mode in ("plain", self.mode):
            paths = [self.results(test, mode, attempt) for attempt in (1, 2)]
            runs.append([Result(path) for path in paths if path.exists()])
        return compare(test, *runs) if all(runs) else None

    def forget(self, test):
        for mode in ("plain", self.mode):
            for attempt in (1, 2):
                self.results(test, mode, attempt).unlink(missing_ok=True)


def command_run(suites, tests, arguments, expected):
    unexplained = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for suite in suites:
            present = suite.builder.prepare(suite.mode)
            chosen = {test: limit for test, limit in tests.items() if test in present}

            def compared(item):
                test, limit = item
                if arguments.fresh:
                    suite.forget(test)
                start = time.monotonic()
                return suite.run(test, arguments.limit or limit), time.monotonic() - start

            for number, (comparison, seconds) in enumerate(pool.map(compared, chosen.items()), 1):
                print(f"{suite.version} {suite.mode} [{number}/{len(chosen)}] ", end="")
                unexplained += tell(comparison, seconds, suite, expected)
    if unexplained:
        print(f"{unexplained} differences have no reason in expected.toml", file=sys.stderr)
    return 1 if unexplained else 0


def tell(comparison, seconds, suite, expected):
    """Says what became of a file; the number of differences without a reason."""
    expected.explain(comparison, suite.version, suite.mode)
    missing = [difference for difference in comparison.differences if difference.reason is None]
    print(
        f"{comparison.test}: {comparison.ids} ids, {len(comparison.differences)} differ, "
        f"{len(comparison.unstable)} unstable, {seconds:.0f} s",
        flush=True,
    )
    for difference in missing:
        print(f"    {difference.id}: {difference.plain}, {suite.mode}: {difference.other}", flush=True)
    return len(missing)


def command_show(suites, tests, arguments, expected):
    for suite in suites:
        for test in tests:
            comparison = suite.compare(test)
            if comparison is None:
                continue
            expected.explain(comparison, suite.version, suite.mode)
            if comparison.elsewhere:
                print(f"== {suite.version} {test}: not from the finder: {' '.join(comparison.elsewhere)}")
            for difference in comparison.differences:
                if difference.reason is None or arguments.all:
                    print(f"== {suite.version} {difference.id}: {difference.plain}, {suite.mode}: {difference.other}")
                    print(f"reason: {difference.reason}\n{difference.detail}")
    return 0


def command_page(suites, tests, arguments, expected):
    everything = [Suite(suite.builder, mode) for suite in suites for mode in ("packed", "extension")]
    page.write(everything, tests, expected, ROOT / "docs" / "cpython-tests.md")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["run", "show", "page"])
    parser.add_argument("--python", action="append", required=True, metavar="PATH", help="an installed Python; may be repeated")
    parser.add_argument("--mode", choices=["packed", "extension"], default="packed", help="what to compare with the installed Python [packed]")
    parser.add_argument("--list", type=pathlib.Path, default=HERE / "files.txt", help="test files to run [files.txt]")
    parser.add_argument("--test", action="append", metavar="NAME", help="only this test file; may be repeated")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="files to run at once, in both modes each [1]")
    parser.add_argument("--limit", type=int, metavar="SECONDS", help="the time for each file, instead of what the list says")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target" / "cpython-tests", help="where results are kept")
    parser.add_argument("--pyoxidizer", default="pyoxidizer", metavar="PATH", help="the command to pack with [from PATH]")
    parser.add_argument("--extension", type=pathlib.Path, metavar="DIR", help="holds the extension module oxidized_importer")
    parser.add_argument("--fresh", action="store_true", help="forget the results of these files first")
    parser.add_argument("--all", action="store_true", help="show differences with reasons, too")
    arguments = parser.parse_args()

    tests = read_list(arguments.list)
    if arguments.test:
        tests = {test: tests.get(test, 120) for test in arguments.test}
    builders = [Builder(Python(path), arguments.work.absolute(), arguments.pyoxidizer, arguments.extension) for path in arguments.python]
    suites = [Suite(builder, arguments.mode) for builder in builders]
    command = {"run": command_run, "show": command_show, "page": command_page}[arguments.command]
    return command(suites, tests, arguments, Expected())


if __name__ == "__main__":
    sys.exit(main())
