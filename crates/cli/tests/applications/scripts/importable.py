# Prints the names of all modules of the standard library that this Python imports, in one line.
import contextlib
import importlib
import io
import os
import pkgutil
import sys
import sysconfig
import warnings

STDLIB = sysconfig.get_path("stdlib")
# What is not packed, and what does something when it is imported.
SKIPPED = {"test", "tests", "idlelib", "turtledemo", "antigravity", "this", "ensurepip", "site-packages",
           "dist-packages", "lib2to3.tests", "idle_test", "__phello__", "__hello__", "config"}


def names(paths, prefix=""):
    for module in pkgutil.iter_modules(paths):
        leaf = module.name
        if leaf in SKIPPED or leaf == "__main__" or leaf.startswith(("_test", "_xxtest", "test_", "xx", "_xx", "_ctypes_test", "sitecustomize")):
            continue
        yield prefix + leaf
        if module.ispkg:
            yield from names([os.path.join(path, leaf) for path in paths], prefix + leaf + ".")


def imports(name):
    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        try:
            importlib.import_module(name)
        except BaseException:
            return False
    origin = getattr(sys.modules[name].__spec__, "origin", None) or ""
    return "site-packages" not in origin and "dist-packages" not in origin


warnings.simplefilter("ignore")
found = sorted({*names([STDLIB, sysconfig.get_config_var("DESTSHARED") or ""]), *sys.builtin_module_names})
found = [name for name in found if imports(name)]
sys.stdout.write(" ".join(found) + "\n")
sys.stdout.flush()
# Some modules leave threads and handlers behind.
os._exit(0)
