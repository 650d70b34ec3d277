"""The page that shows the results, `docs/cpython-tests.md`."""

import collections

INTRODUCTION = """\
# CPython's own tests

CPython's test suite, taken from the installed Python, runs with the standard library served by `OxidizedFinder`, and every test
id is compared with the same Python as it is installed. This page is written by the runner from its results:

```sh
cd tests/cpython
python3 run.py run --python PYTHON3.11 --mode packed --jobs 2                       # and so on: half an hour each on two cores
python3 run.py run --python PYTHON3.11 --mode extension --extension DIR --jobs 2    # DIR holds oxidized_importer.so
python3 run.py page --python PYTHON3.11 --python PYTHON3.12 --python PYTHON3.13
```

- *Packed*: a program made by `pyoxidizer pack` runs the tests. All of its standard library comes from memory. The package `test` is
  no part of a program: it is that of the installation, since its tests read files beside it.
- *Extension*: a copy of the installed Python, in which the extension module `oxidized_importer` puts an `OxidizedFinder` first
  in `sys.meta_path` and its path hook first in `sys.path_hooks`. A `.pth` file does the same in the Pythons that tests start, unless
  they start them with `-S`. The finder has the standard library, in a file made by `pyoxidizer pack --resource-file`.
- What both are compared with: `python -I -S` of the installed Python runs the same tests.
- A file whose outcomes differ is run again. Ids that change from one run to the other in the same mode are *unstable*, and count
  neither as equal nor as differing.
- Outcomes are equal if the test, and the same ones of its subtests, passed, failed or were skipped in both.
- No test is left out of a file. Tests that need the network, a display, much memory or much time skip themselves, in all modes,
  as the resources `network`, `gui`, `largefile`, `cpu` and the like of CPython's `regrtest` are not granted.
- Some tests start `sys.executable` with nothing, or with a script whose name does not end as one. For a packed program these
  [are arguments of the application](running.md#child-processes); the one that runs the tests runs them with `-c`.

The list of files is `tests/cpython/files.txt`; those that a Python does not have are passed over. Python 3.11.7 and 3.12.1 do not install
`test_concurrent_futures`. Every difference has a reason in `tests/cpython/expected.toml`, and the run fails if one has not. A part of the
list, `subset.txt`, runs in `cargo test`.

The newest CPythons of Debian, 3.14.10 and 3.15.2, of which there is only a shared library, run `subset.txt` on a machine that is a directory:

```sh
PYOX_TEST_PYTHONS=3.15 tests/debian-pythons/machine.sh target/sid sid cargo test -p pyox-cli --test end_to_end cpython::
```

| Python | mode | files | ids | equal | of these skipped | of these failing in both | unstable | differing | |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|
| 3.14.10 | packed | 24 | 4,994 | 4,939 | 185 | 0 | 0 | 55 | 1.10 % |
| 3.15.2 | packed | 25 | 5,263 | 5,203 | 189 | 0 | 0 | 60 | 1.14 % |

All differences have a reason in `expected.toml`.
"""


def write(suites, tests, expected, path):
    """Writes the page for these Pythons and modes, from the results that are there."""
    totals, rows, by_reason, not_run = {}, collections.defaultdict(dict), collections.defaultdict(list), []
    for suite in suites:
        column = (suite.version, suite.mode)
        present = suite.builder.python.tests()
        for test in tests:
            comparison = suite.compare(test)
            if comparison is None:
                not_run += [f"`{test}` ({suite.version} {suite.mode})"] if test in present else []
                continue
            expected.explain(comparison, suite.version, suite.mode)
            count(totals.setdefault(column, collections.Counter()), comparison)
            rows[test][column] = cell(comparison)
            for difference in comparison.differences:
                by_reason[difference.reason or "(no reason yet)"].append((column, difference))
    text = [INTRODUCTION, "## Totals\n", *table_of_totals(totals), ""]
    if not_run:
        text.append(f"Not run: {', '.join(not_run)}.\n")
    text.append("## Differences and their reasons\n")
    for reason, found in sorted(by_reason.items(), key=lambda item: -len(item[1])):
        text += list_of_differences(reason, found)
    text += ["## By file\n", "Ids, and how many of them differ if any do.\n", *table_of_files(rows, list(totals))]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")


def count(total, comparison):
    total["files"] += 1
    total["ids"] += comparison.ids
    total["equal"] += comparison.equal
    total["skipped"] += comparison.skipped_in_both
    total["failing"] += comparison.failing_in_both
    total["unstable"] += len(comparison.unstable)
    total["differing"] += len(comparison.differences)


def cell(comparison):
    differences = len(comparison.differences)
    return f"{comparison.ids} (**{differences}**)" if differences else str(comparison.ids)


def table_of_totals(totals):
    head = "| Python | mode | files | ids | equal | of these skipped | of these failing in both | unstable | differing | |"
    lines = [head, "|---|---|" + "---:|" * 8]
    for (version, mode), total in totals.items():
        share = 100 * total["differing"] / max(total["ids"], 1)
        columns = [total[name] for name in ("files", "ids", "equal", "skipped", "failing", "unstable", "differing")]
        lines.append(f"| {version} | {mode} | " + " | ".join(f"{column:,}" for column in columns) + f" | {share:.2f} % |")
    return lines


def list_of_differences(reason, found):
    """The ids with a reason, and the modes and Pythons in which they differ."""
    places = collections.defaultdict(dict)
    for (version, mode), difference in found:
        places[difference.id].setdefault(mode, []).append(version.rpartition(".")[0])
    lines = [f"{reason}\n"]
    for name, modes in sorted(places.items()):
        where = "; ".join(f"{mode} {', '.join(versions)}" for mode, versions in sorted(modes.items()))
        lines.append(f"- `{name.removeprefix('test.')}` ({where})")
    return [*lines, ""]


def table_of_files(rows, columns):
    titles = [f"{version} {mode}" for version, mode in columns]
    lines = ["| file | " + " | ".join(titles) + " |", "|---|" + "---:|" * len(titles)]
    for test, cells in rows.items():
        lines.append(f"| `{test}` | " + " | ".join(cells.get(column, "") for column in columns) + " |")
    return lines
