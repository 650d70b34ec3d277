import collections
import importlib
import os
import sys
import warnings

NAMES = []

warnings.simplefilter("ignore")
EXECUTABLE = os.path.join(sys.executable, "")
counts = collections.Counter()
for name in NAMES.split():
    try:
        module = importlib.import_module(name)
    except BaseException as error:
        print("!", name, type(error).__name__, error)
        continue
    spec = module.__spec__
    loader = spec.loader if isinstance(spec.loader, type) else type(spec.loader)
    counts[loader.__name__] += 1
    if loader.__name__ in ("BuiltinImporter", "FrozenImporter"):
        continue
    if loader.__name__ != "OxidizedFinder" or module.__loader__ is not spec.loader:
        print("!", name, "has the loader", spec.loader, module.__loader__)
    elif not (spec.origin or EXECUTABLE).startswith(EXECUTABLE):
        print("!", name, "has the origin", spec.origin)
for loader, count in sorted(counts.items()):
    print(loader, count)
sys.stdout.flush()
os._exit(0)
