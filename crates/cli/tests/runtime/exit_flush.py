# The output of a script is written when the script ends: before its traceback, and before exit handlers.
#$ for how in error exit_handler interrupt status text stderr_first no_flush failing_flush; do echo "== $how"; $APP $how; echo $?; done 2>&1
#$ for how in replaced replaced_error both deleted ascii closed; do echo "== $how"; $APP $how; echo $?; done 2>&1
#$ for how in empty empty_raised empty_caught two no_code failing_code none_code class_code interrupt_subclass interrupt_instance; do echo "== $how"; $APP $how; echo $?; done 2>&1
import atexit
import io
import os
import sys

how = sys.argv[1]


class Unwritable(io.StringIO):
    def flush(self):
        raise OSError("cannot be flushed")


class NoCode(SystemExit):
    @property
    def code(self):
        raise AttributeError("no code")


class FailingCode(SystemExit):
    @property
    def code(self):
        raise ValueError("no code")


class OwnInterrupt(KeyboardInterrupt):
    pass


if how == "error":
    print("before")
    1 / 0
elif how == "exit_handler":
    print("x")
    atexit.register(os._exit, 5)
elif how == "interrupt":
    print("before")
    raise KeyboardInterrupt
elif how == "status":
    print("before")
    atexit.register(os.write, 2, b"handler\n")
    sys.exit(3)
elif how == "text":
    print("before")
    sys.exit("after")
elif how == "stderr_first":
    sys.stderr = io.TextIOWrapper(open(2, "wb", closefd=False))
    sys.stderr.write("error\n")
    print("output")
    atexit.register(os._exit, 5)
elif how == "no_flush":
    print("before", flush=True)
    sys.stdout = object()
    atexit.register(os.write, 1, b"handler\n")
elif how == "failing_flush":
    sys.stdout = Unwritable()
    1 / 0
elif how == "replaced":
    sys.stdout = Unwritable()
elif how == "replaced_error":
    sys.stderr = Unwritable()
    sys.exit(3)
elif how == "both":
    sys.stdout = sys.stderr = Unwritable()
elif how == "deleted":
    del sys.stdout, sys.stderr
elif how == "ascii":
    sys.stdout = io.TextIOWrapper(open("/dev/full", "wb"), encoding="ascii")
    print("full")
elif how == "closed":
    sys.stdout = open(os.devnull, "w")
    sys.stdout.close()
elif how == "empty":
    sys.exit(())
elif how == "empty_raised":
    raise SystemExit(())
elif how == "empty_caught":
    try:
        sys.exit(())
    finally:
        print("finally")
elif how == "two":
    raise SystemExit(1, 2)
elif how == "no_code":
    raise NoCode("text")
elif how == "failing_code":
    raise FailingCode("text")
elif how == "none_code":
    exception = SystemExit(5)
    exception.code = None
    raise exception
elif how == "class_code":
    sys.exit(SystemExit)
elif how == "interrupt_subclass":
    raise OwnInterrupt("own")
elif how == "interrupt_instance":
    raise KeyboardInterrupt("text")
