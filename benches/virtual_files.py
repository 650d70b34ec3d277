"""What virtual files cost a call for an ordinary path, and a packed one.

  python3 benches/virtual_files.py [--python PYTHON] [--pyoxidizer target/release/pyoxidizer]

In a packed program, `stat` and `open` with `close` are called through the symbols that all code finds, and through those of the C
library itself, in turns: the difference of the fastest of many rounds. A loop in C calls them, so a C compiler is needed. Linux
only; nothing else should run.
"""

import argparse
import pathlib
import subprocess
import tempfile

LOOP = r"""
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1e9 + t.tv_nsec; }
double stat_loop(int (*function)(const char *, struct stat *), const char *path, int count) {
    struct stat facts; double start = now();
    for (int i = 0; i < count; i++) function(path, &facts);
    return (now() - start) / count;
}
double open_loop(int (*function)(const char *, int, ...), const char *path, int count) {
    double start = now();
    for (int i = 0; i < count; i++) close(function(path, O_RDONLY | O_CLOEXEC));
    return (now() - start) / count;
}
"""

SCRIPT = """
import ctypes, json, os, statistics, sys
library = ctypes.CDLL(sys.argv[1])
caught, real = ctypes.CDLL(None), ctypes.CDLL("libc.so.6")
for loop in library.stat_loop, library.open_loop:
    loop.restype = ctypes.c_double
def address(function):
    return ctypes.cast(function, ctypes.c_void_p)
for name, loop, count in ("stat", library.stat_loop, 300), ("open", library.open_loop, 300):
    best = {}
    for path in "/usr/bin/env", json.__file__, os.path.dirname(json.__file__):
        for which, source in ("caught", caught), ("real", real):
            best[path, which] = min(loop(address(getattr(source, name)), path.encode(), count) for _ in range(3))
    for _ in range(400):
        for (path, which) in best:
            if path.startswith("/usr"):
                source = caught if which == "caught" else real
                took = loop(address(getattr(source, name)), path.encode(), count)
                best[path, which] = min(best[path, which], took)
    ordinary, real_time = best["/usr/bin/env", "caught"], best["/usr/bin/env", "real"]
    print(f"{name}: {ordinary:.0f} ns instead of {real_time:.0f} for an ordinary path, {ordinary - real_time:+.0f}")
    print(f"{name}: {best[json.__file__, 'caught']:.0f} ns for a packed file")
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python")
    parser.add_argument("--pyoxidizer", default="target/release/pyoxidizer")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        (work / "loop.c").write_text(LOOP)
        (work / "script.py").write_text(SCRIPT)
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", work / "loop.so", work / "loop.c"], check=True)
        python = ["--python", options.python] if options.python else []
        pack = [options.pyoxidizer, "-q", "pack", work / "script.py", *python, "-o", work / "program"]
        subprocess.run(pack, check=True)
        subprocess.run([work / "program", work / "loop.so"], check=True)


if __name__ == "__main__":
    main()
