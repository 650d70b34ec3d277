# /// script
# dependencies = ["mypy"]
# ///
"""Checks files, with typeshed from its data files; finds errors; stubs; reports; the compiled modules are used."""

import contextlib
import io
import os
import pathlib
import tempfile

import mypy.api
import mypy.build
import mypy.stubgen
import mypy.stubtest

CODE = """
import asyncio
import collections
import dataclasses
import re
import typing

import helper

T = typing.TypeVar("T")

@dataclasses.dataclass
class Point(typing.Generic[T]):
    x: T
    y: int = "zero"

def first(items: typing.Sequence[T]) -> T:
    return items[0]

async def main() -> int:
    return await asyncio.sleep(1, "x")

reveal_type(first([Point(1.5)]))
reveal_type(re.match("x", "y"))
reveal_type(collections.Counter("abc").most_common())
helper.twice("x")
helper.nothing()
match typing.cast(typing.Union[int, str], 3):
    case int():
        pass
    case other:
        reveal_type(other)
"""
print("compiled", mypy.build.__file__.endswith(".so"))
with tempfile.TemporaryDirectory() as directory:
    os.chdir(directory)
    pathlib.Path("checked.py").write_text(CODE)
    pathlib.Path("helper.py").write_text("def twice(n: int) -> int:\n    return n * 2\n")
    pathlib.Path("pyproject.toml").write_text("[tool.mypy]\nstrict = true\n")
    output, errors, status = mypy.api.run(["checked.py", "--no-color-output", "--show-error-codes", "--python-version", "3.11"])
    print(output + errors, status)
    print(mypy.api.run(["helper.py", "--no-incremental"])[::2])
    print(mypy.api.run(["-c", "import nothing_like_this"])[0])
    print(mypy.api.run(["helper.py", "--junit-xml", "junit.xml"])[2], "testcase" in pathlib.Path("junit.xml").read_text())
    print(mypy.api.run(["helper.py", "--python-version", "2.7"])[1])
    with contextlib.redirect_stdout(io.StringIO()):
        mypy.stubgen.main(["helper.py", "-o", "out"])
    print(pathlib.Path("out/helper.pyi").read_text())
