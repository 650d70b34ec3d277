"""OxidizedZipFinder."""

import importlib
import importlib.util
import io
import os
import pathlib
import sys
import zipfile

import oxidized_importer
from oxidized_importer import OxidizedZipFinder

from fixtures import bytecode
from operations import attempt, operation
from operations_imports import NAMES, attributes


def data():
    return pathlib.Path("files.zip").read_bytes()


def archive(files, compression=zipfile.ZIP_DEFLATED):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return made.getvalue()


SOURCES = {"path": lambda: OxidizedZipFinder.from_path("files.zip"), "data": lambda: OxidizedZipFinder.from_zip_data(data())}

for place, made in SOURCES.items():
    operation("zip: type, from %s" % place)(lambda made=made: type(made()).__name__)
    for name in NAMES:
        operation("zip: find_spec(%s) from %s" % (name, place))(lambda name=name, made=made: made().find_spec(name, None))
        for method in ("find_module", "is_package", "get_code", "get_source"):
            operation("zip: %s(%s) from %s" % (method, name, place))(
                lambda name=name, made=made, method=method: getattr(made(), method)(name))

        def imported(name=name, made=made):
            sys.meta_path.insert(0, made())
            return attributes(importlib.import_module(name))
        operation("zip: import %s from %s" % (name, place))(imported)

for label, path in {"missing": "nowhere.zip", "directory": "files", "not a zip file": "files/single.py", "None": None, "int": 1,
                    "bytes": b"files.zip", "path object": pathlib.Path("files.zip"), "empty": ""}.items():
    operation("zip: from_path %s" % label)(lambda path=path: type(OxidizedZipFinder.from_path(path)).__name__)
for label, content in {"empty": b"", "no zip file": b"nonsense" * 20, "None": None, "str": "text", "int": 1,
                       "empty archive": archive({})}.items():
    operation("zip: from_zip_data %s" % label)(lambda content=content: type(OxidizedZipFinder.from_zip_data(content)).__name__)
for label, convert in {"bytearray": bytearray, "memoryview": memoryview}.items():
    operation("zip: from_zip_data %s" % label)(lambda convert=convert: OxidizedZipFinder.from_zip_data(convert(data())).is_package("tree"))
operation("zip: from_zip_data truncated")(lambda: OxidizedZipFinder.from_zip_data(data()[:-30]))
operation("zip: from_zip_data with something before it")(lambda: OxidizedZipFinder.from_zip_data(b"#!/bin/sh\n" + data()).is_package("tree"))
operation("zip: new")(lambda: OxidizedZipFinder())
operation("zip: new with argument")(lambda: OxidizedZipFinder("files.zip"))
operation("zip: from_path()")(lambda: OxidizedZipFinder.from_path())
operation("zip: from_zip_data()")(lambda: OxidizedZipFinder.from_zip_data())
operation("zip: from_path keyword")(lambda: type(OxidizedZipFinder.from_path(path="files.zip")).__name__)
operation("zip: subclass")(lambda: type("Sub", (OxidizedZipFinder,), {}))
operation("zip: invalidate_caches")(lambda: SOURCES["path"]().invalidate_caches())
operation("zip: unknown attribute")(lambda: SOURCES["path"]().unknown)
operation("zip: create_module")(lambda: SOURCES["path"]().create_module(SOURCES["path"]().find_spec("tree", None)))

for method in ("find_spec", "find_module", "is_package", "get_code", "get_source", "create_module", "exec_module"):
    operation("zip: %s()" % method)(lambda method=method: getattr(SOURCES["data"](), method)())
    for label, value in {"None": None, "int": 1, "bytes": b"tree", "empty": "", "surrogate": "\udc80"}.items():
        operation("zip: %s(%s)" % (method, label))(lambda method=method, value=value: getattr(SOURCES["data"](), method)(value))

PYC = importlib.util.MAGIC_NUMBER + bytes(12)
CASES = {
    "bytecode": {"m.pyc": PYC + bytecode("VALUE = 1")},
    "bytecode and source": {"m.py": "VALUE = 'source'", "m.pyc": PYC + bytecode("VALUE = 'bytecode'")},
    "bytecode in __pycache__": {"__pycache__/m.cpython-310.pyc": PYC + bytecode("VALUE = 1")},
    "bytecode of another Python": {"m.pyc": bytes(16) + bytecode("VALUE = 1")},
    "bytecode that is too short": {"m.pyc": b"x"},
    "stored": {"m.py": b"VALUE = 1"},
    "syntax error": {"m.py": "("},
    "latin": {"m.py": b"# coding: latin-1\nVALUE = '\xe9'"},
    "undecodable": {"m.py": b"'\xff'"},
    "raises": {"m.py": "1/0"},
    "package and module": {"m.py": "VALUE = 'module'", "m/__init__.py": "VALUE = 'package'"},
    "namespace package": {"m/part.py": ""},
    "directory entry": {"m/": "", "m/__init__.py": "VALUE = 1"},
    "empty": {"m.py": ""},
    "extension": {"m.so": b"x"},
}
for label, files in CASES.items():
    def use(files=files, label=label):
        found = OxidizedZipFinder.from_zip_data(archive(files, zipfile.ZIP_STORED if label == "stored" else zipfile.ZIP_DEFLATED))
        sys.meta_path.insert(0, found)
        made = importlib.import_module("m")
        return [getattr(made, "VALUE", None), attributes(made)]
    operation("zip: %s" % label)(use)
    operation("zip: %s, source" % label)(lambda files=files: OxidizedZipFinder.from_zip_data(archive(files)).get_source("m"))


@operation("zip: file is removed afterwards")
def _():
    import shutil
    shutil.copy("files.zip", "copy.zip")
    found = OxidizedZipFinder.from_path("copy.zip")
    os.remove("copy.zip")
    return attempt(lambda: found.get_source("single"))


@operation("zip: damaged content")
def _():
    content = bytearray(archive({"m.py": b"VALUE = 1" * 50}))
    content[40] ^= 0xff
    found = OxidizedZipFinder.from_zip_data(bytes(content))
    return [attempt(lambda: found.find_spec("m", None)), attempt(lambda: found.get_source("m"))]


@operation("zip: beside an OxidizedFinder")
def _():
    from fixtures import installed, module
    installed(module("single", "VALUE = 'finder'"))
    sys.meta_path.insert(1, OxidizedZipFinder.from_path("files.zip"))
    import single
    import tree
    return [single.VALUE, tree.VALUE, type(tree.__loader__).__name__]


@operation("zip: names of the type")
def _():
    return sorted(name for name in dir(oxidized_importer.OxidizedZipFinder) if not name.startswith("_"))
