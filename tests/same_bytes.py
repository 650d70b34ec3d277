"""Packs programs with two commands and one launcher, and compares their bytes: `same_bytes.py OLD NEW [PYTHON]`.

For changes of the code that must not change what is packed. Needs an index of packages; each command has a cache of its own.
"""

import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile

HELLO = "import json, sys\nprint(json.dumps(sys.argv[1:]))\n"
PROGRAMS = {
    "script": ["app.py"],
    "small": ["app.py", "--profile", "size"],
    "optimised, without source": ["app.py", "--optimize", "2", "--no-source"],
    "code": ["--code", "print(1)"],
    "module": ["--module", "json.tool"],
    "package beside the script": ["uses.py"],
    "pure wheels": ["uses.py", "--pip", "flask==3.0.3"],
    "native wheel": ["uses.py", "--pip", "numpy"],
    "wheel that needs files": ["--entry", "black", "--pip", "black==24.10.0"],
    "beside the program": ["uses.py", "--pip", "flask==3.0.3", "--location", "jinja2=filesystem-relative:lib"],
    "in the cache": ["uses.py", "--pip", "markupsafe==2.1.5", "--location", "markupsafe=cache"],
}


def run(command, arguments, place, name):
    environment = {**os.environ, "PYOXIDIZER_CACHE_DIR": str(place / f"cache-{name}")}
    words = [command, *map(str, arguments)]
    done = subprocess.run(words, cwd=place, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{command} {arguments}:\n{done.stderr}")


def main():
    old, new, python = [*sys.argv[1:3], *sys.argv[3:4], "3.13"][:3]
    differ = 0
    with tempfile.TemporaryDirectory() as directory:
        place = pathlib.Path(directory)
        (place / "app.py").write_text(HELLO)
        (place / "uses.py").write_text("import helper\nprint(helper.VALUE)\n")
        (place / "helper").mkdir()
        (place / "helper/__init__.py").write_text("VALUE = 1\n")
        (place / "helper/data.txt").write_text("text\n")
        run(new, ["launcher", "build", "--python", python, "-o", place / "launchers"], place, "new")
        [launcher] = (place / "launchers").iterdir()
        for what, arguments in PROGRAMS.items():
            digests = []
            for name, command in ("old", old), ("new", new):
                (place / f"out-{name}").mkdir(exist_ok=True)
                program = place / f"out-{name}/program"
                run(command, ["pack", *arguments, "--python", python, "--launcher", launcher, "-o", program], place, name)
                digests.append(hashlib.sha256(program.read_bytes()).hexdigest())
                program.unlink()
            same = digests[0] == digests[1]
            differ += not same
            print("same  " if same else "DIFFER", what, digests[0][:16], digests[1][:16], flush=True)
    raise SystemExit(differ != 0)


main()
