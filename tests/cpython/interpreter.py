"""What the packed program does with command lines that are not the runner's: tests start `sys.executable` as `python`.

A packed program is an interpreter for its own children if they are given `-c`, `-m`, `-` or the file of a script, but not if they are
given nothing, or a file whose name is not that of a script: that may be meant for the application. One that wants to run such files has
to say so: this one starts itself again with `-c` and statements that run the file.
"""

import os
import sys

WITH_VALUE = ("-X", "-W", "--check-hash-based-pycs")

SCRIPT = """
import sys
from importlib.machinery import SourceFileLoader as __loader__
sys.argv[:] = sys.argv[1:]
sys.path[:0] = {directories!r}
__file__ = {file!r}
__cached__ = None
__loader__ = __loader__("__main__", __file__)
with open(__file__, "rb") as script:
    code = compile(script.read(), __file__, "exec")
del script
exec(code)
"""

DIRECTORY_OR_ZIP = """
import runpy, sys
sys.argv[:] = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""

STANDARD_INPUT = """
import sys
sys.argv[:] = sys.argv[1:] or [""]
exec(compile(sys.stdin.read(), "<stdin>", "exec"))
"""


# The prompt goes where `python` writes it if standard input is no terminal.
INTERACTIVE = """
import code, sys
def line(prompt):
    print(prompt, end="", file=sys.stderr, flush=True)
    return input()
code.interact(readfunc=line, exitmsg="")
"""


def run(words):
    """Replaces this process by one that does what `python` does with these arguments."""
    options = []
    while words and words[0].startswith("-") and words[0] != "-":
        options.append(words.pop(0))
        if options[-1] in WITH_VALUE and words:
            options.append(words.pop(0))
    if any(option in ("-c", "-m") for option in options):
        sys.exit(f"not the options of an interpreter: {options}")
    os.execv(sys.executable, [sys.executable, *options, "-c", statements(options, words), *words])


def statements(options, words):
    if not words or words[0] == "-":
        return INTERACTIVE if "-i" in options else STANDARD_INPUT
    if os.path.isdir(words[0]) or not is_text(words[0]):
        return DIRECTORY_OR_ZIP
    isolated = any(option[:2] not in WITH_VALUE and set("IP") & set(option) for option in options)
    file = os.path.abspath(words[0])
    return SCRIPT.format(file=file, directories=[] if isolated else [os.path.dirname(file)])


def is_text(path):
    """Zip files and bytecode are not."""
    try:
        with open(path, "rb") as stream:
            return b"\0" not in stream.read()
    except OSError:
        return True
