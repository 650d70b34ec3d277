# packed only: interpreters with GILs of their own decompress at once, and processes are made while threads import
#$ $APP
import hashlib
import os
import signal
import sys
import threading
import warnings

try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters

warnings.simplefilter("ignore")
# Compressed, as all source text is.
MODULES = ["argparse", "decimal", "difflib", "fractions", "pickle", "statistics", "tarfile", "uuid"]
finder = next(finder for finder in sys.meta_path if hasattr(finder, "index_bytes"))
digests = {name: hashlib.sha1(finder.get_source(name).encode()).hexdigest() for name in MODULES}
READ = """
import hashlib, sys
finder = next(finder for finder in sys.meta_path if hasattr(finder, "index_bytes"))
for _ in range(30):
    for name, digest in %r.items():
        assert hashlib.sha1(finder.get_source(name).encode()).hexdigest() == digest, name
import difflib
""" % digests
failures = []


def read(interpreter):
    try:
        # Until 3.12 a failure is raised, since then it is returned.
        failure = interpreters.run_string(interpreter, READ)
    except Exception as error:
        failure = error
    if failure is not None:
        failures.append(failure)


def run(*functions):
    threads = [threading.Thread(target=function, args=arguments) for function, *arguments in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


created = [interpreters.create() for _ in range(3)]
if sys.version_info >= (3, 12):
    run(*[(read, interpreter) for interpreter in created])
for interpreter in created:
    interpreters.destroy(interpreter)


def import_all():
    for _ in range(20):
        for name in MODULES:
            sys.modules.pop(name, None)
            finder.get_source(name)
            try:
                __import__(name)
            except (AttributeError, ImportError, KeyError):
                # Another thread has thrown away what it needs.
                pass


def fork():
    for _ in range(30):
        child = os.fork()
        if child == 0:
            # Killed if it waits for a thread that it does not have.
            signal.alarm(30)
            text = finder.get_source("argparse")
            os._exit(hashlib.sha1(text.encode()).hexdigest() != digests["argparse"])
        status = os.waitpid(child, 0)[1]
        if status != 0:
            failures.append("a child ended with %d" % status)


run((import_all,), (import_all,), (fork,))
print(failures or "ok")
