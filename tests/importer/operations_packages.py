"""Listing modules: iter_modules, pkgutil, path hooks and OxidizedPathEntryFinder."""

import importlib.util
import os
import pathlib
import pkgutil
import sys

import oxidized_importer

from fixtures import file_resources, finder, installed, module, package, resource, tree_resources
from operations import attempt, operation
from operations_imports import attributes

PLACES = {"memory": tree_resources, "files": file_resources}

for place, resources in PLACES.items():
    for label, arguments in {"no prefix": [], "prefix": ["x."], "empty prefix": [""], "package": ["tree."]}.items():
        operation("iter_modules: %s in %s" % (label, place))(
            lambda arguments=arguments, resources=resources: sorted(map(list, finder(*resources()).iter_modules(*arguments))))

    def listed(resources=resources):
        installed(*resources())
        names = {"tree", "single", "latin"}
        return sorted([item.name, item.ispkg, type(item.module_finder).__name__] for item in pkgutil.iter_modules() if item.name in names)
    operation("pkgutil.iter_modules in %s" % place)(listed)

    def below(resources=resources):
        installed(*resources())
        import tree
        return sorted([item.name, item.ispkg] for item in pkgutil.iter_modules(tree.__path__, "tree."))
    operation("pkgutil.iter_modules of a package in %s" % place)(below)

    def below_with_hook(resources=resources):
        sys.path_hooks.insert(0, installed(*resources()).path_hook)
        import tree
        return sorted([item.name, item.ispkg] for item in pkgutil.iter_modules(tree.__path__, "tree."))
    operation("pkgutil.iter_modules of a package with path hook in %s" % place)(below_with_hook)

    def walk(resources=resources):
        sys.path_hooks.insert(0, installed(*resources()).path_hook)
        import tree
        return sorted(item.name for item in pkgutil.walk_packages(tree.__path__, "tree."))
    operation("pkgutil.walk_packages in %s" % place)(walk)

operation("iter_modules: type")(lambda: type(finder(module("a")).iter_modules()))
operation("iter_modules: type of items")(lambda: [type(item) for item in finder(module("a")).iter_modules()])
operation("iter_modules: keyword")(lambda: list(finder(module("a")).iter_modules(prefix="x")))
operation("iter_modules: built-in, frozen and libraries")(
    lambda: sorted(finder(resource("b", is_builtin_extension_module=True), resource("f", is_frozen_module=True),
                          resource("l", is_shared_library=True), resource("e", is_extension_module=True),
                          resource("p", is_package=True, in_memory_package_resources={"a": b""})).iter_modules()))


def hook(path, *resources):
    made = finder(*(resources or tree_resources()))
    return made.path_hook(path(made.path_hook_base_str) if callable(path) else path)


PATHS = {
    "base": lambda base: base, "package": lambda base: base + "/tree", "sub-package": lambda base: base + "/tree/branch",
    "slash": lambda base: base + "/tree/", "double slash": lambda base: base + "//tree", "module": lambda base: base + "/single",
    "unknown": lambda base: base + "/unknown", "dots": lambda base: base + "/tree/../tree", "dotted": lambda base: base + "/tree.branch",
    "longer name": lambda base: base + "x/tree", "directory of base": lambda base: os.path.dirname(base),
    "path object": lambda base: pathlib.Path(base, "tree"), "bytes": lambda base: os.fsencode(base + "/tree"),
    "elsewhere": "/elsewhere", "relative": "tree", "empty": "", "current directory": os.getcwd(),
}
for label, path in PATHS.items():
    operation("path_hook: %s" % label)(lambda path=path: [type(hook(path)).__name__, hook(path)._package])
    operation("path_hook: %s, modules" % label)(lambda path=path: sorted(map(list, hook(path).iter_modules(""))))
    for name in ("tree", "tree.leaf", "leaf", "tree.branch.twig", "single", "missing"):
        operation("path_hook: %s, find_spec(%s)" % (label, name))(lambda path=path, name=name: hook(path).find_spec(name))

operation("path_hook: the base")(lambda: finder().path_hook_base_str)
operation("path entry finder: new")(lambda: oxidized_importer.OxidizedPathEntryFinder())
operation("path entry finder: invalidate_caches")(lambda: hook(PATHS["base"]).invalidate_caches())
for method in ("find_spec", "iter_modules"):
    operation("path entry finder: %s()" % method)(lambda method=method: sorted(getattr(hook(PATHS["package"]), method)() or []))
    for label, value in {"None": None, "int": 1, "bytes": b"tree"}.items():
        operation("path entry finder: %s(%s)" % (method, label))(
            lambda method=method, value=value: getattr(hook(PATHS["package"]), method)(value))
operation("path entry finder: iter_modules with prefix")(lambda: sorted(map(list, hook(PATHS["package"]).iter_modules("x."))))
operation("path entry finder: find_spec with target")(lambda: hook(PATHS["base"]).find_spec("tree", None))


@operation("path entry finder: through sys.path")
def _():
    made = finder(*tree_resources())
    sys.path_hooks.insert(0, made.path_hook)
    sys.path.insert(0, made.path_hook_base_str)
    import tree.branch.twig
    return [tree.branch.twig.VALUE, attributes(tree)]


@operation("path entry finder: outlives the finder")
def _():
    entry = hook(PATHS["base"])
    return entry.find_spec("tree").name


@operation("path entry finder: sees what is added")
def _():
    made = finder(*tree_resources())
    entry = made.path_hook(made.path_hook_base_str)
    made.add_resource(package("late"))
    return [attempt(lambda: entry.find_spec("late")), sorted(name for name, _ in entry.iter_modules(""))]


@operation("package: __path__ is used for sub-modules")
def _():
    installed(package("p"))
    import p
    os.mkdir("extra")
    pathlib.Path("extra/q.py").write_text("VALUE = 'from a file'")
    p.__path__.append(os.path.abspath("extra"))
    import p.q
    return p.q.VALUE


@operation("package: importlib.util.find_spec below")
def _():
    installed(*tree_resources())
    return importlib.util.find_spec("tree.branch.twig")
