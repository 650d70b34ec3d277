# Nothing is lost that python writes or removes when it ends, whatever refers to it.
#$ $APP 2>/dev/null
import atexit
import builtins
import codecs
import contextvars
import gc
import glob
import os
import sys
import tempfile
import threading
import zipfile

WHAT = ["file", "finalizer", "generator", "temporary", "archive"]
WHERE = [
    "module", "excepthook", "displayhook", "unraisablehook", "threads", "context", "codecs", "gc", "attribute",
    "builtins", "path_hook", "meta_path", "profile", "stdin", "thread_local", "trace", "class_attribute",
    "exit_handler", "modules",
]


def is_in_process_of_its_own():
    """Whether this is the process that has to end now; the other one looks at what is left of it."""
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        return True
    status = os.waitpid(pid, 0)[1]
    left = len(glob.glob("temporary*"))
    print("==", what, where, status, left, [open(name, "rb").read() for name in glob.glob("kept")])
    for archive in glob.glob("kept.zip"):
        print(zipfile.ZipFile(archive).namelist() if zipfile.is_zipfile(archive) else "no archive")
    for name in glob.glob("kept*") + glob.glob("temporary*"):
        os.remove(name)
    return False


class Finalizer:
    # Finalizers run when most is gone.
    def __init__(self, file):
        self.file = file

    def __del__(self):
        self.file.write("finalized\n")


def generate(file):
    try:
        yield
    finally:
        file.write("generator ended\n")


def make():
    if what == "temporary":
        return tempfile.NamedTemporaryFile(prefix="temporary", dir=".")
    if what == "archive":
        archive = zipfile.ZipFile("kept.zip", "w")
        archive.writestr("member", "text")
        return archive
    file = open("kept", "w")
    file.write("written\n")
    if what == "finalizer":
        return Finalizer(file)
    if what == "generator":
        generator = generate(file)
        next(generator)
        return generator
    return file


class Hook:
    def __init__(self):
        self.kept = make()

    def __call__(self, *arguments, **keywords):
        return None


class Finder(Hook):
    @staticmethod
    def find_spec(*arguments):
        return None


for what, where in [(what, where) for what in WHAT for where in WHERE]:
    if is_in_process_of_its_own():
        break
else:
    where = None

if where == "module":
    kept = Hook()
elif where in ("excepthook", "displayhook", "unraisablehook"):
    setattr(sys, where, Hook())
elif where == "threads":
    threading.excepthook = Hook()
elif where == "context":
    contextvars.ContextVar("kept").set(Hook())
elif where == "codecs":
    codecs.register(Hook())
elif where == "gc":
    gc.callbacks.append(Hook())
elif where == "attribute":
    sys.kept = Hook()
elif where == "builtins":
    builtins.kept = Hook()
elif where == "path_hook":
    sys.path_hooks.append(Hook())
elif where == "meta_path":
    sys.meta_path.append(Finder())
elif where == "profile":
    sys.setprofile(Hook())
elif where == "stdin":
    sys.stdin = make()
elif where == "thread_local":
    sys.kept = threading.local()
    sys.kept.hook = Hook()
elif where == "trace":
    sys.settrace(Hook())
elif where == "class_attribute":
    Hook.kept = Hook()
    sys.kept = Hook
elif where == "exit_handler":
    atexit.register(Hook())
elif where == "modules":
    sys.modules["kept"] = Hook()
