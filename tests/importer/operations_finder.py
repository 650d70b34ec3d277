"""OxidizedFinder: its constructor, properties, and what it indexes."""

import mmap
import os
import pathlib
import sys

from oxidized_importer import OxidizedFinder, OxidizedResource

from fixtures import finder, module, package, resource, tree_resources
from operations import attempt, operation
from operations_collector import described

for label, arguments in {
    "no arguments": {}, "origin as str": {"relative_path_origin": "some/dir"}, "origin as path": {"relative_path_origin": pathlib.Path("a")},
    "origin None": {"relative_path_origin": None}, "origin int": {"relative_path_origin": 1}, "origin bytes": {"relative_path_origin": b"a"},
    "origin empty": {"relative_path_origin": ""}, "resources": {"resources": b""}, "unknown": {"unknown": 1},
}.items():
    operation("finder: %s" % label)(lambda arguments=arguments: OxidizedFinder(**arguments).origin)

operation("finder: positional argument")(lambda: OxidizedFinder("some/dir").origin)
operation("finder: three arguments")(lambda: OxidizedFinder(1, 2, 3))
operation("finder: subclass")(lambda: type("Sub", (OxidizedFinder,), {}))
operation("finder: not comparable")(lambda: OxidizedFinder() == OxidizedFinder())
operation("finder: hash")(lambda: isinstance(hash(OxidizedFinder()), int))
operation("finder: unknown attribute")(lambda: OxidizedFinder().unknown)
operation("finder: set unknown attribute")(lambda: setattr(OxidizedFinder(), "unknown", 1))

for name in ("origin", "path_hook_base_str", "multiprocessing_set_start_method", "pkg_resources_import_auto_register"):
    operation("finder.%s" % name)(lambda name=name: getattr(OxidizedFinder(), name))
    operation("finder.%s = str" % name)(lambda name=name: setattr(OxidizedFinder(), name, "text"))
    operation("finder.%s: delete" % name)(lambda name=name: delattr(OxidizedFinder(), name))

METHODS = ["find_spec", "find_module", "invalidate_caches", "create_module", "exec_module", "load_module", "is_package", "get_code",
           "get_source", "get_filename", "get_data", "get_resource_reader", "find_distributions", "iter_modules",
           "indexed_resources", "add_resource", "add_resources", "serialize_indexed_resources", "index_bytes",
           "index_file_memory_mapped", "index_interpreter_builtins", "index_interpreter_builtin_extension_modules",
           "index_interpreter_frozen_modules", "path_hook"]
for name in METHODS:
    def call(*arguments, name=name):
        result = getattr(finder(*tree_resources()), name)(*arguments)
        return sorted(result) if name == "iter_modules" else result
    if name not in ("indexed_resources", "serialize_indexed_resources"):
        operation("finder.%s()" % name)(lambda call=call: call())
    for label, value in {"int": 1, "None": None, "str": "unknown", "empty str": "", "bytes": b"unknown", "surrogate": "a\udc80",
                         "object": object(), "list": [1], "nul": "a\0b", "dot": ".", "leading dot": ".tree",
                         "trailing dot": "tree."}.items():
        operation("finder.%s(%s)" % (name, label))(lambda call=call, value=value: call(value))
    operation("finder.%s(4 arguments)" % name)(lambda call=call: call(1, 2, 3, 4))
    operation("finder.%s(unknown keyword)" % name)(
        lambda name=name: getattr(finder(*tree_resources()), name)(unknown=1))


def indexed(found):
    return [described(item) for item in sorted(found.indexed_resources(), key=lambda item: item.name)]


operation("index: nothing")(lambda: finder().indexed_resources())
operation("index: tree")(lambda: indexed(finder(*tree_resources())))
operation("index: type of items")(lambda: [type(item) for item in finder(module("a")).indexed_resources()])


@operation("index: order")
def _():
    return [item.name for item in finder(module("b"), module("a"), module("c")).indexed_resources()]


@operation("index: items are copies")
def _():
    made = finder(module("a"))
    made.indexed_resources()[0].name = "b"
    return indexed(made)


@operation("index: added items are copied")
def _():
    added = module("a")
    made = finder(added)
    added.name = "b"
    return indexed(made)


@operation("index: the same name replaces the entry")
def _():
    return indexed(finder(module("a"), resource("a", is_shared_library=True, in_memory_shared_library=b"x")))


@operation("index: empty name")
def _():
    return indexed(finder(OxidizedResource()))


@operation("index: resource without data")
def _():
    return indexed(finder(resource("a", is_module=True)))


@operation("index: flags alone")
def _():
    return indexed(finder(resource("a", is_package=True, is_namespace_package=True, is_shared_library=True)))


EVERYTHING = {
    "is_module": True, "is_package": True, "is_namespace_package": True, "is_extension_module": True, "is_shared_library": True,
    "is_builtin_extension_module": True, "is_frozen_module": True,
    "in_memory_source": b"1", "in_memory_bytecode": b"2", "in_memory_bytecode_opt1": b"3", "in_memory_bytecode_opt2": b"4",
    "in_memory_extension_module_shared_library": b"5", "in_memory_shared_library": b"6",
    "in_memory_package_resources": {"b": b"7", "a": b""}, "in_memory_distribution_resources": {"METADATA": b"8"},
    "shared_library_dependency_names": ["z", "a"],
}
PATHS = {
    "relative_path_module_source": "a.py", "relative_path_module_bytecode": "a.pyc",
    "relative_path_module_bytecode_opt1": "a.opt-1.pyc", "relative_path_module_bytecode_opt2": "a.opt-2.pyc",
    "relative_path_extension_module_shared_library": "lib/a.so",
    "relative_path_package_resources": {"c": pathlib.Path("d/c")}, "relative_path_distribution_resources": {"RECORD": pathlib.Path("e/f")},
}
for key, value in {**EVERYTHING, **PATHS}.items():
    operation("index: only %s" % key)(lambda key=key, value=value: indexed(finder(resource("a", **{key: value}))))
operation("index: everything in memory")(lambda: indexed(finder(resource("a", **EVERYTHING))))
operation("index: everything in files")(lambda: indexed(finder(resource("a", **PATHS))))
operation("index: everything everywhere")(lambda: indexed(finder(resource("a", **EVERYTHING, **PATHS))))
for label, name in {"umlaut": "\xe9\u20ac", "long": "n" * 60000, "spaces": "a b", "slash": "a/b", "nul": "a\0b"}.items():
    operation("index: name with %s" % label)(lambda name=name: indexed(finder(module(name))) == indexed(finder(module(name))))

for label, resources in {"list": [module("a"), module("b")], "tuple": (module("a"),), "set": {module("a")}, "empty": [],
                         "list with None": [module("a"), None], "list of str": ["a"], "dict": {module("a"): 1}}.items():
    def add(resources=resources):
        made = finder()
        return [attempt(lambda: made.add_resources(resources)), indexed(made)]
    operation("add_resources: %s" % label)(add)


@operation("add_resources: generator")
def _():
    made = finder()
    made.add_resources(module(name) for name in "ab")
    return indexed(made)


@operation("add_resources: generator that fails")
def _():
    def generate():
        yield module("a")
        raise KeyError("b")
    made = finder()
    return [attempt(lambda: made.add_resources(generate())), indexed(made)]


def blob(*resources):
    return finder(*resources).serialize_indexed_resources()


for label, convert in {"bytes": bytes, "bytearray": bytearray, "memoryview": memoryview,
                       "slice": lambda data: memoryview(b"xx" + data)[2:]}.items():
    operation("index_bytes: %s" % label)(lambda convert=convert: index(convert(blob(*tree_resources()))))
for label, data in {"empty": b"", "short": b"pyembed", "magic": b"pyembed\x03", "wrong": b"something else that is long enough",
                    "later version": b"pyembed\x09" + bytes(40)}.items():
    operation("index_bytes: %s" % label)(lambda data=data: index(data))
operation("index_bytes: truncated")(lambda: index(blob(*tree_resources())[:100]))


def index(data):
    made = finder()
    return [attempt(lambda: made.index_bytes(data)), indexed(made)]


@operation("index_bytes: twice")
def _():
    made = finder()
    made.index_bytes(blob(module("a"), package("b")))
    made.index_bytes(blob(module("c"), module("b", "VALUE = 2")))
    return indexed(made)


@operation("index_bytes: after add_resource")
def _():
    made = finder(module("a", "VALUE = 1"))
    made.index_bytes(blob(module("a", "VALUE = 2")))
    return indexed(made)


@operation("index_bytes: before add_resource")
def _():
    made = finder()
    made.index_bytes(blob(module("a", "VALUE = 2")))
    made.add_resource(module("a", "VALUE = 1"))
    return indexed(made)


@operation("index_bytes: data is not needed afterwards")
def _():
    made = finder()
    data = bytearray(blob(*tree_resources()))
    made.index_bytes(bytes(data))
    del data
    return len(indexed(made))


def write(data):
    pathlib.Path("blob").write_bytes(data)


for label, convert in {"str": str, "path": pathlib.Path, "bytes": os.fsencode, "absolute": os.path.abspath}.items():
    def index_file(convert=convert):
        write(blob(*tree_resources()))
        made = finder()
        made.index_file_memory_mapped(convert("blob"))
        return indexed(made)
    operation("index_file_memory_mapped: %s" % label)(index_file)
for label, path in {"missing": "nowhere", "directory": "files", "not a blob": "files/single.py", "empty": os.devnull}.items():
    operation("index_file_memory_mapped: %s" % label)(lambda path=path: finder().index_file_memory_mapped(path))


@operation("index_file_memory_mapped: empty file")
def _():
    write(b"")
    finder().index_file_memory_mapped("blob")


@operation("index_file_memory_mapped: file is removed afterwards")
def _():
    write(blob(*tree_resources()))
    made = finder()
    made.index_file_memory_mapped("blob")
    os.remove("blob")
    return indexed(made)


@operation("index_bytes: mmap")
def _():
    write(blob(*tree_resources()))
    with open("blob", "rb") as file:
        return index(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


@operation("interpreter: builtins")
def _():
    made = finder()
    made.index_interpreter_builtins()
    found = {item.name: item for item in made.indexed_resources()}
    return [set(sys.builtin_module_names) <= set(found), described(found["sys"]), "zipimport" in found]


@operation("interpreter: built-in extension modules")
def _():
    made = finder()
    made.index_interpreter_builtin_extension_modules()
    return [sorted(item.name for item in made.indexed_resources()) == sorted(sys.builtin_module_names),
            described(made.indexed_resources()[0])["is_builtin_extension_module"]]


@operation("interpreter: frozen modules")
def _():
    made = finder()
    made.index_interpreter_frozen_modules()
    return indexed(made)


@operation("interpreter: import a built-in module")
def _():
    made = finder()
    made.index_interpreter_builtins()
    return [made.find_spec("_struct", None), made.find_spec("sys", None), made.find_spec("errno", None)]


@operation("interpreter: only finder")
def _():
    made = finder()
    made.index_interpreter_builtins()
    sys.meta_path[:] = [made]
    del sys.modules["errno"]
    import errno
    return [errno.ENOENT, errno.__spec__.origin, type(errno.__loader__)]
