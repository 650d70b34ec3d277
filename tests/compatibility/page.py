"""The page that shows the results, `docs/compatibility.md`."""

import json
import re

from trial import PROGRAMS, requirements

INTRODUCTION = """\
# Packages of PyPI

One small program per package exercises it, unpackaged and packed. This page is written by the runner from its results:

```sh
cd tests/compatibility
python3 run.py run --python PYTHON3.11 --python PYTHON3.13     # half an hour on two cores; goes on where it was interrupted
python3 run.py page
```

- The programs are `programs/use_NAME.py`; each states what it needs, so that `pyoxidizer pack programs/use_numpy.py` packs it. They do
  what fails if a module, a data file or a native library of the package is missing, also where the package reports an error.
- The wheels are those of PyPI, unchanged; nothing is compiled from source. They are installed in a new virtualenv, whose `python -I` runs the
  program, and a second time for `pyoxidizer pack`. The versions must be equal.
- The packed program runs in a mount namespace in which all Pythons, the virtualenv, the packer's cache and the sources are hidden, with
  no environment but `PATH`, `LANG`, and `HOME`, `TMPDIR` and `XDG_CACHE_HOME` for empty directories.
- *ok*: both print the same and exit with 0, and the packed program does so twice. *Size* is that of the executable, which has the whole
  standard library.
- *Files*: how many the first run wrote into the cache: large libraries, and packed files that had to be real
  ([Virtual files](virtual-files.md)). What the second run wrote is given only if it is not nothing.
- *Libraries*: shared libraries in the program beyond those of the standard library.

A part of the list, `subset.txt`, runs in `cargo test`. With the newest CPythons of Debian, 3.14.10 and 3.15.2, whose libpython is in the program as a
shared library, all ten programs of that part are *ok*, the same versions as below:

```sh
PYOX_TEST_PYTHONS=3.15 tests/debian-pythons/machine.sh target/sid sid cargo test -p pyox-cli --test end_to_end compatibility::
```

Sizes, files and libraries below are those with the newest Python of the table.
"""


def write(work, expected, path):
    """Writes the page from the results that are there."""
    rows, pythons = {}, set()
    for file in sorted(work.glob("*/*.json")):
        result = json.loads(file.read_text(encoding="utf-8"))
        expected.explain(result)
        rows.setdefault(result["name"], {})[result["python"]] = result
        pythons.add(result["python"])
    pythons = sorted(pythons, key=lambda version: [int(part) for part in version.split(".")])
    text = [INTRODUCTION, *table(rows, pythons), "", "## Exceptions\n", *exceptions(rows, expected)]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")


def table(rows, pythons):
    columns = ["program", "versions", *pythons, "size, MiB", "files", "libraries"]
    lines = ["| " + " | ".join(columns) + " |", "|---|---|" + "---|" * len(pythons) + "---:|---:|---:|"]
    for name, results in sorted(rows.items()):
        newest = next(results[python] for python in reversed(pythons) if python in results)
        cells = [cell(results.get(python), newest) for python in pythons]
        lines.append("| " + " | ".join([name, versions(newest), *cells, *placed(newest)]) + " |")
    return lines


def cell(result, newest):
    """What became of a program with a Python, and the versions if they are not those of the newest Python."""
    if result is None:
        return ""
    outcome = "ok" if result["outcome"] == "ok" else f"{result['stage']}: {result['message']}"
    if result["reason"]:
        outcome = "[exception](#exceptions)"
    others = versions(result)
    return outcome if others == versions(newest) or "versions" not in result else f"{outcome} ({others})"


def placed(result):
    """The cells about the executable."""
    if "size" not in result:
        return ["", "", ""]
    return [size(result), in_files(result), str(len(result["libraries"]) or "")]


def exceptions(rows, expected):
    """The exceptions that a result needs."""
    lines = []
    for row in expected.exceptions:
        found = [result for results in rows.values() for result in results.values() if expected.applies(row, result)]
        if found:
            where = ", ".join(f"`{result['name']}` ({result['python']}, {result['stage']})" for result in found)
            lines.append(f"- {where}: {row['reason']} Cause: {row['upstream']}")
    for results in rows.values():
        for result in results.values():
            if result["outcome"] != "ok" and result["reason"] is None:
                lines.append(f"- `{result['name']}` ({result['python']}, {result['stage']}): no reason yet")
    return lines or ["None."]


def versions(result):
    """The distributions that a program states, with the versions that ran."""
    found = {normal(name): (name, version) for name, version in result.get("versions", {}).items()}
    stated = []
    for requirement in requirements(PROGRAMS / f"use_{result['name']}.py"):
        name = re.match("[A-Za-z0-9._-]+", requirement)[0]
        stated.append(" ".join((name, found[normal(name)][1])) if normal(name) in found else name)
    return ", ".join(stated)


def normal(name):
    return re.sub("[-_.]+", "-", name).lower()


def size(result):
    return f"{result['size'] / 2**20:.1f}"


def in_files(result):
    """How many files were written, and the packages that are placed in files as a whole."""
    first, second = [*result.get("written", []), 0, 0][:2]
    words = [str(first) if first else "", f"then {second}" if second else "", *result["in_files"]]
    return " ".join(filter(None, words))
