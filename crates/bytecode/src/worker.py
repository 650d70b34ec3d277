# Compiles sources for the packer, one request after another, until its input ends.
#
# request:  optimize u8, length u32 + file name (UTF-8), length u32 + source
# response: status u8 (0 done, 1 refused), length u32 + marshalled code, or the refusal as JSON
#
# All integers are little-endian.
import sys

sys.path[:] = [p for p in sys.path if p]  # never import from the working directory

import marshal
import os

# Nothing but frames may reach the pipe.
output = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)
input_ = sys.stdin.buffer


def read(size):
    data = input_.read(size)
    if len(data) != size:
        sys.exit(0)
    return data


def number():
    return int.from_bytes(read(4), "little")


def refusal(error):
    import json

    answer = {"kind": type(error).__name__, "message": str(error), "line": None, "column": None, "text": None}
    if isinstance(error, SyntaxError):
        text = error.text.decode("utf-8", "replace") if isinstance(error.text, bytes) else error.text
        answer.update(message=str(error.msg), line=error.lineno, column=error.offset, text=text)
        for key in ("line", "column"):
            if answer[key] is not None and answer[key] < 1:
                answer[key] = None
    answer = {k: v.encode("utf-8", "backslashreplace").decode() if isinstance(v, str) else v for k, v in answer.items()}
    return json.dumps(answer).encode()


while True:
    (optimize,) = read(1)
    filename = read(number()).decode("utf-8")
    source = read(number())
    try:
        code = compile(source, filename, "exec", dont_inherit=True, optimize=optimize)
        status, answer = 0, marshal.dumps(code)
        del code
    except Exception as error:
        status, answer = 1, refusal(error)
    output.write(bytes([status]) + len(answer).to_bytes(4, "little") + answer)
    output.flush()
