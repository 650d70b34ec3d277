#$ $APP
# Modules that are found by their paths, under names of any kind, and loaders of one's own that compile in another way.
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import json
import os
import pkgutil
import sys
from importlib.machinery import PathFinder, SourceFileLoader

import demo


def load(spec):
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def show(spec):
    file = os.path.basename(spec.origin or "")
    is_source = isinstance(spec.loader, SourceFileLoader)
    print(spec.name, file, is_source, spec.submodule_search_locations is None, spec.has_location)


for package, names in ((json, ("decoder", "json.decoder", "other.decoder", "missing")), (demo, ("sub", "demo.sub"))):
    finder = pkgutil.get_importer(package.__path__[0])
    for name in names:
        for found in (finder.find_spec(name), PathFinder.find_spec(name, package.__path__)):
            if found is None:
                print(name, "is not there")
                continue
            show(found)
            module = load(found)
            loader = found.loader
            print(module.__name__, os.path.basename(module.__file__), loader.name, os.path.basename(loader.path))
            print(loader.is_package(name), os.path.basename(loader.get_filename(name)), name in sys.modules)
            print(len(loader.get_source(name)) > 10, loader.get_code(name).co_name)
            print(os.path.basename(inspect.getsourcefile(module)), len(inspect.getsource(module)) > 10)
            try:
                loader.get_code("another")
            except ImportError as error:
                print(type(error).__name__)
    if sys.version_info < (3, 12):
        print(finder.find_module(names[0]).name, finder.find_module("missing"))

print(isinstance(pkgutil.get_importer(json.__path__[0]), importlib.abc.PathEntryFinder))
for name in ("Loader", "InspectLoader", "ExecutionLoader"):
    print(name, isinstance(json.__loader__, getattr(importlib.abc, name)))


class Loader(SourceFileLoader):
    def get_code(self, fullname):
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)

    def source_to_code(self, data, path, *, _optimize=-1):
        print("compiles", self.name, os.path.basename(path), len(data) > 10)
        return compile(data + b"\nCHANGED = True\n", path, "exec", dont_inherit=True)


class Finder(importlib.abc.MetaPathFinder):
    """Puts its own loader in the place of importlib's, as typeguard does."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname not in ("colorsys", "wsgiref", "wsgiref.util"):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = Loader(spec.loader.name, spec.loader.path)
        return spec


sys.meta_path.insert(0, Finder())
for name in ("colorsys", "wsgiref", "wsgiref.util", "wsgiref.headers"):
    module = importlib.import_module(name)
    print(name, getattr(module, "CHANGED", False))
sys.meta_path.pop(0)


# A path hook comes before the others, and all that is found from then on is found by it.
def hook(path):
    if os.path.basename(path) == "xml":
        print("asked about", os.path.basename(path))
    raise ImportError(path)


sys.path_hooks.insert(0, hook)
sys.path_importer_cache.clear()
import xml.dom
print(xml.dom.__name__)
sys.path_hooks.remove(hook)
