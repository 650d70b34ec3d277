"""Modules, resources and files that the tests use."""

import importlib.machinery
import importlib.util
import marshal
import os
import pathlib
import sys
import zipfile

import oxidized_importer

METADATA = """Metadata-Version: 2.1
Name: Some.Project
Version: 1.5
Summary: words
Requires-Python: >=3.6
Requires-Dist: first>=1
Requires-Dist: second ; extra == "more"
Provides-Extra: more

A description.
"""

ENTRY_POINTS = """[console_scripts]
run = tree.leaf:main

[some.group]
thing = tree.leaf:VALUE [more]
"""

SUFFIX = importlib.machinery.EXTENSION_SUFFIXES[0]

TREE = {
    "tree/__init__.py": "VALUE = 'tree'\n",
    "tree/leaf.py": '"""A leaf."""\nVALUE = "leaf"\n\ndef main():\n    return __name__\n',
    "tree/text.txt": "text of tree\n",
    "tree/data/inner.bin": "\0\1\2",
    "tree/branch/__init__.py": "from .. import leaf\nVALUE = 'branch'\n",
    "tree/branch/twig.py": "VALUE = 'twig'\n",
    "tree/branch/text.txt": "text of branch\n",
    "single.py": "VALUE = 'single'\n",
    "latin.py": "# coding: latin-1\nVALUE = '\xe9'\n",
    "some_project-1.5.dist-info/METADATA": METADATA,
    "some_project-1.5.dist-info/entry_points.txt": ENTRY_POINTS,
    "some_project-1.5.dist-info/RECORD": "tree/__init__.py,,\ntree/leaf.py,sha256=abc,70\n",
    "some_project-1.5.dist-info/top_level.txt": "tree\n",
    "older-0.1.egg-info/PKG-INFO": "Metadata-Version: 1.1\nName: older\nVersion: 0.1\n",
    "native" + SUFFIX: "not really",
    "tree/inside" + SUFFIX: "not really either",
    "older-0.1.egg-info/requires.txt": "first\n\n[more]\nsecond\n",
}


def make_files(root="files"):
    """Writes the tree below the current directory."""
    for name, text in TREE.items():
        path = pathlib.Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("latin-1" if name == "latin.py" else "utf-8"))
    cache = pathlib.Path(root, "tree", "__pycache__")
    cache.mkdir(exist_ok=True)
    for suffix, level in (("", 0), (".opt-1", 1), (".opt-2", 2)):
        name = "leaf.%s%s.pyc" % (sys.implementation.cache_tag, suffix)
        (cache / name).write_bytes(importlib.util.MAGIC_NUMBER + bytes(12) + bytecode(TREE["tree/leaf.py"], optimize=level))
    make_zip(root + ".zip")
    return pathlib.Path(root)


def make_zip(path):
    """The same tree as a zip file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in TREE.items():
            archive.writestr(name, text.encode("latin-1" if name == "latin.py" else "utf-8"))


def bytecode(source, file="file.py", optimize=0):
    # Version 2 has no references, whose use depends on reference counts.
    return marshal.dumps(compile(source, file, "exec", optimize=optimize), 2)


def resource(name, **properties):
    made = oxidized_importer.OxidizedResource()
    made.name = name
    for key, value in properties.items():
        setattr(made, key, value)
    return made


def module(name, source="VALUE = __name__\n", **properties):
    """A module with source and bytecode in memory."""
    source = source if isinstance(source, bytes) else source.encode()
    return resource(name, is_module=True, in_memory_source=source, in_memory_bytecode=bytecode(source), **properties)


def package(name, source="VALUE = __name__\n", **properties):
    return module(name, source, is_package=True, **properties)


def distribution(name="some-project", **files):
    texts = {"METADATA": METADATA, "entry_points.txt": ENTRY_POINTS, **files}
    return resource(name, is_package=True, in_memory_distribution_resources={
        key: text.encode() for key, text in texts.items()})


def tree_resources():
    """The packages of the tree with their data, in memory."""
    text = {name: source for name, source in TREE.items() if name.endswith(".py")}
    return [
        package("tree", text["tree/__init__.py"],
                in_memory_package_resources={"text.txt": b"text of tree\n", "data/inner.bin": b"\0\1\2"}),
        module("tree.leaf", text["tree/leaf.py"]),
        package("tree.branch", text["tree/branch/__init__.py"],
                in_memory_package_resources={"text.txt": b"text of branch\n"}),
        module("tree.branch.twig", text["tree/branch/twig.py"]),
        module("single", text["single.py"]),
        module("latin", TREE["latin.py"].encode("latin-1")),
    ]


def file_resources(root="files"):
    """The packages of the tree as files below the current directory."""
    root = pathlib.Path(root)
    files = {"tree": "tree/__init__.py", "tree.leaf": "tree/leaf.py", "tree.branch": "tree/branch/__init__.py",
             "tree.branch.twig": "tree/branch/twig.py", "single": "single.py"}
    made = [resource(name, is_module=True, is_package=path.endswith("__init__.py"),
                     relative_path_module_source=root / path) for name, path in files.items()]
    made[0].relative_path_package_resources = {"text.txt": root / "tree/text.txt",
                                               "data/inner.bin": root / "tree/data/inner.bin"}
    return made


def finder(*resources, **arguments):
    """A finder with these resources; files are relative to the current directory."""
    made = oxidized_importer.OxidizedFinder(relative_path_origin=os.getcwd(), **arguments)
    made.add_resources(list(resources))
    return made


def installed(*resources, **arguments):
    """A finder with these resources, the first on sys.meta_path."""
    made = finder(*resources, **arguments)
    sys.meta_path.insert(0, made)
    return made


def forget(*prefixes):
    """Forgets imported modules of these packages."""
    for name in list(sys.modules):
        if name.partition(".")[0] in prefixes:
            del sys.modules[name]
