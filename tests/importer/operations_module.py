"""The module itself: its names."""

import importlib
import sys

import oxidized_importer

from operations import operation

TYPES = ["OxidizedFinder", "OxidizedResource", "OxidizedResourceCollector", "OxidizedResourceReader", "OxidizedDistribution",
         "OxidizedPathEntryFinder", "OxidizedPkgResourcesProvider", "OxidizedZipFinder", "PythonModuleSource", "PythonModuleBytecode",
         "PythonExtensionModule", "PythonPackageResource", "PythonPackageDistributionResource"]

operation("module: __all__")(lambda: sorted(oxidized_importer.__all__))
operation("module: public names")(lambda: sorted(name for name in dir(oxidized_importer) if not name.startswith("_")))


@operation("module: star")
def _():
    names = {}
    exec("from oxidized_importer import *", names)
    return sorted(name for name in names if not name.startswith("_"))



operation("module: imported twice")(lambda: importlib.import_module("oxidized_importer") is oxidized_importer)
operation("module: reload")(lambda: importlib.reload(oxidized_importer) is oxidized_importer)
operation("module: importing installs nothing")(
    lambda: [type(finder).__name__ for finder in sys.meta_path if "xidized" in type(finder).__name__])
operation("module: sys.oxidized")(lambda: hasattr(sys, "oxidized"))

for name in TYPES:
    operation("type %s" % name)(lambda name=name: getattr(oxidized_importer, name))
    operation("type %s: public names" % name)(
        lambda name=name: sorted(key for key in dir(getattr(oxidized_importer, name)) if not key.startswith("_")))
    operation("type %s: set an attribute" % name)(lambda name=name: setattr(getattr(oxidized_importer, name), "added", 1))
    operation("type %s: delete an attribute" % name)(
        lambda name=name: delattr(getattr(oxidized_importer, name), sorted(vars(getattr(oxidized_importer, name)))[-1]))


@operation("module: imported again after it was forgotten")
def _():
    del sys.modules["oxidized_importer"]
    again = importlib.import_module("oxidized_importer")
    return [again is oxidized_importer, again.OxidizedFinder().origin is not None]
