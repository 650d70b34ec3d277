import ctypes
import os
import sys


def attempt(function):
    try:
        return function()
    except (ImportError, OSError) as error:
        return type(error).__name__


def module(name):
    return lambda: __import__(name, fromlist=["call"]).call()


ORDER = sys.argv[1:] or ["tensors", "ring", "load", "needs", "runpath", "symbols", "loads"]
import corelib
for name in ORDER:
    if name == "tensors":
        print(name, attempt(module("tensors")))
    elif name == "ring":
        print(name, attempt(module("ring_a._ring")))
    elif name == "load":
        print(name, attempt(lambda: corelib.load(ctypes.RTLD_GLOBAL).count()))
    elif name == "local":
        print(name, attempt(lambda: corelib.load(ctypes.RTLD_LOCAL).count()))
    elif name == "globally":
        sys.setdlopenflags(os.RTLD_GLOBAL | os.RTLD_NOW)
    elif '.' in name:
        print(name, attempt(module(name)))
    else:
        print(name, attempt(module("users._" + name)))
