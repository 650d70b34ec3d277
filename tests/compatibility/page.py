"""The page that shows the results, `docs/compatibility.md`."""

import json
import re

from trial import PROGRAMS, requirements

INTRODUCTION = """\
"""


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
    """The packages that are placed in files."""
    return " ".join(row if isinstance(row, str) else row["package"] for row in result["in_files"])
