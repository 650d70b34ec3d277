# /// script
# dependencies = ["cmake"]
# ///
"""A program in a wheel that reads the files beside it: a script, its modules, and its help."""

import os
import subprocess
import sys
import tempfile

import cmake

print(os.path.isdir(cmake.CMAKE_BIN_DIR), sorted(os.listdir(cmake.CMAKE_BIN_DIR)))
tool = os.path.join(cmake.CMAKE_BIN_DIR, "cmake")
with tempfile.TemporaryDirectory() as directory:
    script = os.path.join(directory, "script.cmake")
    with open(script, "w") as file:
        file.write('include(CMakePrintHelpers)\nset(x 1)\ncmake_print_variables(x CMAKE_VERSION)\n')
    for command in ([tool, "--version"], [tool, "-P", script], [tool, "--help-command", "project"], [tool, "--help-module-list"]):
        done = subprocess.run(command, capture_output=True, text=True)
        print(done.returncode, len(done.stdout.splitlines()), done.stdout.splitlines()[:1], done.stderr)
