"""Re-entrancy, deleted names and files that are gone: exceptions, never the end of the process."""

import importlib
import os
import pathlib
import sys
import unittest

import fixtures
from fixtures import finder, installed, module, package, resource


class Misuse(unittest.TestCase):
    def setUp(self):
        self.before = list(sys.meta_path)

    def tearDown(self):
        sys.meta_path[:] = self.before
        fixtures.forget("m", "n", "p", "added")

    def test_import_within_import(self):
        depth = 100
        modules = [module("m%d" % number, "import m%d" % (number + 1)) for number in range(depth)]
        installed(*modules, module("m%d" % depth))
        self.assertEqual(importlib.import_module("m0").__name__, "m0")
        for number in range(depth + 1):
            del sys.modules["m%d" % number]

    def test_add_while_importing(self):
        source = ("import sys, fixtures\n"
                  "finder = __spec__.loader\n"
                  "finder.add_resource(fixtures.module('added'))\n"
                  "finder.add_resource(fixtures.module(__name__, 'VALUE = 2'))\n"
                  "import added\n"
                  "VALUE = added.VALUE\n")
        installed(module("m", source))
        made = importlib.import_module("m")
        self.assertEqual(made.VALUE, "added")
        self.assertEqual(importlib.reload(made).VALUE, 2)

    def test_add_while_adding(self):
        made = finder()

        def generate():
            for name in ("a", "b"):
                made.add_resource(module("inner_" + name))
                made.indexed_resources()
                yield module(name)
        made.add_resources(generate())
        self.assertEqual(sorted(item.name for item in made.indexed_resources()), ["a", "b", "inner_a", "inner_b"])

    def test_add_while_listing(self):
        made = finder(*[module("m%d" % number) for number in range(10)])
        for item in made.indexed_resources():
            made.add_resource(module("n" + item.name))
        for name, _ in made.iter_modules():
            made.add_resource(module("n" + name))

    def test_conversion_that_calls_back(self):
        made = resource("m")

        class Path:
            def __fspath__(self):
                made.relative_path_module_source = "other"
                return "path"
        made.relative_path_module_source = Path()
        self.assertEqual(made.relative_path_module_source, pathlib.Path("path"))

    def test_conversion_that_fails(self):
        class Path:
            def __fspath__(self):
                raise KeyError("path")
        with self.assertRaises(KeyError):
            resource("m", relative_path_module_source=Path())

    def test_removed_file(self):
        pathlib.Path("m.py").write_text("VALUE = 1")
        installed(resource("m", is_module=True, relative_path_module_source="m.py"))
        made = importlib.import_module("m")
        os.remove("m.py")
        with self.assertRaises(ImportError):
            importlib.reload(made)

    def test_reader_outlives_everything(self):
        made = finder(package("p", in_memory_package_resources={"a": b"1"}))
        reader = made.get_resource_reader("p")
        file = reader.open_resource("a")
        del made, reader
        self.assertEqual(file.read(), b"1")

    def test_module_without_attributes(self):
        made = finder(module("m"))
        target = type(sys)("m")
        for name in list(vars(target)):
            delattr(target, name)
        with self.assertRaises((AttributeError, ImportError, KeyError, SystemError)):
            made.exec_module(target)

    def test_meta_path_is_cleared_while_importing(self):
        installed(module("m", "import sys\nsys.meta_path.clear()\nVALUE = 1"))
        self.assertEqual(importlib.import_module("m").VALUE, 1)

    def test_garbage_cycle(self):
        made = finder(module("m"))
        cycle = [made]
        cycle.append(cycle)
        del cycle, made
        __import__("gc").collect()


if __name__ == "__main__":
    unittest.main()
