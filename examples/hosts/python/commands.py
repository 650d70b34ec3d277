"""Commands that the window of a program may call, with arguments and results that JSON can express."""

import json

COMMANDS = {}


def command(function):
    """Makes a function a command."""
    COMMANDS[function.__name__] = function
    return function


def invoke(name, arguments, emit):
    """Calls a command: arguments and result are JSON text."""
    if name not in COMMANDS:
        raise LookupError(f"there is no command {name}")
    return json.dumps(COMMANDS[name](emit, **json.loads(arguments)))


@command
def greet(emit, name):
    return f"Hello, {name}!"


@command
def count(emit, to):
    for number in range(to):
        emit("counted", json.dumps(number))
    return to
