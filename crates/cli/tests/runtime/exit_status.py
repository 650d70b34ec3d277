# Every way to end, and its status.
#$ for how in none zero three true false big negative huge float text object tuple bytes os exit quit exit_text raise base abort stop; do echo "== $how"; $APP $how; echo "$?"; done 2>&1
#$ $APP text
#$ $APP atexit; echo $?
#$ $APP nested; echo $?
#$ { $APP kill; } 2>/dev/null; echo $?
#$ $APP group; echo $?
#$ $APP unprintable; echo $?
#$ $APP surrogate; echo $?
#$ $APP no_stderr; echo $?
#$ $APP hook; echo $?
#$ $APP bad_hook; echo $?
#$ $APP no_hook; echo $?
#$ $APP subclass; echo $?
import atexit
import os
import signal
import sys

how = sys.argv[1]
if how == "none":
    sys.exit()
elif how == "zero":
    sys.exit(0)
elif how == "three":
    sys.exit(3)
elif how == "true":
    sys.exit(True)
elif how == "false":
    sys.exit(False)
elif how == "big":
    sys.exit(259)
elif how == "negative":
    sys.exit(-1)
elif how == "huge":
    sys.exit(1 << 70)
elif how == "float":
    sys.exit(2.5)
elif how == "text":
    print("to stdout first", end="")
    sys.exit("the mëssage")
elif how == "object":
    sys.exit(Exception("an exception"))
elif how == "tuple":
    sys.exit((1, 2))
elif how == "bytes":
    sys.exit(b"bytes")
elif how == "os":
    print("lost", end="")
    os._exit(5)
elif how == "exit":
    exit(6)
elif how == "quit":
    quit(7)
elif how == "exit_text":
    exit("text")
elif how == "raise":
    raise SystemExit
elif how == "base":
    raise BaseException("base")
elif how == "abort":
    signal.signal(signal.SIGABRT, lambda *a: os._exit(77))
    os.kill(os.getpid(), signal.SIGABRT)
elif how == "stop":
    print("end of file")
elif how == "atexit":
    atexit.register(lambda: sys.exit("from atexit"))
    atexit.register(print, "atexit ran")
    sys.exit(4)
elif how == "nested":
    try:
        1 / 0
    finally:
        sys.exit(9)
elif how == "kill":
    sys.stdout.write("unflushed")
    os.kill(os.getpid(), signal.SIGKILL)
elif how == "group":
    if sys.version_info >= (3, 11):
        raise BaseExceptionGroup("group", [SystemExit(3)])
elif how == "unprintable":
    class Bad:
        def __str__(self):
            raise ValueError("no text")
    sys.exit(Bad())
elif how == "surrogate":
    sys.exit("\udcff \ud800")
elif how == "no_stderr":
    sys.stderr = None
    sys.exit("unseen")
elif how == "hook":
    sys.excepthook = lambda kind, value, traceback: print("hooked", kind, value, traceback.tb_lineno)
    raise ValueError("for the hook")
elif how == "bad_hook":
    def bad(*arguments):
        raise TypeError("hook failed")
    sys.excepthook = bad
    raise ValueError("for the hook")
elif how == "no_hook":
    del sys.excepthook
    raise ValueError("no hook")
elif how == "subclass":
    class Leave(SystemExit):
        pass
    raise Leave(12)
