# Signals.
#$ $APP interrupt; echo $?
#$ $APP interrupt 2>/dev/null; echo $?
#$ $APP deep; echo $?
#$ $APP handled; echo $?
#$ $APP handler; echo $?
#$ $APP term; echo $?
#$ $APP term_handler; echo $?
#$ $APP raised; echo $?
#$ $APP atexit; echo $?
#$ $APP thread; echo $?
#$ { $APP alarm; } 2>/dev/null; echo $?
#$ (rm -f ready; (until [ -s ready ]; do sleep 0.1; done; sleep 1; kill -INT $(cat ready)) & exec $APP sleep); echo $?
#$ $APP ignored; echo $?
#$ $APP hook; echo $?
#$ $APP wakeup; echo $?
#$ $APP pipe; echo $?
#$ $APP interrupt > /dev/full; echo $?
#$ (trap '' INT; $APP handled_not); echo $?
import atexit
import os
import signal
import sys
import threading
import time

how = sys.argv[1]


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(5)


print("start")
if how == "interrupt":
    interrupt()
elif how == "deep":
    import demo.deep
    signal.signal(signal.SIGALRM, lambda *a: demo.deep.outer(0))
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    time.sleep(60)
elif how == "handled":
    try:
        interrupt()
    except KeyboardInterrupt:
        print("caught")
elif how == "handler":
    signal.signal(signal.SIGINT, lambda number, frame: print("handler", number, frame.f_code.co_name))
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.01)
elif how == "term":
    os.kill(os.getpid(), signal.SIGTERM)
elif how == "term_handler":
    signal.signal(signal.SIGTERM, lambda *a: sys.exit(15))
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(5)
elif how == "raised":
    raise KeyboardInterrupt
elif how == "atexit":
    atexit.register(print, "atexit ran")
    interrupt()
elif how == "thread":
    threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    time.sleep(60)
elif how == "alarm":
    signal.alarm(1)
    time.sleep(5)
elif how == "sleep":
    print(os.getpid(), file=open("ready", "w"), flush=True)
    time.sleep(60)
elif how == "ignored":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.kill(os.getpid(), signal.SIGINT)
    print("went on")
elif how == "hook":
    sys.excepthook = lambda *a: print("hooked", a[0].__name__)
    interrupt()
elif how == "wakeup":
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    signal.signal(signal.SIGUSR1, lambda *a: None)
    os.kill(os.getpid(), signal.SIGUSR1)
    print(os.read(reader, 1))
elif how == "pipe":
    reader, writer = os.pipe()
    os.close(reader)
    try:
        os.write(writer, b"x")
    except BrokenPipeError as error:
        print(error)
elif how == "handled_not":
    print(signal.getsignal(signal.SIGINT))
    os.kill(os.getpid(), signal.SIGINT)
    print("ignored")
