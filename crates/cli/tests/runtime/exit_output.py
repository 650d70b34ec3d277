# What is written while the interpreter ends.
#$ for how in unflushed module_del atexit_print del_raise global_del thread daemon nondaemon cycle weak sys_attr builtins_attr stdout_del; do echo "== $how"; $APP $how; echo "$?"; done
#$ for how in unflushed module_del atexit_print del_raise atexit_raise thread_raise thread_exit; do echo "== $how"; $APP $how; echo "$?"; done 2>&1 >/dev/null
#$ $APP unflushed > /dev/full; echo $?
#$ $APP lines > /dev/full; echo $?
#$ $APP fail > /dev/full; echo $?
#$ $APP three > /dev/full; echo $?
#$ $APP atexit_print > /dev/full; echo $?
#$ $APP unflushed >&-; echo $?
#$ $APP fail 2>&-; echo $?
#$ $APP fail >&- 2>&-; echo $?
#$ $APP unflushed <&- >&- 2>&-; echo $?
#$ $APP fail 2>/dev/full; echo $?
#$ $APP text 2>/dev/full; echo $?
#$ $APP lines | head -1; echo "${PIPESTATUS[@]}"
#$ $APP lines 2>&1 | head -1; echo "${PIPESTATUS[@]}"
#$ $APP broken | true; echo "${PIPESTATUS[@]}"
#$ $APP sigpipe_default | head -1; echo "${PIPESTATUS[@]}"
#$ $APP close_stdout; echo $?
#$ $APP detach; echo $?
#$ $APP replace; echo $?
#$ $APP none; echo $?
#$ $APP file; cat out.$PPID.txt 2>/dev/null; rm -f out.*.txt
import atexit
import gc
import os
import signal
import sys
import threading
import time
import weakref

how = sys.argv[1]


class Noisy:
    def __init__(self, text):
        self.text = text

    def __del__(self):
        print("deleting", self.text)


class Raising:
    def __del__(self):
        raise ValueError("in a finalizer")


if how == "unflushed":
    sys.stdout.write("no newline")
elif how == "module_del":
    keep = Noisy("module global")
elif how == "global_del":
    import demo
    demo.keep = Noisy("in a package")
elif how == "atexit_print":
    atexit.register(print, "first registered")
    atexit.register(print, "last registered", end="")
elif how == "del_raise":
    keep = Raising()
    del keep
    keep = Raising()
elif how == "atexit_raise":
    def bad():
        raise ValueError("in atexit")
    atexit.register(bad)
elif how == "thread_raise":
    import demo.deep
    thread = threading.Thread(target=demo.deep.outer, args=(0,), name="worker")
    thread.start()
    thread.join()
elif how == "thread_exit":
    thread = threading.Thread(target=sys.exit, args=("unseen",))
    thread.start()
    thread.join()
elif how == "thread":
    threading.Thread(target=lambda: (time.sleep(0.2), print("thread printed"))).start()
    print("main done")
elif how == "daemon":
    def forever():
        while True:
            time.sleep(0.001)
    for _ in range(4):
        threading.Thread(target=forever, daemon=True).start()
    print("main done")
elif how == "nondaemon":
    threading.Thread(target=lambda: (time.sleep(0.1), atexit.register(print, "late"), print("done"))).start()
elif how == "cycle":
    a, b = Noisy("a"), Noisy("b")
    a.other, b.other = b, a
    gc.disable()
elif how == "weak":
    class Thing:
        pass
    keep = Thing()
    weakref.finalize(keep, print, "finalized")
elif how == "sys_attr":
    pass
elif how == "builtins_attr":
    import builtins
    builtins.keep_list = ["nothing to say"]
elif how == "stdout_del":
    del sys.stdout
elif how == "lines":
    for i in range(100000):
        print("line", i)
elif how == "fail":
    print("before")
    1 / 0
elif how == "three":
    print("before")
    sys.exit(3)
elif how == "text":
    sys.exit("message")
elif how == "broken":
    time.sleep(0.3)
    print("nobody reads")
elif how == "sigpipe_default":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for i in range(100000):
        print("line", i)
elif how == "close_stdout":
    print("bye")
    sys.stdout.close()
elif how == "detach":
    sys.stdout.write("detached")
    sys.stdout.detach()
elif how == "replace":
    import io
    sys.stdout = io.TextIOWrapper(open(1, "wb", closefd=False), write_through=False)
    sys.stdout.write("replaced")
elif how == "none":
    sys.stdout = None
    print("nowhere")
elif how == "file":
    keep = open(f"out.{os.getppid()}.txt", "w")
    keep.write("left to the finalizer\n")
