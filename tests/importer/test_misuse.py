"""Re-entrancy, deleted and replaced names, arguments that fight back, files that are gone: exceptions, never the end of the
process."""

import builtins
import copy
import gc
import importlib
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import types
import unittest
import weakref

import oxidized_importer

import fixtures
from fixtures import finder, installed, module, package, resource


class Misuse(unittest.TestCase):
    def setUp(self):
        self.before = list(sys.meta_path)
        self.resources = [package("p"), resource("n", is_module=True, in_memory_source=b"VALUE = 1\n")]

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

    def test_two_copies_of_the_library(self):
        """Their types may have different layouts, so neither takes those of the other."""
        library = shutil.copy(oxidized_importer.__file__, os.path.abspath("copy.so"))
        spec = importlib.util.spec_from_file_location("oxidized_importer", library)
        other = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(other)
        self.assertIsNot(other.OxidizedResource, oxidized_importer.OxidizedResource)
        with self.assertRaises(TypeError):
            other.OxidizedFinder().add_resource(resource("m"))
        other.OxidizedFinder().add_resource(other.OxidizedResource())

    def test_builtins_of_the_caller(self):
        """Code that runs with other builtins gets the same finder as all code."""
        for others in ({}, {"__import__": __import__}, {"__import__": None}, {"exec": None, "compile": None}):
            namespace = {"__builtins__": others, "F": oxidized_importer.OxidizedFinder}
            exec("finder = F()", namespace)
            made = namespace["finder"]
            made.add_resources([module("m", "VALUE = len('12')"), resource("n", is_module=True, in_memory_source=b"VALUE = 1")])
            sys.meta_path.insert(0, made)
            self.assertEqual([importlib.import_module("m").VALUE, importlib.import_module("n").VALUE], [2, 1])
            fixtures.forget("m", "n")
            sys.meta_path.remove(made)

    def test_builtins_of_the_first_caller(self):
        """Nor do they stay with what is written in Python and loaded when it is first needed."""
        code = ("import sys; sys.path[:0] = sys.argv[1:]\n"
                "import oxidized_importer, fixtures\n"
                "made = fixtures.finder(fixtures.distribution(), fixtures.package('p', in_memory_package_resources={'a': b'1'}))\n"
                "names = {'__builtins__': {}, 'made': made, 'module': oxidized_importer}\n"
                "exec('found = made.find_distributions(); reader = made.get_resource_reader(\\'p\\')', names)\n"
                "exec('decode = module.decode_source', names)\n"
                "assert [found.version for found in made.find_distributions()] == ['1.5'], 'version'\n"
                "assert names['reader'].open_resource('a').read() == b'1'\n")
        directories = [os.path.dirname(oxidized_importer.__file__), os.path.dirname(fixtures.__file__)]
        ended = subprocess.run([sys.executable, "-I", "-c", code, *directories], stderr=subprocess.PIPE, timeout=60)
        self.assertEqual((ended.returncode, ended.stderr.decode()), (0, ""))

    def with_replaced(self, owner, name, value, action):
        original = getattr(owner, name)
        try:
            if value is None:
                delattr(owner, name)
            else:
                setattr(owner, name, value)
            action()
        except (AttributeError, ImportError, KeyError, OverflowError, TypeError, ValueError):
            pass
        finally:
            setattr(owner, name, original)

    def use(self):
        made = finder()
        made.add_resources(self.resources)
        spec = made.find_spec("p", None)
        if spec is not None:
            made.exec_module(importlib.util.module_from_spec(spec))
        made.get_code("n")
        made.get_source("p")
        list(made.indexed_resources())

    def test_names_of_the_interpreter_are_replaced(self):
        import _frozen_importlib as bootstrap
        import _imp

        class Slots:
            __slots__ = ["name", "loader", "has_location"]

            def __init__(self, name, loader):
                pass

        class Fake:
            def __init__(self, name, loader):
                self.__dict__["x"] = []

            def __new__(cls, *arguments):
                return object.__new__(cls)

        class Other:
            __dict__ = 5

            def __init__(self, name, loader):
                pass

        def function(name, loader):
            return types.SimpleNamespace(a=[], b=1)
        for value in (None, 5, function, Slots, Fake, Other, dict, int, types.SimpleNamespace, type("T", (dict,), {
                "__init__": lambda self, name, loader: None, "__new__": lambda cls, *_: dict.__new__(cls)})):
            self.with_replaced(bootstrap, "ModuleSpec", value, self.use)
        for owner, name in ((bootstrap, "_call_with_frames_removed"), (_imp, "_fix_co_filename"), (builtins, "exec"),
                            (builtins, "compile"), (sys, "implementation"), (sys, "flags"), (_imp, "extension_suffixes")):
            for value in (None, 5, types.SimpleNamespace(), lambda *_: 5):
                self.with_replaced(owner, name, value, self.use)
        self.use()

    def test_modules_are_replaced(self):
        for name in ("builtins", "_imp", "_frozen_importlib", "sys", "pathlib"):
            original = sys.modules[name]
            try:
                sys.modules[name] = types.SimpleNamespace()
                self.use()
            except (AttributeError, ImportError, TypeError, ValueError):
                pass
            finally:
                sys.modules[name] = original
        self.use()

    def test_conversion_that_changes_the_items(self):
        """They are in a list that the garbage collector knows."""
        class Path:
            def __fspath__(self):
                for known in gc.get_objects():
                    if type(known) is list and known and type(known[0]) is tuple and known[0][-1:] == (self,):
                        known[:] = [1, (), ("a",), None]
                return "path"
        with self.assertRaises((IndexError, TypeError)):
            resource("m", relative_path_package_resources={"a": Path(), "b": Path(), "c": Path()})

    def test_other_objects_for_self(self):
        instances = [finder(), oxidized_importer.OxidizedResource(), finder(module("m")).path_hook]
        kinds = [kind for kind in vars(oxidized_importer).values() if isinstance(kind, type)]
        self.assertGreater(len(kinds), 5)
        for kind in kinds:
            with self.assertRaises(TypeError):
                object.__new__(kind)
            with self.assertRaises(TypeError):
                type("Derived", (kind,), {})
            for other in (None, 5, object(), kind, *instances):
                if isinstance(other, kind):
                    continue
                with self.assertRaises((AttributeError, TypeError)):
                    other.__class__ = kind
                for name, attribute in vars(kind).items():
                    if hasattr(type(attribute), "__get__") and name not in ("__new__", "__doc__", "__module__"):
                        with self.assertRaises(TypeError, msg=name):
                            attribute.__get__(other, type(other))(*[]) if callable(attribute) else attribute.__get__(other)
        for instance in instances[:2]:
            with self.assertRaises(TypeError):
                weakref.ref(instance)
            with self.assertRaises(TypeError):
                copy.copy(instance)

    def test_arguments_of_every_kind(self):
        """Every method with every object that could surprise it."""
        class Hostile(str):
            def __getattribute__(self, name):
                raise KeyError(name)

            def __eq__(self, other):
                raise KeyError("==")

            def __hash__(self):
                raise KeyError("hash")

        class Spec:
            def __getattr__(self, name):
                if name in ("__spec__", "submodule_search_locations"):
                    raise OSError(name)
                return self

            def __fspath__(self):
                raise OSError("path")

            def __iter__(self):
                yield self
                raise OSError("next")
        bare = types.ModuleType.__new__(types.ModuleType)
        values = [None, 5, -1, 1 << 70, "", "m", "\udc80", "a\0b", Hostile("m"), Spec(), bare, b"\0", bytearray(b"x"), [], {}, (),
                  object, finder(), memoryview(b"abcd")[::2], [1, None], {"a": 1}, {1: b""}, type, lambda: 1]
        resources = [oxidized_importer.OxidizedResource()]
        for instance in [finder(package("p"), module("m")), *resources]:
            for name in dir(type(instance)):
                attribute = getattr(instance, name)
                if name.startswith("__"):
                    continue
                for value in values:
                    calls = [lambda: setattr(instance, name, value)]
                    if callable(attribute):
                        calls = [lambda: attribute(value), lambda: attribute(value, value), lambda: attribute(value, value, value),
                                 lambda: attribute(**{"x": value})]
                    for call in calls:
                        try:
                            call()
                        except Exception:
                            pass
        for value in values:
            for arguments in ({"resources_data": value}, {"resources_file": value}, {"relative_path_origin": value}, {"x": value}):
                try:
                    oxidized_importer.OxidizedFinder(**arguments)
                except Exception:
                    pass


if __name__ == "__main__":
    unittest.main()
