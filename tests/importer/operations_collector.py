"""OxidizedResourceCollector."""

from oxidized_importer import OxidizedResource, OxidizedResourceCollector, find_resources_in_path

from operations import attempt, operation
from operations_resource import ALL

BOTH = ["in-memory", "filesystem-relative"]


def described(resource):
    """The properties of a resource that are set; in_memory_shared_library of 0.6 gives in_memory_source."""
    names = [name for name in ALL if name != "in_memory_shared_library"]
    return {name: getattr(resource, name) for name in names if getattr(resource, name) not in (None, False)}


def oxidized(collector):
    resources, files = collector.oxidize()
    return [[described(resource) for resource in sorted(resources, key=lambda item: item.name)],
            sorted([str(path), data, executable] for path, data, executable in files)]


def found(kind=None):
    return [item for item in find_resources_in_path("files") if kind in (None, type(item).__name__)]


for label, locations in {
    "both": BOTH, "memory": BOTH[:1], "files": BOTH[1:], "none": [], "twice": ["in-memory", "in-memory"],
    "tuple": tuple(BOTH), "iterator": iter(BOTH), "str": "in-memory", "set": {"in-memory"}, "unknown": ["elsewhere"], "int": [1],
    "None": None, "prefix": ["filesystem-relative:lib"], "empty prefix": ["filesystem-relative:"],
    "upper case": ["In-Memory"], "object": object(),
}.items():
    operation("collector: allowed_locations=%s" % label)(
        lambda locations=locations: OxidizedResourceCollector(allowed_locations=locations).allowed_locations)

operation("collector: no arguments")(lambda: OxidizedResourceCollector())
operation("collector: positional argument")(lambda: OxidizedResourceCollector(BOTH).allowed_locations)
operation("collector: two arguments")(lambda: OxidizedResourceCollector(BOTH, None))
operation("collector: policy")(lambda: OxidizedResourceCollector(policy="in-memory-only"))
operation("collector: repr")(lambda: repr(OxidizedResourceCollector(allowed_locations=BOTH)))
operation("collector: subclass")(lambda: type("Sub", (OxidizedResourceCollector,), {}))


@operation("collector: set allowed_locations")
def _():
    OxidizedResourceCollector(allowed_locations=BOTH).allowed_locations = BOTH


@operation("collector: delete allowed_locations")
def _():
    del OxidizedResourceCollector(allowed_locations=BOTH).allowed_locations


@operation("collector: allowed_locations is a copy")
def _():
    collector = OxidizedResourceCollector(allowed_locations=BOTH)
    collector.allowed_locations.clear()
    return collector.allowed_locations


@operation("collector: nothing added")
def _():
    result = OxidizedResourceCollector(allowed_locations=BOTH).oxidize()
    return [type(result).__name__, result]


def add(method, argument, locations=BOTH, prefix=None):
    collector = OxidizedResourceCollector(allowed_locations=locations)
    arguments = [argument] if prefix is None else [prefix, argument]
    return getattr(collector, method)(*arguments)


for label, value in {"None": None, "str": "text", "resource": OxidizedResource(), "bytes": b"x", "list": []}.items():
    operation("collector: add_in_memory of %s" % label)(lambda value=value: add("add_in_memory", value))
    operation("collector: add_filesystem_relative of %s" % label)(
        lambda value=value: add("add_filesystem_relative", value, prefix="lib"))

operation("collector: add_in_memory without argument")(lambda: OxidizedResourceCollector(BOTH).add_in_memory())
operation("collector: add_filesystem_relative without argument")(
    lambda: OxidizedResourceCollector(BOTH).add_filesystem_relative("lib"))
operation("collector: oxidize with argument")(lambda: OxidizedResourceCollector(BOTH).oxidize(1))

KINDS = ["PythonModuleSource", "PythonModuleBytecode", "PythonPackageResource", "PythonPackageDistributionResource",
         "PythonExtensionModule"]


def collect(kind, method, prefix=None, locations=BOTH):
    collector = OxidizedResourceCollector(allowed_locations=locations)
    outcomes = []
    for item in found(kind):
        arguments = [item] if prefix is None else [prefix, item]
        outcomes.append(attempt(lambda: getattr(collector, method)(*arguments)))
    return [outcomes, attempt(lambda: oxidized(collector))]


for kind in KINDS:
    operation("collector: %s in memory" % kind)(lambda kind=kind: collect(kind, "add_in_memory"))
    operation("collector: %s in files" % kind)(lambda kind=kind: collect(kind, "add_filesystem_relative", "lib"))
    for label, prefix in {"empty": "", "nested": "a/b", "absolute": "/lib", "parent": "../lib", "int": 1}.items():
        operation("collector: %s in files, %s prefix" % (kind, label))(
            lambda kind=kind, prefix=prefix: collect(kind, "add_filesystem_relative", prefix))
    operation("collector: %s in memory, not allowed" % kind)(
        lambda kind=kind: collect(kind, "add_in_memory", locations=BOTH[1:]))
    operation("collector: %s in files, not allowed" % kind)(
        lambda kind=kind: collect(kind, "add_filesystem_relative", "lib", locations=BOTH[:1]))


@operation("collector: everything in memory")
def _():
    collector = OxidizedResourceCollector(allowed_locations=BOTH)
    for item in found():
        collector.add_in_memory(item)
    return oxidized(collector)


@operation("collector: everything in files")
def _():
    collector = OxidizedResourceCollector(allowed_locations=BOTH)
    for item in found():
        collector.add_filesystem_relative("lib", item)
    return oxidized(collector)


@operation("collector: the same twice")
def _():
    collector = OxidizedResourceCollector(allowed_locations=BOTH)
    for item in found() + found():
        collector.add_in_memory(item)
    return oxidized(collector)


@operation("collector: the same in memory and in files")
def _():
    collector = OxidizedResourceCollector(allowed_locations=BOTH)
    for item in found("PythonModuleSource"):
        collector.add_in_memory(item)
        collector.add_filesystem_relative("lib", item)
    return oxidized(collector)


@operation("collector: oxidize twice")
def _():
    collector = OxidizedResourceCollector(allowed_locations=BOTH)
    for item in found("PythonModuleSource"):
        collector.add_in_memory(item)
    return oxidized(collector) == oxidized(collector)


@operation("collector: add after oxidize")
def _():
    collector = OxidizedResourceCollector(allowed_locations=BOTH)
    first, *others = found("PythonModuleSource")
    collector.add_in_memory(first)
    collector.oxidize()
    for item in others:
        collector.add_in_memory(item)
    return oxidized(collector)


@operation("collector: changed after it was added")
def _():
    collector = OxidizedResourceCollector(allowed_locations=BOTH)
    item = found("PythonModuleSource")[0]
    collector.add_in_memory(item)
    item.source = b"other"
    return oxidized(collector)
