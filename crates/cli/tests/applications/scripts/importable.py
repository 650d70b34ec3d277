# Prints the names of all modules of the standard library that this Python imports, in one line.
import contextlib
import glob
import importlib
import io
import os
import pkgutil
import sys
import sysconfig
import warnings

STDLIB = sysconfig.get_path("stdlib")
# What is not packed; what does something when it is imported; and Tk, which only programs have that import it.
SKIPPED = {"test", "tests", "idlelib", "idle_test", "turtledemo", "ensurepip", "site-packages", "dist-packages"}
SKIPPED |= {"__main__", "__hello__", "__phello__", "antigravity", "this", "sitecustomize"}
SKIPPED |= {"tkinter", "_tkinter", "turtle"}
if not glob.glob(os.path.join(STDLIB, "lib2to3", "*.pickle")):
    # Debian leaves the pickled grammars out; lib2to3 then wants to be in a directory.
    SKIPPED.add("lib2to3")


def names(paths, prefix=""):
    for module in pkgutil.iter_modules(paths):
        leaf = module.name
        if leaf in SKIPPED or leaf.startswith(("_test", "test_", "xx", "_xx", "_ctypes_test")):
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
