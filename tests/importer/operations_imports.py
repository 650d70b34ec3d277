"""Importing: specs, attributes of modules, order, errors, reloading."""

import importlib
import importlib.util
import sys
import types

from fixtures import bytecode, file_resources, finder, installed, module, package, resource, tree_resources
from operations import attempt, operation

NAMES = ["tree", "tree.leaf", "tree.branch", "tree.branch.twig", "single", "latin", "tree.missing", "missing"]
ATTRIBUTES = ["__name__", "__file__", "__cached__", "__path__", "__package__", "__doc__", "__spec__", "__loader__"]
PLACES = {"memory": tree_resources, "files": file_resources}


def attributes(made):
    return {name: getattr(made, name, "absent") for name in ATTRIBUTES}


for place, resources in PLACES.items():
    for name in NAMES:
        operation("find_spec: %s in %s" % (name, place))(
            lambda name=name, resources=resources: finder(*resources()).find_spec(name, None))
        operation("find_module: %s in %s" % (name, place))(
            lambda name=name, resources=resources: type(finder(*resources()).find_module(name)))

        def imported(name=name, resources=resources):
            installed(*resources())
            return attributes(importlib.import_module(name))
        operation("import: %s in %s" % (name, place))(imported)

    def from_import(resources=resources):
        installed(*resources())
        from tree import branch
        from tree.leaf import VALUE, main
        return [branch, VALUE, main()]
    operation("import: from, in %s" % place)(from_import)

    def reloaded(resources=resources):
        installed(*resources())
        made = importlib.import_module("tree.leaf")
        made.VALUE = "changed"
        again = importlib.reload(made)
        return [again is made, again.VALUE]
    operation("import: reload in %s" % place)(reloaded)

operation("find_spec: without path")(lambda: finder(*tree_resources()).find_spec("tree"))
operation("find_spec: with path")(lambda: finder(*tree_resources()).find_spec("tree.leaf", ["/elsewhere"]))
operation("find_spec: with target")(lambda: finder(*tree_resources()).find_spec("tree.leaf", None, types.ModuleType("x")))
operation("find_spec: keywords")(lambda: finder(*tree_resources()).find_spec(fullname="tree", path=None, target=None))
operation("find_spec: loader is the finder")(
    lambda: [made.find_spec("tree", None).loader is made for made in [finder(*tree_resources())]])
operation("find_module: is the finder")(
    lambda: [made.find_module("tree") is made for made in [finder(*tree_resources())]])
operation("find_module: with path")(lambda: type(finder(*tree_resources()).find_module("tree.leaf", ["/elsewhere"])))
operation("find_spec: equality")(
    lambda: [made.find_spec("tree", None) == made.find_spec("tree", None) for made in [finder(*tree_resources())]])


def import_with(*resources):
    installed(*resources)
    return importlib.import_module(resources[0].name)


CASES = {
    "source without bytecode": [resource("m", is_module=True, in_memory_source=b"VALUE = 1\n")],
    "bytecode without source": [resource("m", is_module=True, in_memory_bytecode=bytecode("VALUE = 2"))],
    "bytecode level 1 alone": [resource("m", is_module=True, in_memory_bytecode_opt1=bytecode("VALUE = 3"))],
    "bytecode and other source": [resource("m", is_module=True, in_memory_bytecode=bytecode("VALUE = 2"), in_memory_source=b"VALUE = 1")],
    "neither": [resource("m", is_module=True)],
    "no flag": [resource("m", in_memory_source=b"VALUE = 1")],
    "package without code": [resource("m", is_module=True, is_package=True)],
    "package flag alone": [resource("m", is_package=True)],
    "namespace package": [resource("m", is_module=True, is_package=True, is_namespace_package=True)],
    "namespace flag alone": [resource("m", is_namespace_package=True)],
    "empty source": [resource("m", is_module=True, in_memory_source=b"")],
    "syntax error": [resource("m", is_module=True, in_memory_source=b"(")],
    "raises": [module("m", "raise KeyError('x')")],
    "raises ImportError": [module("m", "import missing_module")],
    "bad encoding": [resource("m", is_module=True, in_memory_source=b"# coding: nonsense\n")],
    "undecodable": [resource("m", is_module=True, in_memory_source=b"'\xff'")],
    "nul in source": [resource("m", is_module=True, in_memory_source=b"a\0b")],
    "latin source": [resource("m", is_module=True, in_memory_source=b"# coding: latin-1\nVALUE = '\xe9'")],
    "byte order mark": [resource("m", is_module=True, in_memory_source=b"\xef\xbb\xbfVALUE = 1")],
    "carriage returns": [resource("m", is_module=True, in_memory_source=b"VALUE = '''a\r\nb'''\r\n")],
    "bytecode is damaged": [resource("m", is_module=True, in_memory_bytecode=b"\xe3nonsense")],
    "bytecode is empty": [resource("m", is_module=True, in_memory_bytecode=b"")],
    "bytecode is no code": [resource("m", is_module=True, in_memory_bytecode=b"N")],
    "bytecode with header": [resource("m", is_module=True, in_memory_bytecode=bytes(16) + bytecode("1"))],
    "shared library alone": [resource("m", is_shared_library=True, in_memory_shared_library=b"x")],
    "built-in that is not": [resource("m", is_builtin_extension_module=True)],
    "frozen that is not": [resource("m", is_frozen_module=True)],
    "file is missing": [resource("m", is_module=True, relative_path_module_source="nowhere.py")],
    "file of bytecode is missing": [resource("m", is_module=True, relative_path_module_bytecode="nowhere.pyc")],
    "extension is missing": [resource("m", is_extension_module=True, relative_path_extension_module_shared_library="nowhere.so")],
    "extension is no library": [resource("m", is_extension_module=True, relative_path_extension_module_shared_library="files/single.py")],
    "extension without data": [resource("m", is_extension_module=True)],
    "file outside of the origin": [resource("m", is_module=True, relative_path_module_source="../files/single.py")],
    "memory before file": [resource("m", is_module=True, in_memory_source=b"VALUE = 'memory'", relative_path_module_source="files/single.py")],
}
for label, resources in CASES.items():
    operation("import: %s" % label)(lambda resources=resources: getattr(import_with(*resources), "VALUE", "no VALUE"))
    operation("import: %s, attributes" % label)(lambda resources=resources: attributes(import_with(*resources)))


@operation("import: bytecode in a file")
def _():
    with open("m.pyc", "wb") as file:
        file.write(bytes(16) + bytecode("VALUE = 'pyc'"))
    return attributes(import_with(resource("m", is_module=True, relative_path_module_bytecode="m.pyc")))


@operation("import: source and bytecode in files")
def _():
    import pathlib
    pathlib.Path("m.py").write_text("VALUE = 'py'")
    pathlib.Path("m.pyc").write_bytes(bytes(16) + bytecode("VALUE = 'pyc'"))
    made = import_with(resource("m", is_module=True, relative_path_module_source="m.py",
                                relative_path_module_bytecode="m.pyc"))
    return [made.VALUE, attributes(made)]


def extension_file():
    """The file of an extension module of the standard library."""
    for name in ("_json", "_csv", "_bisect"):
        spec = importlib.util.find_spec(name)
        if spec and spec.origin and spec.origin.endswith(".so"):
            return name, spec.origin
    raise LookupError("no extension module in a file")


@operation("import: extension module from a file")
def _():
    import shutil
    name, file = extension_file()
    shutil.copy(file, "module.so")
    sys.modules.pop(name, None)
    installed(resource(name, is_extension_module=True, relative_path_extension_module_shared_library="module.so"))
    return attributes(importlib.import_module(name))


@operation("import: extension module from memory")
def _():
    name, file = extension_file()
    with open(file, "rb") as stream:
        content = stream.read()
    sys.modules.pop(name, None)
    installed(resource(name, is_extension_module=True, in_memory_extension_module_shared_library=content))
    return attributes(importlib.import_module(name))


@operation("import: the parent fails")
def _():
    installed(package("p", "1/0"), module("p.m"))
    return [attempt(lambda: importlib.import_module("p.m")), "p" in sys.modules, "p.m" in sys.modules]


@operation("import: the parent is missing")
def _():
    installed(module("p.m"))
    return importlib.import_module("p.m")


@operation("import: the parent is no package")
def _():
    installed(module("p"), module("p.m"))
    return importlib.import_module("p.m")


@operation("import: a cycle")
def _():
    installed(module("a", "import b\nVALUE = 1"), module("b", "import a\nVALUE = hasattr(a, 'VALUE')"))
    import a
    return [a.VALUE, a.b.VALUE]


@operation("import: module replaces itself")
def _():
    installed(module("m", "import sys\nsys.modules[__name__] = 'replaced'"))
    return importlib.import_module("m")


@operation("import: module removes itself")
def _():
    installed(module("m", "import sys\ndel sys.modules[__name__]"))
    return importlib.import_module("m")


@operation("import: __main__")
def _():
    return finder(module("__main__")).find_spec("__main__", None)


@operation("import: before the standard library")
def _():
    installed(module("colorsys", "VALUE = 'ours'"))
    import colorsys
    return colorsys.VALUE


@operation("import: after the standard library")
def _():
    sys.meta_path.append(finder(module("colorsys", "VALUE = 'ours'")))
    import colorsys
    return hasattr(colorsys, "VALUE")


@operation("import: added later")
def _():
    made = installed()
    first = attempt(lambda: importlib.import_module("late"))
    made.add_resource(module("late"))
    return [first, importlib.import_module("late").VALUE]


@operation("import: replaced later")
def _():
    made = installed(module("m", "VALUE = 1"))
    m = importlib.import_module("m")
    made.add_resource(module("m", "VALUE = 2"))
    return [m.VALUE, importlib.reload(m).VALUE]


@operation("import: find_spec of importlib.util")
def _():
    installed(*tree_resources())
    return [importlib.util.find_spec("tree.branch"), importlib.util.find_spec("tree.missing")]


@operation("import: lazily")
def _():
    made = installed(*tree_resources())
    spec = made.find_spec("single", None)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    lazy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lazy)
    return lazy.VALUE


@operation("import: traceback")
def _():
    import traceback
    installed(module("m", "def f():\n    raise KeyError('x')\n"))
    import m
    try:
        m.f()
    except KeyError:
        return traceback.format_exc().splitlines()[-2:]


@operation("import: inspect.getsource")
def _():
    import inspect
    installed(*tree_resources())
    import tree.leaf
    return inspect.getsource(tree.leaf.main)


@operation("import: runpy.run_module")
def _():
    import runpy
    installed(package("p"), module("p.__main__", "VALUE = __name__, __package__"))
    return runpy.run_module("p", run_name="__main__")["VALUE"]


@operation("import: runpy.run_module alters sys")
def _():
    import runpy
    installed(module("m", "import sys\nVALUE = sys.argv[0]"))
    return runpy.run_module("m", alter_sys=True)["VALUE"]


@operation("import: __import__ with fromlist")
def _():
    installed(*tree_resources())
    return [__import__("tree.leaf"), __import__("tree", fromlist=["leaf", "missing"])]


@operation("import: relative beyond top level")
def _():
    installed(package("p"), module("p.m", "from ... import x"))
    import p.m


@operation("import: star")
def _():
    installed(package("p", "__all__ = ['a', 'b']\na = 1"), module("p.b"))
    names = {}
    exec("from p import *", names)
    return sorted(set(names) - {"__builtins__"})
