# Writes what PYTHON.json says of this Python as one line of JSON.
import sys

startup = sorted(sys.modules)
sys.path[:] = [p for p in sys.path if p]  # never import from the working directory

import importlib.machinery
import importlib.util
import json
import os
import sysconfig

prefix = os.path.realpath(sys.base_prefix)


def text(value):
    """A value of the build, for an installation in /install."""
    return str(value).replace(sys.base_prefix, "/install").replace(prefix, "/install")


tests = []
stdlib = os.path.dirname(os.path.abspath(os.__file__))
for directory, names, files in os.walk(stdlib):
    names[:] = sorted(n for n in names if n not in ("site-packages", "dist-packages", "__pycache__"))
    if os.path.basename(directory) in ("test", "tests", "idle_test") and "__init__.py" in files:
        tests.append(os.path.relpath(directory, stdlib).replace(os.sep, "."))
        names[:] = []

variables = {k: text(v) for k, v in sysconfig.get_config_vars().items() if k != "userbase"}
answer = {
    "startup_modules": startup,
    "test_packages": tests,
    "cache_tag": sys.implementation.cache_tag,
    "hex_version": sys.implementation.hexversion,
    "implementation_version": [str(part) for part in sys.implementation.version],
    "config_vars": variables,
    "paths_abstract": sysconfig.get_paths(expand=False),
    "platform_tag": sysconfig.get_platform(),
    "include": sysconfig.get_paths()["include"],
    "suffixes": {
        "bytecode": importlib.machinery.BYTECODE_SUFFIXES,
        "debug_bytecode": importlib.machinery.DEBUG_BYTECODE_SUFFIXES,
        "extension": importlib.machinery.EXTENSION_SUFFIXES,
        "optimized_bytecode": importlib.machinery.OPTIMIZED_BYTECODE_SUFFIXES,
        "source": importlib.machinery.SOURCE_SUFFIXES,
    },
}
sys.stdout.write(json.dumps(answer) + "\n")
