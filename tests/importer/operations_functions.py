"""Functions of the module: decode_source and those for pkg_resources."""

import io
import sys

import oxidized_importer
from oxidized_importer import decode_source

from fixtures import distribution, finder, installed, tree_resources
from operations import attempt, operation

SOURCES = {
    "ascii": b"a = 1\n", "empty": b"", "utf-8": "a = '\xe9\u20ac'".encode(), "latin-1": b"# coding: latin-1\na = '\xe9'",
    "latin-1 in second line": b"#!\n# -*- coding: latin-1 -*-\n'\xe9'", "coding in third line": b"\n\n# coding: latin-1\n'\xe9'",
    "byte order mark": b"\xef\xbb\xbfa", "byte order mark and utf-8": b"\xef\xbb\xbf# coding: utf-8\na",
    "byte order mark and latin-1": b"\xef\xbb\xbf# coding: latin-1\na", "unknown encoding": b"# coding: nonsense\n", "undecodable": b"\xff",
    "CR LF": b"a\r\nb\rc\n", "no end of line": b"a", "nul": b"a\0b", "utf-16": "a".encode("utf-16"),
    "cp1252": b"# coding: cp1252\n'\x80'", "utf-7": b"# coding: utf-7\n+AOk-", "form feed": b"\x0c# coding: latin-1\n\xe9",
}
for label, source in SOURCES.items():
    operation("decode_source: %s" % label)(lambda source=source: decode_source(io, source))
for label, source in {"None": None, "str": "text", "int": 1, "bytearray": bytearray(b"a"), "memoryview": memoryview(b"a"),
                      "list": [1]}.items():
    operation("decode_source: %s" % label)(lambda source=source: decode_source(io, source))
operation("decode_source: no arguments")(lambda: decode_source())
operation("decode_source: one argument")(lambda: decode_source(b"a"))
operation("decode_source: another module")(lambda: decode_source(sys, b"a"))
operation("decode_source: three arguments")(lambda: decode_source(io, b"a", None))

operation("register_pkg_resources: without pkg_resources")(
    lambda: [sys.modules.pop("pkg_resources", None), oxidized_importer.register_pkg_resources()][1])


@operation("register_pkg_resources: registers")
def _():
    import pkg_resources
    oxidized_importer.register_pkg_resources()
    finders = pkg_resources._distribution_finders
    adapters = pkg_resources._provider_factories
    kind = oxidized_importer.OxidizedFinder
    return [kind in finders, kind in adapters, oxidized_importer.OxidizedPathEntryFinder in finders]


def provider():
    import pkg_resources
    oxidized_importer.register_pkg_resources()
    installed(distribution(), *tree_resources())
    import tree
    return pkg_resources.get_provider("tree")


PROVIDER = {
    "get_metadata": ["METADATA"], "get_metadata_lines": ["METADATA"], "get_resource_filename": [None, "text.txt"],
    "get_resource_stream": [None, "text.txt"], "get_resource_string": [None, "text.txt"], "has_metadata": ["METADATA"],
    "has_resource": ["text.txt"], "metadata_isdir": [""], "metadata_listdir": [""], "resource_isdir": ["data"], "resource_listdir": [""],
    "run_script": ["script", {}],
}
operation("pkg_resources: type of the provider")(lambda: type(provider()).__name__)
operation("pkg_resources: new provider")(lambda: oxidized_importer.OxidizedPkgResourcesProvider())
for method, arguments in PROVIDER.items():
    def use(method=method, arguments=arguments):
        result = getattr(provider(), method)(*arguments)
        return result.read() if hasattr(result, "read") else list(result) if method.endswith("lines") else result
    operation("pkg_resources: %s" % method)(use)
    operation("pkg_resources: %s, missing" % method)(
        lambda method=method, arguments=arguments: getattr(provider(), method)(
            *[item if item is None or isinstance(item, dict) else "missing" for item in arguments]))
    operation("pkg_resources: %s()" % method)(lambda method=method: getattr(provider(), method)())
    operation("pkg_resources: %s(int)" % method)(
        lambda method=method, arguments=arguments: getattr(provider(), method)(*[1 for _ in arguments]))
operation("pkg_resources: listing in a directory")(lambda: [attempt(lambda: sorted(made.resource_listdir("data"))) for made in [provider()]])
operation("pkg_resources: resource_isdir of a file")(lambda: provider().resource_isdir("text.txt"))


@operation("pkg_resources: resource_string")
def _():
    import pkg_resources
    provider()
    return [pkg_resources.resource_string("tree", "text.txt"), pkg_resources.resource_exists("tree", "missing"),
            sorted(pkg_resources.resource_listdir("tree", ""))]


def distributions(path, only=False):
    import pkg_resources
    made = finder(distribution())
    found = oxidized_importer.pkg_resources_find_distributions(made.path_hook(made.path_hook_base_str + path), made.path_hook_base_str, only)
    return [[item.project_name, item.version, item.key] for item in found]


operation("pkg_resources_find_distributions")(lambda: distributions(""))
operation("pkg_resources_find_distributions: only")(lambda: distributions("", True))
operation("pkg_resources_find_distributions: package")(lambda: distributions("/tree"))
operation("pkg_resources_find_distributions: no arguments")(lambda: oxidized_importer.pkg_resources_find_distributions())
operation("pkg_resources_find_distributions: wrong finder")(
    lambda: list(oxidized_importer.pkg_resources_find_distributions(None, "path", False)))
operation("pkg_resources_find_distributions: another finder")(
    lambda: list(oxidized_importer.pkg_resources_find_distributions(finder(), "path", False)))


@operation("pkg_resources: automatic registration")
def _():
    installed()
    sys.modules.pop("pkg_resources", None)
    import pkg_resources
    return oxidized_importer.OxidizedFinder in pkg_resources._provider_factories
