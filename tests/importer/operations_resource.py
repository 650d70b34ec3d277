"""OxidizedResource: the constructor, and each property read, assigned and deleted."""

import array
import os
import pathlib

from oxidized_importer import OxidizedResource

from operations import attempt, operation

FLAGS = ["is_module", "is_builtin_extension_module", "is_frozen_module", "is_extension_module", "is_shared_library",
         "is_package", "is_namespace_package"]
BYTES = ["in_memory_source", "in_memory_bytecode", "in_memory_bytecode_opt1", "in_memory_bytecode_opt2",
         "in_memory_extension_module_shared_library", "in_memory_shared_library"]
BYTES_BY_NAME = ["in_memory_package_resources", "in_memory_distribution_resources"]
PATHS = ["relative_path_module_source", "relative_path_module_bytecode", "relative_path_module_bytecode_opt1",
         "relative_path_module_bytecode_opt2", "relative_path_extension_module_shared_library"]
PATHS_BY_NAME = ["relative_path_package_resources", "relative_path_distribution_resources"]
NAMES = ["shared_library_dependency_names"]
ALL = ["name", *FLAGS, *BYTES, *BYTES_BY_NAME, *PATHS, *PATHS_BY_NAME, *NAMES]


class Fspath:
    def __fspath__(self):
        return "from/fspath"


VALUES = {
    "none": None, "true": True, "false": False, "zero": 0, "one": 1, "float": 1.5, "str": "text", "empty-str": "",
    "umlaut": "\xe9\u20ac", "nul": "a\0b", "surrogate": "a\udc80", "bytes": b"bytes\0", "empty-bytes": b"",
    "bytearray": bytearray(b"array"), "memoryview": memoryview(b"view"), "strided": memoryview(b"abcdef")[::2],
    "array": array.array("H", [1, 2]), "list": [], "list-of-str": ["a", "b", "a"], "list-of-int": [1],
    "tuple-of-str": ("a", "b"), "set": set(), "dict": {}, "dict-of-bytes": {"b": b"2", "a": b"1"},
    "dict-of-bytearray": {"a": bytearray(b"1")}, "dict-of-str": {"a": "s"}, "dict-of-none": {"a": None},
    "dict-with-bytes-key": {b"a": b"1"}, "dict-with-int-key": {1: b"1"}, "dict-of-path": {"a": pathlib.Path("p/q")},
    "path": pathlib.Path("some/path"), "pure-windows": pathlib.PureWindowsPath("a\\b"), "fspath": Fspath(), "object": object(), "type": int, "iterator": iter(["a"]),
    "absolute": "/absolute/path", "parent": "../up", "odd-bytes": os.fsencode("\udcff"),
}


@operation("resource: new")
def _():
    made = OxidizedResource()
    return {name: getattr(made, name) for name in ALL}


@operation("resource: repr")
def _():
    return repr(OxidizedResource())


@operation("resource: repr with name")
def _():
    made = OxidizedResource()
    made.name = "a'\"b"
    return repr(made)


@operation("resource: str with name")
def _():
    made = OxidizedResource()
    made.name = "n"
    return str(made)


@operation("resource: new with a positional argument")
def _():
    return OxidizedResource("name").name


@operation("resource: new with a keyword argument")
def _():
    return OxidizedResource(name="name").name


@operation("resource: unknown attribute")
def _():
    return OxidizedResource().flavor


@operation("resource: set unknown attribute")
def _():
    OxidizedResource().flavor = "module"


@operation("resource: subclass")
def _():
    return type("Sub", (OxidizedResource,), {})


@operation("resource: equality and hash")
def _():
    one = OxidizedResource()
    return [one == one, one == OxidizedResource(), hash(one) == hash(one)]


@operation("resource: pickle")
def _():
    import pickle
    return pickle.dumps(OxidizedResource())


@operation("resource: copy")
def _():
    import copy
    return copy.copy(OxidizedResource())


def assign(name, value):
    made = OxidizedResource()
    setattr(made, name, value)
    return getattr(made, name)


def keep_on_failure(name, value, bad):
    made = OxidizedResource()
    setattr(made, name, value)
    return [attempt(lambda: setattr(made, name, bad)), getattr(made, name)]


def delete(name):
    delattr(OxidizedResource(), name)


def copied(name, value):
    made = OxidizedResource()
    setattr(made, name, value)
    first = getattr(made, name)
    first.clear()
    return [getattr(made, name), getattr(made, name) is not first]


for name in ALL:
    operation("resource.%s: delete" % name)(lambda name=name: delete(name))
    for label, value in VALUES.items():
        operation("resource.%s = %s" % (name, label))(lambda name=name, value=value: assign(name, value))
    operation("resource.%s: kept when assignment fails" % name)(
        lambda name=name: keep_on_failure(name, "text" if name == "name" else True if name in FLAGS else None, object()))

for name in BYTES_BY_NAME:
    operation("resource.%s: reading copies" % name)(lambda name=name: copied(name, {"a": b"1"}))
for name in PATHS_BY_NAME:
    operation("resource.%s: reading copies" % name)(lambda name=name: copied(name, {"a": pathlib.Path("p")}))
for name in NAMES:
    operation("resource.%s: reading copies" % name)(lambda name=name: copied(name, ["a"]))
for name in BYTES:
    operation("resource.%s: None after bytes" % name)(lambda name=name: keep_on_failure(name, b"x", None))
