# packed only: a process made by fork() imports, whatever another interpreter with its own GIL did at that moment
#$ $APP
import os
import signal
import sys
import threading
import time

try:
    import _interpreters as interpreters
except ImportError:
    try:
        import _xxsubinterpreters as interpreters
    except ImportError:
        interpreters = None

# Compressed, as it is source text.
READ = """
import sys, time
finder = next(finder for finder in sys.meta_path if hasattr(finder, "index_bytes"))
end = time.time() + %d
while time.time() < end:
    finder.get_source("argparse")
"""

SECONDS = 6


def read_in_child():
    """The status of a process that reads compressed text and imports; it is killed if that takes long."""
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        ok = len(finder.get_source("argparse")) > 1000
        import fractions
        os._exit(0 if ok and fractions.Fraction(1, 2) else 1)
    return os.waitpid(child, 0)[1]


finder = next(finder for finder in sys.meta_path if hasattr(finder, "index_bytes"))
if interpreters is None or sys.version_info < (3, 12):
    print("ok")
    sys.exit()

created = [interpreters.create() for _ in range(2)]
threads = [threading.Thread(target=interpreters.run_string, args=[interpreter, READ % SECONDS]) for interpreter in created]
for thread in threads:
    thread.start()
end = time.time() + SECONDS - 1
statuses = set()
while time.time() < end and statuses <= {0}:
    statuses.add(read_in_child())
for thread in threads:
    thread.join()
print("ok" if statuses == {0} else "children ended with %s" % statuses)
