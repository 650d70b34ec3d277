"""How an interpreter is started in each mode.

A mode is a command line to which arguments of `ids.py` are added:

* `plain`: the installed Python as it is; what everything is compared with.
* `packed`: a program made by `pyoxidizer pack`, whose standard library comes from memory.
* `extension`: a copy of the installed Python with the extension module `oxidized_importer`, whose finder comes first and
  serves the standard library from a file of packed resources.

All start as `python -I -S` does, since a packed program takes no notice of the environment either and has no `site`.
"""

import json
import os
import pathlib
import shutil
import subprocess

from extension import Copy

HERE = pathlib.Path(__file__).parent

# Extension modules that `pyoxidizer pack` leaves out of the standard library because no application needs them.
TEST_EXTENSIONS = ["_test", "_ctypes_test", "_xxtestfuzz", "xxlimited"]
PACKED_EXTENSIONS = ["_testbuffer", "_testcapi", "_testinternalcapi", "_testlimitedcapi"]

FACTS = """
import json, platform, sys, sysconfig
print(json.dumps({"version": platform.python_version(), "executable": sys.executable,
    "library": sysconfig.get_path("stdlib"), "extensions": sysconfig.get_config_var("DESTSHARED"),
    "headers": sysconfig.get_path("include"), "packages": sysconfig.get_path("platlib"), "prefix": sys.prefix}))
"""

# The package `test` of the packed program, which leads to the files of the installed one.
PACKED_TEST = """
__path__ = __spec__.submodule_search_locations = [{directory!r}]
__file__ = __spec__.origin = {file!r}
"""

# Files that 3.11.7 and 3.12.1 forget to install, although they install what these consist of.
FORGOTTEN = {
    f"test_multiprocessing_{method}": f"""
from test._test_multiprocessing import install_tests_in_module_dict
install_tests_in_module_dict(globals(), {method!r})
"""
    for method in ("fork", "forkserver", "spawn")
}


class Python:
    """An installed Python."""

    def __init__(self, executable):
        output = subprocess.check_output([executable, "-I", "-c", FACTS], text=True)
        facts = json.loads(output)
        self.version = facts["version"]
        self.executable = facts["executable"]
        self.library = pathlib.Path(facts["library"])
        self.extensions = pathlib.Path(facts["extensions"])
        self.headers = pathlib.Path(facts["headers"])
        self.packages = pathlib.Path(facts["packages"])
        self.prefix = facts["prefix"]

    def tests(self):
        """The names of all test files."""
        names = set(FORGOTTEN)
        for path in (self.library / "test").iterdir():
            is_package = (path / "__init__.py").is_file()
            if path.name.startswith("test_") and (path.suffix == ".py" or is_package):
                names.add(path.stem)
        return names


class Builder:
    """Makes what the modes need, below a directory of the Python."""

    def __init__(self, python, work, pyoxidizer, extension=None):
        self.python = python
        self.directory = work / python.version
        self.pyoxidizer = pyoxidizer
        self.extension = extension

    def prepare(self, mode):
        """Makes what the mode needs, and names the test files of the Python."""
        self.left_out()
        self.command(mode)
        return self.python.tests()

    def command(self, mode):
        """The words that start `ids.py` in a mode."""
        if mode == "plain":
            return [self.python.executable, "-I", "-S", str(HERE / "ids.py")]
        if mode == "packed":
            return [str(self._program())]
        return self._extension()

    def left_out(self):
        """Links to extension modules that are there to be tested, and the files that the installation lacks."""
        place = self.directory / "left-out"
        if not place.exists():
            for source in self._test_extensions():
                link(source, place / "extensions" / source.name)
            (place / "files").mkdir()
            for name, text in FORGOTTEN.items():
                if not list((self.python.library / "test").glob(f"{name}*")):
                    (place / "files" / f"{name}.py").write_text(text)
        return place

    def _test_extensions(self):
        return [path for path in self.python.extensions.iterdir() if path.name.startswith(tuple(TEST_EXTENSIONS))]

    def _program(self):
        """Packs `ids.py`. The package `test` works on its own files, so the packed one leads to the installed one."""
        program = self.directory / "packed" / "ids"
        if program.exists():
            return program
        source = self.directory / "source"
        shutil.rmtree(source, ignore_errors=True)
        (source / "test").mkdir(parents=True)
        for name in ("ids.py", "interpreter.py"):
            shutil.copy(HERE / name, source)
        tests = str(self.python.library / "test")
        (source / "test" / "__init__.py").write_text(PACKED_TEST.format(directory=tests, file=f"{tests}/__init__.py"))
        # Children of the tests import these, which other tests do not load by their file.
        extensions = source / "extensions"
        extensions.mkdir()
        for extension in self._test_extensions():
            if extension.name.partition(".")[0] in PACKED_EXTENSIONS:
                shutil.copy(extension, extensions)
        program.parent.mkdir(parents=True, exist_ok=True)
        self._pack("-o", str(program), str(source / "ids.py"), "--package-root", str(extensions))
        return program

    def _extension(self):
        """A Python with our finder, whose resources are those of an empty program, and `ids.py` for it."""
        directory = self.directory / "extension"
        resources = directory / "library"
        if not resources.exists():
            directory.mkdir(parents=True, exist_ok=True)
            self._pack("--code", "pass", "-o", str(directory / "empty"), "--resource-file", str(resources))
        copy = Copy(self.python, directory)
        script = directory / "ids.py"
        if not script.exists():
            copy.make(self.extension, resources)
            script.write_text(copy.prelude() + (HERE / "ids.py").read_text())
        return [str(copy.executable), "-I", "-S", str(script)]

    def _pack(self, *arguments):
        subprocess.run([self.pyoxidizer, "--quiet", "pack", "--python", self.python.executable, *arguments], check=True)


def link(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    os.symlink(source, target)


def environment(scratch):
    """Variables of the tests: none that changes Python, and their own places for files."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYOXIDIZER"))}
    return {**kept, "HOME": str(scratch), "TMPDIR": str(scratch), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
