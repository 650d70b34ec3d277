# What an application expects from `python script.py`.
#$ $APP
import builtins
import os
import codecs
import encodings.utf_8
import pickle
import sys
import __main__

print(__name__, __file__, __package__, __spec__, __doc__, __annotations__ if "__annotations__" in globals() else None)
print(sorted(name for name in globals() if name.startswith("__")))
print(__builtins__ is builtins, globals().get("__cached__", "none"))
print([hasattr(module, "__cached__") for module in (codecs, encodings, encodings.utf_8, pickle)])
print(__main__.__dict__ is globals(), sys.modules["__main__"] is __main__, repr(__main__))
print(sys.flags.optimize, sys.flags.bytes_warning, sys.flags.interactive, sys.flags.hash_randomization)
print(hasattr(sys, "ps1"), sys.stdin is sys.__stdin__, sys.displayhook is sys.__displayhook__)
print(sys.excepthook is sys.__excepthook__, sys.unraisablehook is sys.__unraisablehook__)
print(os.path.basename(os.path.abspath(__file__)))
print({name: getattr(builtins, name) for name in ("exit", "quit")}, repr(help)[:20])


class Local:
    def __init__(self, x):
        self.x = x


print(Local.__module__, Local.__qualname__, pickle.loads(pickle.dumps(Local(3))).x)
print(pickle.loads(pickle.dumps(Local)) is Local)
try:
    open(__file__ + "/../nothing/" + os.path.basename(__file__)).read()
except OSError as error:
    print("cannot open")
assert True
print(sys.getrecursionlimit(), sys.getswitchinterval(), sys.dont_write_bytecode in (True, False))
print(sys.stdout.buffer.raw.name, sys.stdout.isatty())
import gc, threading, signal
print(gc.isenabled(), gc.get_threshold(), threading.current_thread().name, threading.main_thread() is threading.current_thread())
print(signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGPIPE), signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGXFSZ))
exec(compile("print(__name__)", "<string>", "exec"))
print(eval("__name__"), globals()["__name__"])
