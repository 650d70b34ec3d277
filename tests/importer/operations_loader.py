"""The loader's methods: create_module, exec_module, get_code, get_source, get_filename, is_package, get_data."""

import importlib.util
import os
import pathlib
import sys
import types

from fixtures import file_resources, finder, installed, module, package, resource, tree_resources
from operations import attempt, operation
from operations_imports import CASES, NAMES, PLACES

for method in ("get_code", "get_source", "get_filename", "is_package", "get_resource_reader"):
    for place, resources in PLACES.items():
        for name in NAMES:
            operation("%s: %s in %s" % (method, name, place))(
                lambda method=method, name=name, resources=resources: getattr(finder(*resources()), method)(name))
    for label, resources in CASES.items():
        operation("%s: %s" % (method, label))(
            lambda method=method, resources=resources: getattr(finder(*resources), method)("m"))


@operation("create_module: from a spec")
def _():
    made = finder(*tree_resources())
    return made.create_module(made.find_spec("tree", None))


for label, value in {"None": None, "str": "tree", "namespace": types.SimpleNamespace(name="tree"),
                     "spec of another": importlib.util.spec_from_loader("other", None)}.items():
    operation("create_module: %s" % label)(lambda value=value: finder(*tree_resources()).create_module(value))

for label, value in {"None": None, "str": "tree", "module of another": types.ModuleType("other"),
                     "module of that name": types.ModuleType("single"), "namespace": types.SimpleNamespace(__name__="single")}.items():
    def execute(value=value):
        finder(*tree_resources()).exec_module(value)
        return sorted(name for name in vars(value) if not name.startswith("__"))
    operation("exec_module: %s" % label)(execute)


@operation("exec_module: module_from_spec")
def _():
    made = finder(*tree_resources())
    spec = made.find_spec("single", None)
    single = importlib.util.module_from_spec(spec)
    made.exec_module(single)
    return [single.VALUE, "single" in sys.modules]


@operation("exec_module: module without spec")
def _():
    made = finder(*tree_resources())
    single = importlib.util.module_from_spec(made.find_spec("single", None))
    del single.__spec__
    made.exec_module(single)
    return single.VALUE


@operation("load_module: known")
def _():
    return finder(*tree_resources()).load_module("single").VALUE


@operation("load_module: unknown")
def _():
    return finder(*tree_resources()).load_module("missing")


@operation("loader: code comes from bytecode")
def _():
    made = finder(module("m", "VALUE = 1"))
    names = {}
    exec(made.get_code("m"), names)
    return names["VALUE"]


def data(path):
    return finder(*tree_resources(), *file_data()).get_data(path)


def file_data():
    return [package("p", relative_path_package_resources={"text.txt": pathlib.Path("p/text.txt"), "d/x": pathlib.Path("p/d/x"),
                                                          "gone": pathlib.Path("p/gone")})]


EXECUTABLE = os.path.realpath(sys.executable)
BELOW_EXECUTABLE = {
    "resource": "tree/text.txt", "resource in directory": "tree/data/inner.bin", "resource of sub-package": "tree/branch/text.txt",
    "the sub-package hides": "tree/branch/other.txt", "missing": "tree/missing.txt", "unknown package": "unknown/text.txt", "package": "tree",
    "no package": "text.txt", "source": "tree/leaf.py", "source of package": "tree/__init__.py", "nothing": "",
    "dots": "tree/../tree/text.txt", "double slash": "tree//text.txt", "backslash": "tree\\text.txt", "directory": "tree/data",
    "module": "single.py", "resource in a file": "p/text.txt",
}
for label, path in BELOW_EXECUTABLE.items():
    operation("get_data: below executable, %s" % label)(lambda path=path: data(EXECUTABLE + "/" + path))
    operation("get_data: below directory of executable, %s" % label)(
        lambda path=path: data(os.path.dirname(EXECUTABLE) + "/" + path))
    operation("get_data: below origin, %s" % label)(lambda path=path: data(os.path.abspath(path)))
    operation("get_data: relative, %s" % label)(lambda path=path: data(path))
for label, path in {"executable": EXECUTABLE, "link to the executable": sys.executable + "/tree/text.txt", "existing file": "/etc/passwd", "root": "/", "path object": pathlib.Path(EXECUTABLE, "tree/text.txt"),
                    "bytes": os.fsencode(EXECUTABLE + "/tree/text.txt")}.items():
    operation("get_data: %s" % label)(lambda path=path: data(path))


@operation("get_data: from a file")
def _():
    os.makedirs("p/d")
    pathlib.Path("p/text.txt").write_text("in a file")
    made = finder(*file_data())
    paths = ["p/text.txt", "p/gone", "p/other", "p/d", "p/d/x"]
    return [attempt(lambda: made.get_data(os.path.abspath(path))) for path in paths]


@operation("get_data: pkgutil")
def _():
    import pkgutil
    installed(*tree_resources())
    return [attempt(lambda: pkgutil.get_data("tree", name)) for name in ("text.txt", "data/inner.bin", "missing")]


@operation("get_data: pkgutil, in files")
def _():
    import pkgutil
    installed(*file_resources())
    return [attempt(lambda: pkgutil.get_data("tree", name)) for name in ("text.txt", "data/inner.bin", "missing")]
