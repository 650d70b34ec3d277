"""Runs CPython's own tests with the interpreter of this distribution; arguments are those of `python -m test`."""
import json
import os
import subprocess
import sys

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
with open(os.path.join(root, "PYTHON.json"), encoding="utf-8") as file:
    interpreter = os.path.join(root, json.load(file)["python_exe"])
sys.exit(subprocess.run([interpreter, "-m", "test"] + sys.argv[1:]).returncode)
