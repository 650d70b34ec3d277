"""The page that shows the results, `docs/cpython-tests.md`."""

import collections

INTRODUCTION = """\
# CPython's own tests

CPython's test suite, taken from the installed Python, runs with the standard library served by `OxidizedFinder`, and every test
id is compared with the same Python as it is installed. This page is written by the runner from its results:

```sh
cd tests/cpython
python3 run.py run --python PYTHON3.11 --python PYTHON3.12 --python PYTHON3.13     # an hour and a half on two cores
python3 run.py page --python PYTHON3.11 --python PYTHON3.12 --python PYTHON3.13
```

- *Packed*: a program made by `pyoxidizer pack` runs the tests. All of its standard library comes from memory. The package `test` and the
  extension modules made for tests are no part of a program: the package is that of the installation, since its tests read files
  beside it.
- *Plain*: `python -I -S` runs the same tests.
- A file whose outcomes differ is run again in both. Ids that change from one run to the other in the same mode are *unstable*, and count
  neither as equal nor as differing.
- Outcomes are equal if the test, and the same ones of its subtests, passed, failed or were skipped in both. Tests that need
  the network, a display or gigabytes are skipped in both.
- Some tests start `sys.executable` with the file of a script. A packed program [does not run other scripts](running.md#child-processes);
  the program that runs the tests does as that page advises and runs them with `-c`.

The list of files is `tests/cpython/files.txt`; those that a Python does not have are passed over. Python 3.11.7 and 3.12.1 do not install
`test_concurrent_futures`. Every difference has a reason in `tests/cpython/expected.toml`, and the run fails if one has not. A part of the
list, `subset.txt`, runs in `cargo test`.
"""


def write(suites, tests, expected, path):
    """Writes the page for these Pythons, from the results that are there."""
    totals, rows, by_reason = {}, collections.defaultdict(dict), collections.defaultdict(list)
    for suite in suites:
        totals[suite.version] = collections.Counter()
        for test in tests:
            comparison = suite.compare(test)
            if comparison is None:
                continue
            expected.explain(comparison, suite.version, suite.mode)
            count(totals[suite.version], comparison)
            rows[test][suite.version] = cell(comparison)
            for difference in comparison.differences:
                by_reason[difference.reason or "(no reason yet)"].append((suite.version, difference))
    text = [INTRODUCTION, "## Totals\n", *table_of_totals(totals), "", "## Differences and their reasons\n"]
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
    head = "| Python | files | ids | equal | of these skipped | of these failing in both | unstable | differing | |"
    lines = [head, "|---|" + "---:|" * 8]
    for version, total in totals.items():
        share = 100 * total["differing"] / max(total["ids"], 1)
        columns = [total[name] for name in ("files", "ids", "equal", "skipped", "failing", "unstable", "differing")]
        lines.append(f"| {version} | " + " | ".join(f"{column:,}" for column in columns) + f" | {share:.2f} % |")
    return lines


def list_of_differences(reason, found):
    """The ids with a reason, and the Pythons in which they differ."""
    pythons = collections.defaultdict(set)
    for version, difference in found:
        pythons[difference.id].add(version.rpartition(".")[0])
    lines = [f"{reason}\n"]
    for name, versions in sorted(pythons.items()):
        lines.append(f"- `{name.removeprefix('test.')}` ({', '.join(sorted(versions, key=by_number))})")
    return [*lines, ""]


def by_number(version):
    return tuple(map(int, version.split(".")))


def table_of_files(rows, versions):
    lines = ["| file | " + " | ".join(versions) + " |", "|---|" + "---:|" * len(versions)]
    for test, cells in rows.items():
        lines.append(f"| `{test}` | " + " | ".join(cells.get(version, "") for version in versions) + " |")
    return lines
