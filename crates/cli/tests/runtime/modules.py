# The import system's own view of modules in memory.
#$ $APP
import importlib
import importlib.machinery
import importlib.util
import os
import pkgutil
import sys
import types

import demo
import demo.deep
import demo.sub.leaf
import json
import nsdemo.part.mod


def show(module):
    print(module.__name__, module.__package__, module.__file__, getattr(module, "__path__", None) and list(module.__path__))
    spec = module.__spec__
    print(spec.name, spec.origin, spec.parent, spec.has_location, spec.submodule_search_locations and list(spec.submodule_search_locations))
    print(repr(module), os.path.basename(getattr(module, "__cached__", None) or "none"), os.path.basename(spec.cached or "none"))


for module in demo, demo.deep, demo.sub, demo.sub.leaf, json, nsdemo.part.mod:
    show(module)
for module in nsdemo, nsdemo.part:
    print(module.__name__, module.__package__, list(module.__path__), module.__path__[0], getattr(module, "__file__", "none"), module.__spec__.origin)
    print(repr(module).split("(")[0], len(module.__path__), module.__path__[0])
print(importlib.util.find_spec("demo.deep").origin, importlib.util.find_spec("absent"), importlib.util.find_spec("demo.absent"))
print(importlib.util.find_spec(".deep", "demo").name, importlib.import_module(".sub", "demo").__name__)
print(importlib.util.find_spec("demo").loader is not None, importlib.util.find_spec("sys").origin)


def attempt(name, *more):
    try:
        print(importlib.import_module(name, *more))
    except Exception as error:
        print(type(error).__name__, error, getattr(error, "name", None), getattr(error, "path", None))


attempt("absent")
attempt("absent.module")
attempt("demo.absent")
attempt("demo.deep.absent")
attempt(".absent", "demo")
attempt("..absent", "demo")
attempt("")
attempt("demo.broken")
attempt("demo.circular")
attempt("json.absent")
attempt("demo..deep")
attempt("nsdemo.absent")
attempt("demo.data.absent")
for line in "from demo import absent", "from demo.deep import absent", "from demo import deep as d", "import demo.deep.x", "from . import x", "from json import absent", "from nsdemo import absent", "from demo.sub import *", "import démo", "from os import pathh":
    try:
        exec(line, {})
        print(line, "ok")
    except Exception as error:
        print(line, type(error).__name__, error)
before = demo.deep.Shape
print(importlib.reload(demo.deep) is demo.deep, demo.deep.Shape is before, importlib.reload(demo).__version__)
print([(m.name, m.ispkg) for m in pkgutil.iter_modules(demo.__path__)])
print([(m.name, m.ispkg) for m in pkgutil.iter_modules(demo.__path__, "demo.")][:2])
print([m.name for m in pkgutil.walk_packages(demo.__path__, "demo.", onerror=print)])
print([m.name for m in pkgutil.iter_modules(nsdemo.__path__)], [m.name for m in pkgutil.iter_modules(nsdemo.part.__path__)])
print([m.name for m in pkgutil.iter_modules() if m.name in ("demo", "json", "os", "nsdemo", "demo2")])
print([type(m.module_finder.find_spec("demo")).__name__ for m in pkgutil.iter_modules() if m.name == "demo"])
print(pkgutil.resolve_name("demo.work:Point.__init__").__qualname__, pkgutil.resolve_name("demo.sub.leaf"), pkgutil.resolve_name("demo.deep.Shape"))
print(pkgutil.extend_path(demo.__path__, "demo") == list(demo.__path__))
print(pkgutil.get_importer(demo.__path__[0]) is not None, [importer is not None for importer in pkgutil.iter_importers("demo.deep")][:1])
if hasattr(pkgutil, "get_loader"):
    import warnings
    warnings.simplefilter("ignore")
    print(pkgutil.get_loader("demo") is not None, pkgutil.find_loader("absent"))
# modules made by hand
spec = importlib.util.find_spec("demo.work")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print(module.square(3), module.__file__ == demo.__file__.replace("__init__", "work"))
lazy = importlib.util.find_spec("demo.sub.leaf")
lazy.loader = importlib.util.LazyLoader(lazy.loader)
module = importlib.util.module_from_spec(lazy)
lazy.loader.exec_module(module)
print(module.VALUE)
cached = demo.deep.__spec__.cached
print(importlib.util.source_from_cache(cached) if cached else None)
print(importlib.util.cache_from_source(demo.deep.__file__) == cached)
importlib.invalidate_caches()
sys.modules.pop("demo.sub.leaf")
print(importlib.import_module("demo.sub.leaf").NAME)
sys.modules["demo.gone"] = None
attempt("demo.gone")
print(importlib.machinery.PathFinder.find_spec("demo.deep", demo.__path__) is not None, importlib.machinery.PathFinder.find_spec("json") is not None)
print(sorted(name for name in sys.modules if name.startswith("demo")))
print(isinstance(demo, types.ModuleType), demo.__doc__, demo.__dict__["__builtins__"] is __builtins__.__dict__)
# on disk
import tempfile
import zipfile
with tempfile.TemporaryDirectory() as directory:
    with open(os.path.join(directory, "ondisk1.py"), "w") as file:
        file.write("import demo.work\nVALUE = demo.work.square(4)\n")
    os.mkdir(os.path.join(directory, "ondiskpkg"))
    with open(os.path.join(directory, "ondiskpkg", "__init__.py"), "w") as file:
        file.write("from . import part\n")
    with open(os.path.join(directory, "ondiskpkg", "part.py"), "w") as file:
        file.write("X = __file__\n")
    sys.path.insert(0, directory)
    import ondisk1, ondiskpkg
    print(ondisk1.VALUE, ondisk1.__file__ == os.path.join(directory, "ondisk1.py"), ondiskpkg.part.X.endswith("part.py"))
    print([m.name for m in pkgutil.iter_modules([directory])], type(ondisk1.__loader__).__name__)
    archive = os.path.join(directory, "archive.zip")
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("inzip.py", "import sys\ndef f():\n    raise ValueError('in zip')\n")
        file.writestr("inzip.txt", "data")
    sys.path.append(archive)
    import inzip
    print(type(inzip.__loader__).__name__, inzip.__loader__.get_data(os.path.join(archive, "inzip.txt")))
    import traceback
    try:
        inzip.f()
    except ValueError:
        print(traceback.format_exc().replace(directory, "DIR"))
    demo.__path__.append(os.path.join(directory, "ondiskpkg"))
    import demo.part
    print(demo.part.X.endswith("part.py"))
    spec = importlib.util.spec_from_file_location("anyname", os.path.join(directory, "ondisk1.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    print(module.VALUE, module.__name__)
    import runpy
    print(runpy.run_path(os.path.join(directory, "ondisk1.py"))["VALUE"])


class Importer:
    def find_spec(self, name, path=None, target=None):
        if name == "invented":
            return importlib.machinery.ModuleSpec(name, self)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.VALUE = "invented"


sys.meta_path.insert(0, Importer())
import invented
print(invented.VALUE, repr(invented).split(" (")[0])
# An extension module that is imported again is not a second copy of its library.
import datetime
before = datetime.date
for _ in range(3):
    for name in "datetime", "_datetime":
        sys.modules.pop(name, None)
    import datetime
print(datetime.date is before, repr(datetime.date.min))
