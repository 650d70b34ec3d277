# Makes wheels whose native libraries need each other, in the directory of this file. The argument is the length of a
# table in each library.
import os
import subprocess
import sys
import sysconfig
import zipfile

HERE, LENGTH = os.path.dirname(os.path.abspath(__file__)), sys.argv[1]
TREE = os.path.join(HERE, "tree")
TEXT = "#define _GNU_SOURCE\n#include <dlfcn.h>\n#include <stdio.h>\n#include <string.h>\n"
TEXT += "static volatile const char table[%s] = {1};\n" % LENGTH
MODULE = """
#define Py_LIMITED_API 0x03090000
#include <Python.h>
%s
static PyObject *call(PyObject *self, PyObject *args) { %s }
static PyMethodDef methods[] = {{"call", call, METH_NOARGS, ""}, {0}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "%s", "", -1, methods};
PyMODINIT_FUNC PyInit_%s(void) { return PyModule_Create(&definition); }
"""


def compile(path, text, *arguments):
    path = os.path.join(TREE, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    source = os.path.join(HERE, "source.c")
    with open(source, "w") as file:
        file.write(text)
    command = ["cc", "-shared", "-fPIC", "-w", "-I", sysconfig.get_path("include"), "-o", path, source, "-Wl,-z,lazy"]
    subprocess.run(command + [a.replace("TREE", TREE) for a in arguments], check=True)
    os.remove(source)


def library(path, text, *arguments):
    compile(path, TEXT + text, "-Wl,-soname," + os.path.basename(path), *arguments)


def module(path, before, body, *arguments):
    name = os.path.basename(path).split(".")[0]
    compile(path, MODULE % (before, body, name, name), *arguments)


def write(path, text):
    path = os.path.join(TREE, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def wheel(name, *directories):
    with open(os.path.join(HERE, "wheels.txt"), "a") as file:
        file.write("./%s-1.0-py3-none-any.whl\n" % name)
    info = "%s-1.0.dist-info" % name
    with zipfile.ZipFile(os.path.join(HERE, "%s-1.0-py3-none-any.whl" % name), "w") as archive:
        record = []
        for directory in directories:
            for base, _, files in os.walk(os.path.join(TREE, directory)):
                for file in sorted(files):
                    path = os.path.join(base, file)
                    record.append(os.path.relpath(path, TREE))
                    archive.write(path, record[-1])
        archive.writestr(info + "/METADATA", "Metadata-Version: 2.1\nName: %s\nVersion: 1.0\n" % name)
        archive.writestr(info + "/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-any\n")
        names = record + [info + "/METADATA", info + "/WHEEL", info + "/RECORD"]
        archive.writestr(info + "/RECORD", "".join("%s,,\n" % name for name in names))


# A runtime that is loaded by its bare name, from another distribution and from beside.
library("chips/runtime/lib/libchiprt.so.12", "const char *runtime(void) { return \"runtime\"; }\n")
library("chips/blas/lib/libchipblaslt.so.12", "const char *light(void) { return \"light\"; }\n")
library("chips/blas/lib/libchipops.so.12", "const char *ops(void) { return \"ops\"; }\n")
library("chips/blas/lib/libchipblas.so.12", """
extern const char *light(void);
static const char *of(const char *library, const char *symbol) {
    void *handle = dlopen(library, RTLD_LAZY);
    const char *(*function)(void) = handle ? dlsym(handle, symbol) : 0;
    return function ? function() : dlerror();
}
const char *blas(void) {
    static char text[999];
    Dl_info info;
    dladdr((void *)table, &info);
    snprintf(text, sizeof text, "blas with %s, %s, %s in %s", light(), of("libchipops.so.12", "ops"),
             of("libchiprt.so.12", "runtime"), strrchr(info.dli_fname, '/') + 1);
    return text;
}
""", "TREE/chips/blas/lib/libchipblaslt.so.12", "-Wl,-rpath,$ORIGIN:$ORIGIN/../../runtime/lib")
write("chips/blas/__init__.py", "")
write("chips/runtime/__init__.py", "")
wheel("chips_blas", "chips/blas")
wheel("chips_runtime", "chips/runtime")

# What needs it, as torch needs the libraries of CUDA.
library("tensors/lib/libtensors.so", """
extern const char *blas(void);
const char *tensors(void) {
    static char text[999];
    snprintf(text, sizeof text, "tensors with %s", blas());
    return text;
}
""", "TREE/chips/blas/lib/libchipblas.so.12", "-Wl,-rpath-link,TREE/chips/blas/lib",
        "-Wl,-rpath,$ORIGIN:$ORIGIN/../../chips/blas/lib")
module("tensors/_C.abi3.so", "extern const char *tensors(void);", "return PyUnicode_FromString(tensors());",
       "TREE/tensors/lib/libtensors.so", "-Wl,-rpath-link,TREE/chips/blas/lib", "-Wl,-rpath,$ORIGIN/lib")
write("tensors/__init__.py", """
import ctypes, glob, os, sys
def preload(name):
    for path in sys.path:
        for found in sorted(glob.glob(os.path.join(path, 'chips', '*', 'lib', name))):
            ctypes.CDLL(found)
            return
    raise ValueError(name)
if os.environ.get('PRELOAD'):
    preload('libchipblas.so.*[0-9]')
    ctypes.CDLL(os.path.join(os.path.dirname(__file__), 'lib', 'libtensors.so'), ctypes.RTLD_GLOBAL)
from tensors import _C
call = _C.call
""")
wheel("tensors", "tensors")

# A library of one distribution that modules of another use: preloaded, by RUNPATH, by its symbols alone.
library("corelib/lib/libcounting.so.1", "int count(void) { static int number; return ++number; }\n")
write("corelib/__init__.py", """
import ctypes, os
def load(mode):
    return ctypes.CDLL(os.path.join(os.path.dirname(__file__), 'lib', 'libcounting.so.1'), mode)
""")
wheel("corelib", "corelib")
COUNT = "extern int count(void);", "return PyLong_FromLong(count());"
module("users/_needs.abi3.so", *COUNT, "TREE/corelib/lib/libcounting.so.1")
module("users/_runpath.abi3.so", *COUNT, "TREE/corelib/lib/libcounting.so.1", "-Wl,-rpath,$ORIGIN/../corelib/lib")
module("users/_symbols.abi3.so", *COUNT)
module("users/_loads.abi3.so", "#include <dlfcn.h>\n", """
    void *handle = dlopen("libcounting.so.1", RTLD_NOW);
    int (*count)(void) = handle ? dlsym(handle, "count") : 0;
    return count ? PyLong_FromLong(count()) : PyUnicode_FromString(dlerror());
""", "-Wl,-rpath,$ORIGIN/../corelib/lib")
write("users/__init__.py", "")
wheel("users", "users")

# A library that lacks what another one has, which only the module needs as well.
library("under/lib/libunder_base.so.1", "int base(void) { return 40; }\n")
library("under/lib/libunder_top.so.1", "extern int base(void);\nint top(void) { return base() + 2; }\n")
module("under/_under.abi3.so", "extern int top(void), base(void);",
       "return PyLong_FromLong(top() + (base() != 40));", "TREE/under/lib/libunder_top.so.1",
       "TREE/under/lib/libunder_base.so.1", "-Wl,-rpath,$ORIGIN/lib")
# A library that calls the module that needs it.
library("under/lib/libunder_back.so.1", "extern int back(void);\nint forth(void) { return back() + 1; }\n")
module("under/_back.abi3.so", "extern int forth(void); int back(void) { return 6; }",
       "return PyLong_FromLong(forth());", "TREE/under/lib/libunder_back.so.1", "-Wl,-rpath,$ORIGIN/lib")
# A library that lacks what nothing has.
library("under/lib/libunder_none.so.1", "extern int nowhere(void);\nint none(void) { return nowhere(); }\n")
module("under/_none.abi3.so", "extern int none(void);", "return PyLong_FromLong(none());",
       "TREE/under/lib/libunder_none.so.1", "-Wl,-rpath,$ORIGIN/lib", "-Wl,--unresolved-symbols=ignore-all")
write("under/__init__.py", "")
wheel("under", "under")

# Libraries without a name of their own, in another distribution.
compile("nameless/lib/libnameless.so", TEXT + "int nameless(void) { static int number; return ++number; }\n")
write("nameless/__init__.py", "")
wheel("nameless", "nameless")
os.chdir(TREE)
module("named/_named.abi3.so", "extern int nameless(void);", "return PyLong_FromLong(nameless());",
       "-Lnameless/lib", "-lnameless", "-Wl,-rpath,$ORIGIN/../nameless/lib")
library("named/lib/libbetween.so.1", "extern int nameless(void);\nint between(void) { return nameless(); }\n",
       "-Lnameless/lib", "-lnameless", "-Wl,-rpath,$ORIGIN/../../nameless/lib")
module("named/_between.abi3.so", "extern int between(void);", "return PyLong_FromLong(between());",
       "TREE/named/lib/libbetween.so.1", "-Wl,-rpath-link,TREE/nameless/lib", "-Wl,-rpath,$ORIGIN/lib")
write("named/__init__.py", "")
wheel("named", "named")

# DT_RPATH of a module serves the libraries that it needs.
library("old/inner/libold_inner.so.1", "int inner(void) { return 3; }\n")
library("old/outer/libold_outer.so.1", "extern int inner(void);\nint outer(void) { return inner() + 1; }\n",
        "TREE/old/inner/libold_inner.so.1")
module("old/_old.abi3.so", "extern int outer(void);", "return PyLong_FromLong(outer());",
       "TREE/old/outer/libold_outer.so.1", "-Wl,-rpath,$ORIGIN/outer:$ORIGIN/inner", "-Wl,--disable-new-dtags")
write("old/__init__.py", "")
wheel("old", "old")

# Two distributions whose libraries need each other.
library("ring_b/lib/libring_other.so.1", "const char *other(void) { return \"other\"; }\n")
library("ring_a/lib/libring_one_of_two.so.1", """
extern const char *other(void);
const char *one(void) { return "one"; }
const char *both(void) { static char text[99]; snprintf(text, sizeof text, "%s %s", one(), other()); return text; }
""", "TREE/ring_b/lib/libring_other.so.1", "-Wl,-rpath,$ORIGIN/../../ring_b/lib")
library("ring_b/lib/libring_other.so.1", """
extern const char *one(void);
const char *other(void) { return strcmp(one(), "one") ? "another" : "the other"; }
""", "TREE/ring_a/lib/libring_one_of_two.so.1", "-Wl,-rpath,$ORIGIN/../../ring_a/lib")
module("ring_a/_ring.abi3.so", "extern const char *both(void);", "return PyUnicode_FromString(both());",
       "TREE/ring_a/lib/libring_one_of_two.so.1", "-Wl,-rpath-link,TREE/ring_b/lib", "-Wl,-rpath,$ORIGIN/lib")
write("ring_a/__init__.py", "")
write("ring_b/__init__.py", "")
wheel("ring_a", "ring_a")
wheel("ring_b", "ring_b")
