"""Runs one file of CPython's test suite and writes down what became of every test id.

This is the script that each mode runs. It needs nothing but the standard library, so that it can be packed. The results get a
line of JSON when a test starts and one when it ends, so that a crash shows which test it was.
"""

import argparse
import contextlib
import faulthandler
import importlib.util
import json
import os
import sys
import unittest

# Tests that the standard library of Python 3.9 to 3.11 keeps inside its packages, by the file that runs them.
INSIDE_PACKAGES = {
    "test_ctypes": "ctypes",
    "test_distutils": "distutils",
    "test_lib2to3": "lib2to3",
    "test_sqlite": "sqlite3",
    "test_unittest": "unittest",
}


class Recorder(unittest.TestResult):
    """Writes outcomes as they come; of several for one test, the worst counts."""

    def __init__(self, stream):
        super().__init__()
        self._stream = stream
        self._outcome = None

    def write(self, **line):
        self._stream.write(json.dumps(line) + "\n")
        self._stream.flush()

    def startTest(self, test):
        super().startTest(test)
        self._outcome = ("passed", "", [])
        self.write(start=test.id())

    def stopTest(self, test):
        super().stopTest(test)
        if self._outcome is not None:  # 3.12.1 does not start a test that is skipped as a whole
            self._finish(test)

    def _finish(self, test):
        outcome, detail, subtests = self._outcome
        self._outcome = None
        self.write(id=test.id(), outcome=outcome, detail=detail, subtests=sorted(subtests))

    def _note(self, test, outcome, detail=""):
        if self._outcome is None:  # a fixture of a class or module
            self._outcome = (outcome, detail, [])
            self._finish(test)
        elif self._outcome[0] in ("passed", "skipped"):
            self._outcome = (outcome, detail, self._outcome[2])

    def addError(self, test, err):
        self._note(test, "error", self._text(err, test))

    def addFailure(self, test, err):
        self._note(test, "failed", self._text(err, test))

    def addSkip(self, test, reason):
        # A skipped subtest does not make its test a skipped one.
        if not hasattr(test, "test_case"):
            self._note(test, "skipped", reason)

    def addExpectedFailure(self, test, err):
        self._note(test, "expected failure")

    def addUnexpectedSuccess(self, test):
        self._note(test, "unexpected success")

    def addSubTest(self, test, subtest, err):
        if err is not None:
            outcome = "failed" if issubclass(err[0], test.failureException) else "error"
            self._note(test, outcome, self._text(err, test))
            self._outcome[2].append(subtest._subDescription())

    def addDuration(self, test, elapsed):
        pass

    def _text(self, err, test):
        try:
            return self._exc_info_to_string(err, test)
        except Exception as error:
            return f"{err[0].__name__}: (no traceback: {error!r})"


def without(suite, skipped):
    """The suite less the tests with these ids."""
    if not isinstance(suite, unittest.TestSuite):
        return suite
    kept = [without(test, skipped) for test in suite if isinstance(test, unittest.TestSuite) or test.id() not in skipped]
    return type(suite)(kept)


@contextlib.contextmanager
def hidden_boot_module():
    """Hides the frozen module through which a packed program starts, while tests import `importlib` afresh: the new copy
    would take `encodings` for a module that FrozenImporter has loaded. Python 3.11 began to look."""
    if not getattr(sys, "oxidized", False) or sys.version_info < (3, 11):
        yield
        return
    import ctypes

    table = ctypes.c_void_p.in_dll(ctypes.pythonapi, "PyImport_FrozenModules")
    address, table.value = table.value, None
    try:
        yield
    finally:
        table.value = address


def load(name):
    """The tests of a file of the package `test`."""
    import test

    package = INSIDE_PACKAGES.get(name.split(".")[0])
    if package:
        # The tests inside a package are no part of the library, so its path leads to the installed one, too.
        installed = os.path.join(os.path.dirname(test.__path__[0]), package)
        __import__(package)
        if installed not in sys.modules[package].__path__:
            sys.modules[package].__path__.append(installed)
    is_installed = importlib.util.find_spec("test." + name) is not None
    try:
        return unittest.defaultTestLoader.loadTestsFromName("test." + name if is_installed else name)
    except unittest.SkipTest as skip:
        return unittest.TestSuite([skipped_file(name, str(skip))])


def skipped_file(name, reason):
    """A test that stands for a file which skips itself."""
    def test(self):
        self.skipTest(reason)

    return type("SkippedFile", (unittest.TestCase,), {name: test, "__module__": "test"})(name)


def served_elsewhere():
    """Modules of the standard library that came from files of the installation although ours should have served them."""
    names = []
    for name, module in sorted(sys.modules.items()):
        top = name.partition(".")[0]
        loader = type(getattr(getattr(module, "__spec__", None), "loader", None)).__name__
        is_standard = top in getattr(sys, "stdlib_module_names", ()) and not top.startswith("_test")
        if is_standard and loader in ("SourceFileLoader", "ExtensionFileLoader") and ".test" not in name:
            names.append(name)
    return names


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--test", required=True, help="a file of the package test, such as test_json")
    parser.add_argument("--results", required=True, help="the file to write")
    parser.add_argument("--scratch", required=True, help="an empty directory for the tests to work in")
    parser.add_argument("--left-out", help="a directory with extension modules for tests, and forgotten files")
    parser.add_argument("--skip", help="a file with ids not to run, one a line")
    parser.add_argument("--timeout", type=float, default=600, help="seconds after which to say where Python is")
    arguments = parser.parse_args()
    sys.argv[1:] = []

    if arguments.left_out:
        sys.path += [os.path.join(arguments.left_out, name) for name in ("extensions", "files")]
    # A packed program writes no bytecode unless told to; many tests are about doing so.
    sys.dont_write_bytecode = False
    faulthandler.dump_traceback_later(arguments.timeout)
    os.chdir(arguments.scratch)
    skipped = set()
    if arguments.skip:
        with open(arguments.skip, encoding="utf-8") as stream:
            skipped.update(stream.read().split("\n"))

    from test import support

    # No network, no display, nothing that takes gigabytes.
    support.use_resources = ["subprocess"]
    support.verbose = False
    with open(arguments.results, "a", encoding="utf-8") as stream:
        recorder = Recorder(stream)
        with hidden_boot_module():
            suite = load(arguments.test)
        without(suite, skipped).run(recorder)
        recorder.write(end=arguments.test, elsewhere=served_elsewhere())
        stream.flush()
        # Threads and children that a test leaves behind must not keep the run.
        sys.stdout.flush()
        os._exit(0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--test"]:
        main()
    else:
        import interpreter

        interpreter.run(sys.argv[1:])
