"""Extension modules with a library that they need, loaded from memory: while code of one runs, and by interpreters at once."""

import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import unittest

import oxidized_importer

import fixtures

HEADERS = sysconfig.get_paths()["include"]
COMPILER = shutil.which("cc")

# The library runs Python code when it is loaded, as the initialiser of a C++ library may.
LIBRARY = """
#include <stdlib.h>
int PyRun_SimpleString(const char *);
int loaded = 0;
__attribute__((constructor)) static void load(void) {
    loaded++;
    if (getenv("WHEN_LOADED")) { PyRun_SimpleString(getenv("WHEN_LOADED")); }
}
int times_loaded(void) { return loaded; }
"""

EXTENSION = """
#include <Python.h>
int times_loaded(void);
static PyObject *times(PyObject *self, PyObject *ignored) { return PyLong_FromLong(times_loaded()); }
static PyMethodDef methods[] = {{"times", times, METH_NOARGS, ""}, {NULL}};
static PyModuleDef_Slot slots[] = {
#if PY_VERSION_HEX >= 0x030c0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "NAME", "", 0, methods, slots};
__attribute__((constructor)) static void load(void) {
    if (getenv("WHEN_EXTENSION_LOADED")) { PyRun_SimpleString(getenv("WHEN_EXTENSION_LOADED")); }
}
PyMODINIT_FUNC PyInit_NAME(void) { return PyModuleDef_Init(&module); }
"""

START = """
import os, sys
sys.path[:0] = [%r, %r]
import fixtures
from pathlib import Path
def extension(name):
    return fixtures.resource(name, is_extension_module=True, shared_library_dependency_names=["libloaded.so"],
        in_memory_extension_module_shared_library=Path(name + ".so").read_bytes())
library = fixtures.resource("libloaded.so", is_shared_library=True,
    in_memory_shared_library=Path("libloaded.so").read_bytes())
fixtures.installed(library, extension("outer"), extension("inner"))
""" % (os.path.dirname(oxidized_importer.__file__), os.path.dirname(__file__))

IMPORT = START + "import outer, inner\nassert (outer.times(), inner.times()) == (1, 1), (outer.times(), inner.times())\n"

AT_ONCE = """
import os, sys, threading, time
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
code = START + '''
import time
while time.time() < %r: pass
import outer, inner
times = (outer.times(), inner.times())
assert times == (1, 1), times
'''
start = time.time() + 2
created = [interpreters.create() for _ in range(4)]
failures = []
def run(interpreter):
    try:
        failure = interpreters.run_string(interpreter, code % start)
    except BaseException as error:
        failure = error
    if failure is not None:
        failures.append(str(failure))
threads = [threading.Thread(target=run, args=[interpreter]) for interpreter in created]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not failures, failures
files = {line.split()[4] for line in open("/proc/self/maps") if "memfd:libloaded.so" in line}
assert len(files) == 1, files
for name in ("outer", "inner"):
    files = {line.split()[4] for line in open("/proc/self/maps") if "memfd:" + name in line}
    assert len(files) == 1, (name, files)
# CPython 3.12 may wait for ever for the end of interpreters in which other threads have run code.
os._exit(0)
"""


@unittest.skipUnless(COMPILER and os.path.exists(os.path.join(HEADERS, "Python.h")), "nothing can be compiled for this Python")
class Libraries(unittest.TestCase):
    def setUp(self):
        if os.path.exists("outer.so"):
            return
        self.compile("libloaded.so", LIBRARY)
        for name in ("outer", "inner"):
            self.compile(name + ".so", EXTENSION.replace("NAME", name), "-I" + HEADERS, "libloaded.so")

    def compile(self, output, source, *arguments):
        pathlib.Path("source.c").write_text(source)
        command = [COMPILER, "-shared", "-fPIC", "-w", "-Wl,-soname," + output, "-o", output, "source.c", *arguments]
        subprocess.run(command, check=True)

    def run_python(self, code, **environment):
        ended = subprocess.run([sys.executable, "-I", "-c", code], env={**os.environ, **environment},
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=100)
        self.assertEqual((ended.returncode, ended.stdout.decode()), (0, ""))

    def test_a_library_that_imports_while_it_is_loaded(self):
        self.run_python(IMPORT, WHEN_LOADED="import inner")

    def test_a_library_that_failed_is_tried_again(self):
        pathlib.Path("broken").mkdir(exist_ok=True)
        code = START + ("broken = fixtures.resource('libloaded.so', is_shared_library=True, in_memory_shared_library=b'no library')\n"
                        "finder = fixtures.installed(broken, extension('outer'))\n"
                        "for _ in range(3):\n"
                        "    try:\n"
                        "        import outer\n"
                        "    except ImportError:\n"
                        "        continue\n"
                        "    raise SystemExit('imported')\n")
        self.run_python(code)

    @unittest.skipIf(sys.version_info < (3, 12), "sub-interpreters share the GIL")
    def test_interpreters_that_load_it_at_once(self):
        # Long enough for all to come while the first loads it.
        sleep = "import time; time.sleep(0.5)"
        self.run_python("START = %r\n" % START + AT_ONCE, WHEN_LOADED=sleep, WHEN_EXTENSION_LOADED=sleep)


if __name__ == "__main__":
    unittest.main()
