# /// script
# dependencies = ["greenlet"]
# ///
"""Switching, values, exceptions, parents, context variables, threads, many greenlets, tracing."""

import contextvars
import threading

import greenlet


def echo(value):
    while value != "stop":
        value = main.switch(value * 2)
    return "stopped"


main = greenlet.getcurrent()
worker = greenlet.greenlet(echo)
print(worker.switch(2), worker.switch("ab"), worker.switch("stop"), worker.dead)


def failing():
    try:
        main.switch()
    finally:
        print("cleaned")


worker = greenlet.greenlet(failing)
worker.switch()
try:
    worker.throw(ValueError, "thrown")
except ValueError as error:
    print("error", "switch to a different thread" in str(error))
variable = contextvars.ContextVar("variable", default="none")


def change():
    variable.set("inner")
    return variable.get()


worker = greenlet.greenlet(change)
worker.gr_context = contextvars.copy_context()
print(worker.switch(), variable.get())


def countdown(number):
    return number if number == 0 else greenlet.greenlet(countdown).switch(number - 1)


print("deep", countdown(200))
results = []
threads = [threading.Thread(target=lambda: results.append(greenlet.greenlet(lambda: 7).switch())) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("threads", results)
events = []
greenlet.settrace(lambda event, where: events.append(event))
greenlet.greenlet(lambda: None).switch()
greenlet.settrace(None)
print("traced", events)
other = []
thread = threading.Thread(target=lambda: other.append(greenlet.getcurrent()) or greenlet.greenlet(lambda: None))
thread.start()
thread.join()
try:
    other[0].switch()
except greenlet.error as error:
    print("error", "switch to a different thread" in str(error))
