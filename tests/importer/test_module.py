"""The module itself: what it imports, its names, and what help() and inspect see."""

import importlib
import inspect
import io
import pydoc
import subprocess
import sys
import unittest

import oxidized_importer

import fixtures

HEAVY = ["importlib.metadata", "importlib.resources", "pathlib", "zipfile", "tokenize", "pkg_resources"]


class Module(unittest.TestCase):
    def in_fresh_python(self, code):
        place = oxidized_importer.__spec__.origin.rpartition("/")[0]
        code = f"import sys; sys.path.insert(0, {place!r})\n" + code
        return subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True, stdout=subprocess.PIPE).stdout.split()

    def test_importing_imports_nothing_heavy(self):
        new = self.in_fresh_python("before = set(sys.modules); import oxidized_importer\n"
                                   "oxidized_importer.OxidizedFinder().find_spec('x')\n"
                                   "print(*sorted(set(sys.modules) - before))")
        self.assertEqual(set(new) & {name.encode() for name in HEAVY}, set())

    def test_parts_are_made_once(self):
        names = ["OxidizedDistribution", "OxidizedResourceReader", "OxidizedZipFinder", "decode_source"]
        for name in names:
            self.assertIs(getattr(oxidized_importer, name), getattr(oxidized_importer, name))
            first = getattr(oxidized_importer, name)
            del vars(oxidized_importer)[name]
            self.assertIs(getattr(oxidized_importer, name), first)
            self.assertEqual(first.__module__, "oxidized_importer")
        self.assertRaises(AttributeError, getattr, oxidized_importer, "Missing")

    def test_all_names(self):
        names = {}
        exec("from oxidized_importer import *", names)
        self.assertLessEqual(set(oxidized_importer.__all__), set(names))
        self.assertLessEqual(set(oxidized_importer.__all__), set(dir(oxidized_importer)))
        self.assertIn("OxidizedFinder", oxidized_importer.__all__)

    def test_signatures(self):
        finder = oxidized_importer.OxidizedFinder()
        parameters = {finder.find_spec: "(fullname, path=None, target=None)", finder.iter_modules: "(prefix='')",
                      finder.serialize_indexed_resources: "(ignore_builtin=True, ignore_frozen=True, version=4)",
                      finder.invalidate_caches: "()", oxidized_importer.find_resources_in_path: "(path)",
                      oxidized_importer.decode_source: "(io_module, source)",
                      oxidized_importer.OxidizedFinder:
                          "(resources_data=None, resources_file=None, relative_path_origin=None)"}
        for function, expected in parameters.items():
            self.assertEqual(str(inspect.signature(function)), expected, function)

    def test_every_method_has_signature_and_documentation(self):
        for name in oxidized_importer.__all__:
            value = getattr(oxidized_importer, name)
            self.assertTrue(value.__doc__, name)
            for key, method in vars(value).items() if isinstance(value, type) else ():
                if callable(method) and not key.startswith("_"):
                    with self.subTest(f"{name}.{key}"):
                        inspect.signature(method)
                        self.assertTrue(method.__doc__)

    def test_keywords_are_the_names_of_the_signature(self):
        finder = oxidized_importer.OxidizedFinder()
        self.assertEqual(finder.iter_modules(prefix="x."), [])
        self.assertIsNone(finder.find_spec(fullname="missing", target=None))
        with self.assertRaisesRegex(TypeError, "'suffix'"):
            finder.iter_modules(suffix="x")

    def test_help(self):
        text = pydoc.plain(pydoc.render_doc(oxidized_importer))
        for name in ("class OxidizedFinder", "class OxidizedDistribution", "class OxidizedZipFinder", "find_resources_in_path(path)",
                     "register_pkg_resources()"):
            self.assertIn(name, text)

    def test_decode_source(self):
        self.assertEqual(oxidized_importer.decode_source(io, b"# coding: latin-1\r\n'\xe9'"), "# coding: latin-1\n'\xe9'")
        self.assertRaises(SyntaxError, oxidized_importer.decode_source, io, b"# coding: nonsense\n")

    def test_properties_of_finders(self):
        finder = oxidized_importer.OxidizedFinder()
        self.assertIsNone(finder.multiprocessing_set_start_method)
        self.assertIs(finder.pkg_resources_import_auto_register, False)

    def test_path_hooks_raise_import_errors_only(self):
        finder = oxidized_importer.OxidizedFinder()
        for path in (None, 1, b"x", [], "", "a\0b", "\udc80", "/elsewhere", finder.path_hook_base_str + "/missing"):
            with self.subTest(path):
                self.assertRaises(ImportError, finder.path_hook, path)
        self.assertIsNone(finder.path_hook(finder.path_hook_base_str)._package)

    def test_extension_modules_have_files_of_extension_modules(self):
        finder = fixtures.finder(fixtures.resource("native", is_extension_module=True),
                                 fixtures.resource("natives", is_extension_module=True, is_package=True))
        suffix = importlib.machinery.EXTENSION_SUFFIXES[0]
        base = finder.path_hook_base_str
        self.assertEqual(finder.find_spec("native").origin, f"{base}/native{suffix}")
        self.assertEqual(finder.find_spec("natives").origin, f"{base}/natives/__init__{suffix}")

    def test_loaders_refuse_other_modules(self):
        finder = fixtures.finder(fixtures.module("known"))
        self.assertRaises(ImportError, finder.load_module, "unknown")
        self.assertNotIn("unknown", sys.modules)
        self.assertEqual(hasattr(finder, "find_module"), sys.version_info < (3, 12))


if __name__ == "__main__":
    unittest.main()
