"""serialize_indexed_resources, and reading it again."""

from fixtures import bytecode, distribution, file_resources, finder, module, package, resource, tree_resources
from operations import operation
from operations_finder import EVERYTHING, PATHS, indexed


def again(*resources, **arguments):
    made = finder()
    made.index_bytes(finder(*resources).serialize_indexed_resources(**arguments))
    return indexed(made)


operation("serialize: type")(lambda: type(finder(module("a")).serialize_indexed_resources()))
operation("serialize: starts with")(lambda: finder(module("a")).serialize_indexed_resources()[:7])

CASES = {
    "nothing": [], "module": [module("a")], "package": [package("a")], "tree": tree_resources(), "files": file_resources(),
    "distribution": [distribution()], "everything in memory": [resource("a", **EVERYTHING)], "everything in files": [resource("a", **PATHS)],
    "umlaut": [module("\xe9\u20ac", "VALUE = '\xe9'")], "empty source": [resource("a", is_module=True, in_memory_source=b"")],
    "empty name": [resource("", is_module=True, in_memory_source=b"1")], "many": [module("m%d" % number) for number in range(300)],
    "large": [resource("a", in_memory_source=b"x" * 300000)], "no flags": [resource("a")],
    "shared library": [resource("libz.so.1", is_shared_library=True, in_memory_shared_library=b"elf", shared_library_dependency_names=["libc.so.6"])],
    "namespace": [resource("n", is_namespace_package=True, is_package=True)],
    "bytecodes": [resource("a", is_module=True, in_memory_bytecode=bytecode("1"), in_memory_bytecode_opt1=bytecode("2"),
                           in_memory_bytecode_opt2=bytecode("3"))],
}
for label, resources in CASES.items():
    operation("serialize: %s" % label)(lambda resources=resources: again(*resources))
for key, value in {**EVERYTHING, **PATHS}.items():
    operation("serialize: only %s" % key)(lambda key=key, value=value: again(resource("a", **{key: value})))

INTERPRETER = [resource("b", is_builtin_extension_module=True), resource("f", is_frozen_module=True), module("m"),
               resource("both", is_module=True, is_frozen_module=True, in_memory_source=b"1")]
for label, arguments in {
    "defaults": {}, "with built-ins": {"ignore_builtin": False}, "with frozen": {"ignore_frozen": False},
    "with both": {"ignore_builtin": False, "ignore_frozen": False}, "neither": {"ignore_builtin": True, "ignore_frozen": True},
    "int": {"ignore_builtin": 0}, "None": {"ignore_builtin": None}, "str": {"ignore_frozen": "no"}, "unknown": {"unknown": True},
}.items():
    operation("serialize interpreter's: %s" % label)(lambda arguments=arguments: again(*INTERPRETER, **arguments))
operation("serialize interpreter's: positional")(lambda: len(finder(*INTERPRETER).serialize_indexed_resources(False, False)))

for label, name in {"name of 65535 bytes": "n" * 65535, "name of 65536 bytes": "n" * 65536}.items():
    operation("serialize: %s" % label)(lambda name=name: len(again(module(name))))


@operation("serialize: absolute path")
def _():
    return again(resource("a", is_module=True, relative_path_module_source="/abs/a.py"))


@operation("serialize: path that is not UTF-8")
def _():
    return again(resource("a", is_module=True, relative_path_module_source=b"\xff.py"))


@operation("serialize: import what was read")
def _():
    import sys
    made = finder()
    made.index_bytes(finder(*tree_resources()).serialize_indexed_resources())
    sys.meta_path.insert(0, made)
    import tree.branch.twig
    import latin
    return [tree.branch.twig.VALUE, latin.VALUE, made.get_source("latin")]
