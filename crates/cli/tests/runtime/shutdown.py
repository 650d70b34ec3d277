# Threads that are still there when the script has ended.
#$ $APP interrupted; echo $?
#$ $APP started; echo $?
#$ $APP raised; echo $?
#$ $APP waited | cat
import atexit
import os
import signal
import sys
import threading
import time

how = sys.argv[1]


def after_the_script(then):
    threading.main_thread().join()
    then()


def start_another():
    try:
        thread = threading.Thread(target=print, args=["in another thread"])
        thread.start()
        thread.join()
    except RuntimeError as error:
        print(type(error), error)


def interrupt():
    time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.5)
    print("still there")


def fail():
    raise ValueError("in a thread")


if how == "interrupted":
    threading.Thread(target=interrupt).start()
elif how == "started":
    atexit.register(start_another)
    threading.Thread(target=after_the_script, args=[start_another]).start()
elif how == "raised":
    threading.Thread(target=after_the_script, args=[fail], name="failing").start()
else:
    threading.Thread(target=after_the_script, args=[lambda: print("after the script")]).start()
    atexit.register(print, "at exit")
print("the script ends")
