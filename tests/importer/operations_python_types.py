"""The types of what a scan finds: constructors, properties read, assigned and deleted."""

import oxidized_importer
from oxidized_importer import find_resources_in_path

from operations import attempt, operation

PROPERTIES = {
    "PythonModuleSource": ["module", "source", "is_package"],
    "PythonModuleBytecode": ["module", "bytecode", "optimize_level", "is_package"],
    "PythonExtensionModule": ["name"],
    "PythonPackageResource": ["package", "name", "data"],
    "PythonPackageDistributionResource": ["package", "version", "name", "data"],
}

VALUES = {"none": None, "true": True, "false": False, "zero": 0, "two": 2, "three": 3, "minus": -1, "big": 2 ** 70,
          "float": 1.0, "str": "text", "empty-str": "", "surrogate": "a\udc80", "bytes": b"bytes", "bytearray": bytearray(b"array"),
          "memoryview": memoryview(b"view"), "list": [], "object": object()}


def example(name):
    """An instance of the type, found in files."""
    found = [item for item in find_resources_in_path("files") if type(item).__name__ == name]
    return found[0]


def read(name, key):
    return getattr(example(name), key)


def assign(name, key, value):
    made = example(name)
    before = getattr(made, key)
    outcome = attempt(lambda: setattr(made, key, value))
    after = getattr(made, key)
    return [outcome, "unchanged" if after == before else after]


for name, properties in PROPERTIES.items():
    operation("%s: new" % name)(lambda name=name: getattr(oxidized_importer, name)())
    operation("%s: new with arguments" % name)(lambda name=name: getattr(oxidized_importer, name)("a", b"b", True))
    operation("%s: repr" % name)(lambda name=name: repr(example(name)))
    operation("%s: subclass" % name)(lambda name=name: type("Sub", (getattr(oxidized_importer, name),), {}))
    operation("%s: unknown attribute" % name)(lambda name=name: example(name).flavor)
    operation("%s: set unknown attribute" % name)(lambda name=name: setattr(example(name), "flavor", 1))
    for key in properties:
        operation("%s.%s" % (name, key))(lambda name=name, key=key: read(name, key))
        operation("%s.%s: delete" % (name, key))(lambda name=name, key=key: delattr(example(name), key))
        for label, value in VALUES.items():
            operation("%s.%s = %s" % (name, key, label))(
                lambda name=name, key=key, value=value: assign(name, key, value))
