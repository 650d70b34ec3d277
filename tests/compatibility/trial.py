"""One program with one Python: installed in a virtualenv, run there, packed, and run again where Python is hidden."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import tomllib

import hidden
from calls import uncaught

HERE = pathlib.Path(__file__).parent
PROGRAMS = HERE / "programs"

SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"

DISTRIBUTIONS = """
import importlib.metadata, json
print(json.dumps({found.name: found.version for found in importlib.metadata.distributions()}))
"""


class Failed(Exception):
    """A stage that did not do what it should. `stage` names it."""

    def __init__(self, stage, message):
        super().__init__(message)
        self.stage = stage


class Python:
    """A Python that programs are packed with."""

    def __init__(self, executable):
        code = "import platform, sys; print(platform.python_version()); print(sys.executable)"
        output = subprocess.check_output([executable, "-I", "-c", code], text=True)
        self.version, self.executable = output.splitlines()


class Command:
    """The command `pyoxidizer`, and the directory where it keeps what it makes."""

    def __init__(self, path):
        self.path = shutil.which(path)
        if self.path is None:
            raise SystemExit(f"{path} is no command")
        self.digest = digest(pathlib.Path(self.path))
        cache = os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache"))
        self.cache = pathlib.Path(os.environ.get("PYOXIDIZER_CACHE_DIR", os.path.join(cache, "pyoxidizer"))).absolute()

    def prepare(self, python, directory):
        """Makes the launcher, and a directory with the layer of the standard library, which each trial starts with."""
        self.new_cache(directory)
        words = [self.path, "--quiet", "pack", "--code", "pass", "--python", python.executable]
        environment = {**os.environ, "PYOXIDIZER_CACHE_DIR": str(directory)}
        subprocess.run([*words, "-o", directory / "program"], env=environment, stdin=subprocess.DEVNULL, check=True)

    def new_cache(self, directory, prepared=None):
        """A cache with the layers of a prepared one. What pip installs for one program is used and deleted by no other;
        launchers and bytecode, to which packs only add, are those of all.
        """
        shutil.rmtree(directory, ignore_errors=True)
        (directory / "layers").mkdir(parents=True)
        for shared in ("launchers", "bytecode"):
            (self.cache / shared).mkdir(parents=True, exist_ok=True)
            (directory / shared).symlink_to(self.cache / shared)
        for layer in filter(pathlib.Path.is_file, (prepared / "layers").iterdir() if prepared else []):
            os.link(layer, directory / "layers" / layer.name)


class Trial:
    """A program with a Python. What is made lies in a directory of its own, below `work`."""

    def __init__(self, name, python, command, work, limit, places):
        self.name = name
        self.source = PROGRAMS / f"use_{name}.py"
        self.requirements = requirements(self.source)
        self.python = python
        self.command = command
        self.limit = limit
        self.directory = work / python.version / name
        self.result_file = work / python.version / f"{name}.json"
        self.log_file = self.directory / "log.txt"
        self.venv = self.directory / "venv"
        self.program = self.directory / "program"
        self.prepared = work / python.version / "prepared"
        self.cache = self.directory / "cache"
        self.hidden = [*places, self.venv, self.cache, command.cache, HERE]

    def key(self):
        """What a result depends on."""
        return {"command": self.command.digest, "program": digest(self.source)}

    def result(self):
        """The kept result of the same program and command, or `None`."""
        if self.result_file.exists():
            kept = json.loads(self.result_file.read_text(encoding="utf-8"))
            if kept["key"] == self.key():
                return kept
        return None

    def run(self, keep=False):
        """Does all stages, and keeps the result."""
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        result = {"key": self.key(), "name": self.name, "python": self.python.version, "outcome": "ok"}
        start = time.monotonic()
        try:
            self._stages(result)
        except Failed as failure:
            result |= {"outcome": "failed", "stage": failure.stage, "message": str(failure)}
        result["seconds"] = round(time.monotonic() - start)
        if not keep:
            self._clean()
        self.result_file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        return result

    def end_of_log(self):
        """The last lines of the log."""
        return "\n".join(self.log_file.read_text(encoding="utf-8").splitlines()[-20:])

    def _stages(self, result):
        result["versions"] = self._install()
        expected = self._run("unpackaged", [self.venv / "bin" / "python", "-I", self.source])
        report = self._pack()
        result |= facts(report)
        if result["versions"] != packed_versions(report):
            self._fail("versions", f"the virtualenv has {result['versions']}, the program {packed_versions(report)}")
        if found := uncaught(self.program, self.venv):
            self._fail("calls", f"not caught by virtual files: {found}")
        for stage in ("packed", "packed again"):
            before = self._files()
            found = self._run(stage, hidden.command(self.hidden, self.directory, [self.program]))
            if found != expected:
                self._fail(stage, difference(expected, found))
            after = self._files()
            result.setdefault("written", []).append(sum(before.get(path) != state for path, state in after.items()))

    def _install(self):
        """Installs the requirements in a new virtualenv; the versions of all that is there."""
        self._tool("install", [self.python.executable, "-m", "venv", "--without-pip", self.venv])
        pip = [self.python.executable, "-m", "pip", "--python", self.venv, "install", "--no-compile", "--quiet"]
        self._tool("install", [*pip, *self.requirements])
        return json.loads(subprocess.check_output([self.venv / "bin" / "python", "-I", "-c", DISTRIBUTIONS], text=True))

    def _pack(self):
        report = self.directory / "report.json"
        words = ["pack", self.source, "--python", self.python.executable, "-o", self.program, "--report", report]
        words += options(self.source)
        self.command.new_cache(self.cache, self.prepared)
        self._tool("pack", [self.command.path, *words])
        return json.loads(report.read_text(encoding="utf-8"))

    def _tool(self, stage, words):
        """Runs pip or a packer, which may take their time and use the user's settings. Nothing is compiled from source."""
        process = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PIP_ONLY_BINARY": ":all:", "PYOXIDIZER_CACHE_DIR": str(self.cache)},
        )
        text = process.stdout.decode(errors="replace")
        self._log(stage, words, text)
        if process.returncode != 0:
            no_wheel = re.search("No matching distribution found for (.*)", text)
            self._fail(stage, f"no wheel of {no_wheel[1]}" if no_wheel else last_line(text))

    def _run(self, stage, words):
        """Runs the program; its output and status."""
        scratch = self.directory / "tmp"
        shutil.rmtree(scratch, ignore_errors=True)
        for place in (scratch, self._home(), self._home() / "cache"):
            place.mkdir(exist_ok=True)
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.directory,
            env={
                "PATH": SYSTEM_PATH,
                "HOME": str(self._home()),
                "LANG": "C.UTF-8",
                "TMPDIR": str(scratch),
                "XDG_CACHE_HOME": str(self._home() / "cache"),
            },
            start_new_session=True,
        )
        try:
            output, errors = process.communicate(timeout=self.limit)
            status = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, errors = process.communicate()
            status = f"none after {self.limit} s"
        output, errors = output.decode(errors="replace"), errors.decode(errors="replace")
        self._log(stage, words, f"{output}--- errors\n{errors}--- status {status}\n")
        if status != 0:
            self._fail(stage, f"status {status}: {last_line(errors)}")
        return output

    def _home(self):
        return self.directory / "home"

    def _files(self):
        """The files below the home directory, where programs keep what they unpack."""
        found = {}
        for path in self._home().rglob("*") if self._home().exists() else []:
            if path.is_file():
                status = path.stat()
                found[path] = (status.st_size, status.st_mtime_ns, status.st_ino)
        return found

    def _log(self, stage, words, text):
        with open(self.log_file, "a", encoding="utf-8") as log:
            log.write(f"== {stage}: {' '.join(map(str, words))}\n{text}\n")

    def _fail(self, stage, message):
        raise Failed(stage, message)

    def _clean(self):
        for path in self.directory.iterdir():
            if path != self.log_file:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def requirements(source):
    """The dependencies that a script states (PEP 723)."""
    block = re.search(r"(?m)^# /// script\n((?:#.*\n)*?)# ///$", source.read_text(encoding="utf-8"))
    return tomllib.loads(re.sub("(?m)^# ?", "", block[1]))["dependencies"]


def options(source):
    """Further options of `pyoxidizer pack` that a script states; `{directory}` is where it is."""
    line = re.search("(?m)^# options: (.*)$", source.read_text(encoding="utf-8"))
    return [word.replace("{directory}", str(source.parent)) for word in line[1].split()] if line else []


def facts(report):
    """What the page says about a program."""
    libraries = {
        row["name"]
        for row in report["resources"]
        if row["kind"] == "shared-library" and row["reason"].get("layer") != "standard-library"
    }
    summary = report["summary"]
    return {"size": summary["size"], "in_files": summary["packages_in_files"], "libraries": sorted(libraries)}


def packed_versions(report):
    """Versions of the distributions in a program, from the names of their metadata directories."""
    found = {}
    for row in report["resources"]:
        directory, _, file = row["path"].partition("/")
        if directory.endswith(".dist-info") and file == "METADATA":
            found[row["name"]] = directory.removesuffix(".dist-info").rpartition("-")[2]
    return found


def difference(expected, found):
    """The first line that differs."""
    lines = zip([*expected.splitlines(), "(end)"], [*found.splitlines(), "(end)"])
    differing = next(((one, other) for one, other in lines if one != other), ("", ""))
    return f"prints {differing[1]!r} instead of {differing[0]!r}"


def last_line(text):
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no message")


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
