"""The page that shows the results, `docs/damage.md`."""

import json
import pathlib

import cache
import program

PAGE = pathlib.Path(__file__).parents[2] / "docs/damage.md"

INTRODUCTION = """\
# Damage

What a single flipped bit does, in a packed program and in the cache of the packer. This page is written from the results of:

```sh
cd tests/damage
python3 run.py program --count 2000    # one packed program
python3 run.py cache --count 500       # every file of a build cache
python3 run.py page
```

Both are seeded: the same program and the same cache have the same flips. A flip leaves length and times of a file as they are.
"""

PROGRAM = """\
## A packed program

`tests/damage/application` has {imported} modules imported, many of them native, when it prints what it has computed with them and with a
data file. One half of {count} flips is spread over all bytes of the program ({size:.1f} MiB, Python {python}), the other half evenly over the regions.

- *same*: it printed the same, since it had no use for what was damaged, or did without; *a line*: it did not start, and said why in one line;
  *named*: a Python exception says what is damaged; *exception*: one says something else; *signal*: it crashed; *hang*: it did
  not end in {limit} seconds; *different*: it printed something else, without an error.
- *noticed* is how many of the flips `pyoxidizer resources verify` found.

A launcher is not checked when it starts, since reading all of it would take longer than starting. So a bit of its machine code or of its
data can do anything; `verify` finds it.
"""

CACHE = """\
## A build cache

After each of {count} flips `pyoxidizer pack` ran, and what it made was compared with the program of the undamaged cache. One in
{one_in} is a flip in a launcher, since that is compiled again; the others are spread evenly over the kinds of files.

- *rebuilt*: the same program, and something in the cache is new; *same*: the same program, since the file was not needed or not
  looked at; *error*: it said what is wrong; *crash* and *hang*: it did not; *different*: it made another program without an error.

Bytecode and what pip has installed are read when a layer is made of them, and layers are kept: most flips in these are not looked at.
"""

TITLES = {"line": "a line"}


def write(work):
    text = INTRODUCTION
    for part, introduction, group in (program, PROGRAM, "region"), (cache, CACHE, "kind"):
        results = work / f"{part.__name__}.jsonl"
        if not results.exists():
            text += f"\nOf `run.py {part.__name__}` there are no results yet.\n"
            continue
        key, rows = read(results)
        text += "\n" + introduction.format(count=len(rows), limit=program.LIMIT, one_in=cache.ONE_IN, **key)
        text += "\n" + table(rows, group, part.OUTCOMES)
    PAGE.write_text(text, encoding="utf-8")


def read(path):
    key, *rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return key, rows


def table(rows, group, outcomes):
    """How many flips of each group had each outcome."""
    has_verify = "verify" in rows[0]
    titles = [group, "flips", *(TITLES.get(name, name) for name in outcomes), *(["noticed"] if has_verify else [])]
    lines = ["| " + " | ".join(titles) + " |", "|---" + "|---:" * (len(titles) - 1) + "|"]
    for name in [*sorted({row[group] for row in rows}), "all"]:
        chosen = [row for row in rows if name in (row[group], "all")]
        counts = [sum(row["outcome"] == outcome for row in chosen) for outcome in outcomes]
        if has_verify:
            counts.append(sum(row["verify"] == "yes" for row in chosen))
        cells = [name, str(len(chosen)), *(str(count) if count else "" for count in counts)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
