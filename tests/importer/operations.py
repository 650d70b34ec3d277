"""Small operations on oxidized_importer, run with two implementations of it to compare what they do.

`python operations.py OUTPUT` writes {name: outcome} as JSON: ["returned", value] or ["raised", type, attributes].
Each operation runs in a process of its own, so that none sees what another has left behind.
"""

import importlib
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
import types
import warnings

import fixtures

TOPICS = ["resource", "python_types", "collector", "scan", "finder", "imports", "loader", "readers", "packages",
          "distributions", "serialization", "zips", "functions", "module"]

_operations = {}


def operation(name):
    """Registers a function without arguments under the name; what it returns or raises is the outcome."""
    def register(function):
        assert name not in _operations, name
        _operations[name] = function
        return function
    return register


class Outcome(list):
    """What an action gives, as JSON; operations may return it as a part of theirs."""


def attempt(action):
    try:
        return Outcome(["returned", plain(action())])
    except BaseException as error:
        return raised(error)


def raised(error):
    kind = type(error)
    name = kind.__name__ if kind.__module__ == "builtins" else kind.__module__ + "." + kind.__name__
    facts = {key: plain(getattr(error, key)) for key in ("errno", "filename", "name", "path")
             if getattr(error, key, None) is not None}
    return Outcome(["raised", name, facts])


def plain(value):
    """The value as JSON, without addresses and the directory of this run."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return without_places(value)
    kind = type(value).__name__
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {kind: without_places(bytes(value).decode("latin-1"))}
    if isinstance(value, Outcome):
        return value
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, (tuple, set, frozenset)):
        items = value if isinstance(value, tuple) else sorted(value)
        return {kind: [plain(item) for item in items]}
    if isinstance(value, dict):
        return {"dict": {without_places(str(key)): plain(item) for key, item in sorted(value.items())}}
    if isinstance(value, pathlib.PurePath):
        return {"path": without_places(str(value))}
    if isinstance(value, types.CodeType):
        return {"code": [value.co_name, without_places(value.co_filename)]}
    if isinstance(value, types.ModuleType):
        return {"module": value.__name__}
    if isinstance(value, type):
        return {"type": value.__module__ + "." + value.__name__}
    if kind == "ModuleSpec":
        fields = ("name", "origin", "submodule_search_locations", "cached", "has_location", "parent")
        described = {field: plain(getattr(value, field)) for field in fields}
        described["loader"] = type(value.loader).__name__
        described["loader_state"] = value.loader_state is not None
        return {"spec": described}
    return {"object": kind}


def without_places(text):
    here = os.getcwd()
    real = os.path.realpath(sys.executable)
    for place, name in ((here, "<dir>"), (os.path.dirname(here), "<root>"), (sys.executable, "<link>"), (real, "<exe>"),
                        (os.path.dirname(real), "<bin>")):
        text = text.replace(place, name)
    # Not all that reads JSON takes lone surrogates.
    text = text.encode("utf-8", "backslashreplace").decode()
    return re.sub(r"\b0x[0-9a-f]{6,}", "0x", text)


def outcome(function):
    """The outcome of an operation, run in a child with a directory of its own that leads to the common files."""
    place = tempfile.mkdtemp(dir=".")
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 2)
        os.close(reader)
        os.chdir(place)
        for name in ("files", "files.zip"):
            os.symlink("../" + name, name)
        text = json.dumps(attempt(function), sort_keys=True)
        with open(writer, "w") as file:
            file.write(text)
        os._exit(0)
    os.close(writer)
    with open(reader) as file:
        text = file.read()
    status = os.waitpid(child, 0)[1]
    shutil.rmtree(place)
    if status:
        return ["died", "signal %d" % (status & 127) if status & 127 else "status %d" % (status >> 8)]
    return json.loads(text)


def main():
    warnings.simplefilter("ignore")
    fixtures.make_files()
    sys.modules["operations"] = sys.modules[__name__]
    for topic in TOPICS:
        importlib.import_module("operations_" + topic)
    outcomes = {name: outcome(function) for name, function in _operations.items()}
    with open(sys.argv[1], "w") as file:
        json.dump(outcomes, file, indent=1, sort_keys=True)


if __name__ == "__main__":
    main()
