"""What the packed program does with command lines that are not the runner's: tests start `sys.executable` as `python`.

A packed program is an interpreter for its own children if they are given `-c` or `-m`, but not if they are given a file. An
application that wants to run files has to say so: this one starts itself again with `-c` and statements that run the file.
"""

import os
import sys

WITH_VALUE = ("-X", "-W")

SCRIPT = """
import sys
sys.argv[:] = sys.argv[1:]
sys.path[:0] = {directories!r}
__file__ = sys.argv[0]
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


def run(words):
    """Replaces this process by one that does what `python` does with these arguments."""
    options = []
    while words and words[0].startswith("-") and words[0] != "-":
        options.append(words.pop(0))
        if options[-1] in WITH_VALUE and words:
            options.append(words.pop(0))
    os.execv(sys.executable, [sys.executable, *options, "-c", statements(options, words), *words])


def statements(options, words):
    if not words or words[0] == "-":
        return STANDARD_INPUT
    if os.path.isdir(words[0]) or not is_text(words[0]):
        return DIRECTORY_OR_ZIP
    isolated = any(option[:2] not in WITH_VALUE and set("IP") & set(option) for option in options)
    return SCRIPT.format(directories=[] if isolated else [os.path.dirname(os.path.abspath(words[0]))])


def is_text(path):
    """Zip files and bytecode are not."""
    try:
        with open(path, "rb") as stream:
            return b"\0" not in stream.read()
    except OSError:
        return True
