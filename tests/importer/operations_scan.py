"""find_resources_in_path."""

import importlib.util
import os
import pathlib
import zipfile

from oxidized_importer import find_resources_in_path

from operations import attempt, operation
from operations_python_types import PROPERTIES


def described(item):
    kind = type(item).__name__
    return [kind] + [getattr(item, key) for key in PROPERTIES.get(kind, [])]


def scan(path):
    return sorted(map(described, find_resources_in_path(path)), key=repr)


def scanned(files, name="place"):
    """What is found in a directory with these files."""
    for file, content in files.items():
        path = pathlib.Path(name, file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return scan(name)


for label, path in {"str": "files", "path": pathlib.Path("files"), "bytes": b"files", "slash": "files/", "dot": "./files/.",
                    "sub-directory": "files/tree"}.items():
    operation("scan: %s" % label)(lambda path=path: scan(path))

for label, path in {"missing": "nowhere", "file": "files/single.py", "zip file": "files.zip", "empty": "", "None": None, "int": 1,
                    "list": ["files"], "nul": "a\0b", "object": object()}.items():
    operation("scan: %s" % label)(lambda path=path: find_resources_in_path(path))

operation("scan: no argument")(lambda: find_resources_in_path())
operation("scan: keyword")(lambda: len(find_resources_in_path(path="files")))
operation("scan: two arguments")(lambda: find_resources_in_path("files", 1))
operation("scan: type of the result")(lambda: type(find_resources_in_path("files")))
operation("scan: absolute")(lambda: scan(os.path.abspath("files")))


@operation("scan: empty directory")
def _():
    os.mkdir("empty")
    return scan("empty")


HEADER = importlib.util.MAGIC_NUMBER + bytes(12)
CASES = {
    "module": {"a.py": b"1"},
    "module of one letter and digits": {"a1_.py": b"1"},
    "name with dash": {"a-b.py": b"1"},
    "name with dot": {"a.b.py": b"1"},
    "empty source": {"a.py": b""},
    "source that does not compile": {"a.py": b"("},
    "source that is not UTF-8": {"a.py": b"\xff"},
    "package": {"p/__init__.py": b"1"},
    "package in package": {"p/__init__.py": b"1", "p/q/__init__.py": b"2", "p/q/r.py": b"3"},
    "namespace package": {"n/a.py": b"1"},
    "data in namespace package": {"n/a.py": b"1", "n/t.txt": b"t"},
    "data without package": {"t.txt": b"t"},
    "data in a directory without modules": {"d/t.txt": b"t"},
    "data in package": {"p/__init__.py": b"", "p/t.txt": b"t"},
    "data below package": {"p/__init__.py": b"", "p/d/e/t.txt": b"t"},
    "data below sub-package": {"p/__init__.py": b"", "p/q/__init__.py": b"", "p/q/d/t.txt": b"t"},
    "data without suffix": {"p/__init__.py": b"", "p/README": b"t"},
    "stub file": {"p/__init__.py": b"", "p/a.pyi": b"t", "p/py.typed": b""},
    "hidden data": {"p/__init__.py": b"", "p/.hidden": b"t"},
    "pyc in cache": {"__pycache__/a.cpython-310.pyc": HEADER + b"code"},
    "pyc of other Python": {"__pycache__/a.cpython-39.pyc": HEADER + b"code"},
    "pyc without tag": {"__pycache__/a.pyc": HEADER + b"code"},
    "pyc beside sources": {"a.pyc": HEADER + b"code"},
    "pyc level 1": {"__pycache__/a.cpython-310.opt-1.pyc": HEADER + b"code"},
    "pyc level 2": {"__pycache__/a.cpython-310.opt-2.pyc": HEADER + b"code"},
    "pyc of package": {"p/__pycache__/__init__.cpython-310.pyc": HEADER + b"code"},
    "pyc that is too short": {"__pycache__/a.cpython-310.pyc": b"short"},
    "source and pyc": {"a.py": b"1", "__pycache__/a.cpython-310.pyc": HEADER + b"code"},
    "extension": {"a.so": b"elf"},
    "extension with ABI": {"a.cpython-310-x86_64-linux-gnu.so": b"elf"},
    "extension with stable ABI": {"a.abi3.so": b"elf"},
    "extension of other Python": {"a.cpython-39-x86_64-linux-gnu.so": b"elf"},
    "extension in package": {"p/__init__.py": b"", "p/a.so": b"elf"},
    "extension as package": {"p/__init__.so": b"elf"},
    "library": {"p/__init__.py": b"", "p.libs/libz-1234.so.1": b"elf"},
    "dist-info": {"a-1.0.dist-info/METADATA": b"Name: a\nVersion: 1.0\n", "a-1.0.dist-info/RECORD": b""},
    "dist-info with sub-directory": {"a-1.0.dist-info/METADATA": b"Name: a\nVersion: 1.0\n", "a-1.0.dist-info/licenses/MIT": b"t"},
    "dist-info without METADATA": {"a-1.0.dist-info/RECORD": b""},
    "dist-info with another name": {"a_b-1.0.dist-info/METADATA": b"Name: A.B\nVersion: 1.0\n"},
    "dist-info with another version": {"a-1.0.dist-info/METADATA": b"Name: a\nVersion: 2.0\n"},
    "dist-info with METADATA that is not UTF-8": {"a-1.0.dist-info/METADATA": b"Name: a\nVersion: 1\nSummary: \xff\n"},
    "dist-info of bad name": {"a.dist-info/METADATA": b"Name: a\nVersion: 1.0\n"},
    "egg-info": {"a-1.0.egg-info/PKG-INFO": b"Name: a\nVersion: 1.0\n"},
    "egg-info file": {"a-1.0.egg-info": b"Name: a\nVersion: 1.0\n"},
    "egg-info without version": {"a.egg-info/PKG-INFO": b"Name: a\nVersion: 1.0\n"},
    "egg": {"a-1.0.egg/EGG-INFO/PKG-INFO": b"Name: a\nVersion: 1.0\n", "a-1.0.egg/a.py": b"1"},
    "pth": {"a.pth": b"elsewhere\n"},
    "site-packages": {"site-packages/a.py": b"1", "site-packages/p/__init__.py": b""},
    "test directory": {"p/__init__.py": b"", "p/tests/__init__.py": b"", "p/tests/t.py": b"1"},
    "upper case suffix": {"A.PY": b"1"},
    "module named as package": {"a.py": b"1", "a/__init__.py": b"2"},
    "umlaut": {"\xe9.py": b"1"},
}
for label, files in CASES.items():
    operation("scan: %s" % label)(lambda files=files: scanned(files))


@operation("scan: symbolic link to a file")
def _():
    os.makedirs("place")
    os.symlink("../files/single.py", "place/linked.py")
    return scan("place")


@operation("scan: symbolic link to a directory")
def _():
    os.makedirs("place")
    os.symlink("../files/tree", "place/linked")
    return scan("place")


@operation("scan: broken symbolic link")
def _():
    os.makedirs("place")
    os.symlink("nowhere", "place/broken.py")
    return scan("place")


@operation("scan: file vanishes before it is read")
def _():
    os.makedirs("place")
    pathlib.Path("place/a.py").write_text("1")
    found = find_resources_in_path("place")
    os.remove("place/a.py")
    return [attempt(lambda: described(item)) for item in found]


@operation("scan: egg file")
def _():
    os.makedirs("place")
    with zipfile.ZipFile("place/a-1.0-py3.10.egg", "w") as archive:
        archive.writestr("a.py", "1")
        archive.writestr("EGG-INFO/PKG-INFO", "Name: a\nVersion: 1.0\n")
    return scan("place")
