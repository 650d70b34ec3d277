"""OxidizedZipFinder."""

import importlib
import importlib.util
import inspect
import io
import os
import pathlib
import shutil
import sys
import unittest
import zipfile

from oxidized_importer import OxidizedZipFinder

import fixtures

HEADER = importlib.util.MAGIC_NUMBER + bytes(12)


def finder_of(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return OxidizedZipFinder.from_zip_data(content.getvalue())


class ZipFinder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        fixtures.make_files()

    def imported(self, finder, name):
        sys.meta_path.insert(0, finder)
        self.addCleanup(sys.meta_path.remove, finder)
        self.addCleanup(fixtures.forget, name.partition(".")[0])
        fixtures.forget(name.partition(".")[0])
        return importlib.import_module(name)

    def test_import(self):
        shutil.copy("files.zip", "copy.zip")
        finder = OxidizedZipFinder.from_path(pathlib.Path("copy.zip").absolute())
        os.remove("copy.zip")
        twig = self.imported(finder, "tree.branch.twig")
        self.assertEqual(twig.VALUE, "twig")
        self.assertEqual(twig.__file__, os.path.abspath("copy.zip/tree/branch/twig.py"))
        self.assertEqual(sys.modules["tree"].__path__, [os.path.abspath("copy.zip/tree")])
        self.assertIs(twig.__spec__.loader, finder)

    def test_source(self):
        leaf = self.imported(OxidizedZipFinder.from_path("files.zip"), "tree.leaf")
        self.assertEqual(inspect.getsource(leaf.main), "def main():\n    return __name__\n")
        self.assertEqual(self.imported(OxidizedZipFinder.from_path("files.zip"), "latin").VALUE, "\xe9")

    def test_loader(self):
        finder = OxidizedZipFinder.from_path("files.zip")
        self.assertTrue(finder.is_package("tree") and not finder.is_package("tree.leaf"))
        self.assertEqual(finder.get_filename("tree"), "files.zip/tree/__init__.py")
        self.assertEqual(finder.get_data("files.zip/tree/data/inner.bin"), b"\0\1\2")
        self.assertRaises(FileNotFoundError, finder.get_data, "files.zip/tree/missing")
        self.assertRaises(FileNotFoundError, finder.get_data, "elsewhere")
        self.assertEqual(hasattr(finder, "find_module"), sys.version_info < (3, 12))

    def test_resources(self):
        reader = OxidizedZipFinder.from_path("files.zip").get_resource_reader("tree")
        self.assertEqual(reader.open_resource("text.txt").read(), b"text of tree\n")
        self.assertEqual((reader.files() / "data" / "inner.bin").read_bytes(), b"\0\1\2")
        self.assertIn("text.txt", list(reader.contents()))
        self.assertIsNone(OxidizedZipFinder.from_path("files.zip").get_resource_reader("tree.leaf"))

    def test_bytecode(self):
        code = HEADER + fixtures.bytecode("VALUE = 'bytecode'")
        self.assertEqual(self.imported(finder_of({"m.pyc": code}), "m").VALUE, "bytecode")
        self.assertEqual(self.imported(finder_of({"m.pyc": code, "m.py": "VALUE = 1"}), "m").VALUE, "bytecode")
        other = bytes(16) + code[16:]
        self.assertEqual(self.imported(finder_of({"m.pyc": other, "m.py": "VALUE = 'source'"}), "m").VALUE, "source")
        for damaged in (other, b"", b"x", HEADER, HEADER + b"nonsense"):
            with self.subTest(damaged), self.assertRaises(ImportError) as caught:
                finder_of({"m.pyc": damaged}).get_code("m")
            self.assertEqual(caught.exception.name, "m")

    def test_unknown_modules(self):
        finder = finder_of({"m.py": ""})
        self.assertIsNone(finder.find_spec("other"))
        for method in (finder.get_code, finder.get_source, finder.get_filename, finder.is_package):
            self.assertRaises(ImportError, method, "other")
            self.assertRaises(TypeError, method, None)

    def test_no_zip_file(self):
        self.assertRaises(FileNotFoundError, OxidizedZipFinder.from_path, "missing.zip")
        self.assertRaises(ValueError, OxidizedZipFinder.from_path, "files/single.py")
        self.assertRaises(TypeError, OxidizedZipFinder.from_zip_data, "text")
        data = pathlib.Path("files.zip").read_bytes()
        self.assertTrue(OxidizedZipFinder.from_zip_data(memoryview(b"#!/bin/sh\n" + data)).is_package("tree"))
        for length in range(0, len(data), 97):
            self.assertRaises(ValueError, OxidizedZipFinder.from_zip_data, data[:length])

    def test_damage(self):
        data = bytearray(pathlib.Path("files.zip").read_bytes())
        for position in range(0, len(data), 7):
            data[position] ^= 0xff
            try:
                finder = OxidizedZipFinder.from_zip_data(data)
                for name in ("tree", "tree.leaf", "single", "latin"):
                    if finder.find_spec(name):
                        finder.get_code(name)
            except (ValueError, ImportError, SyntaxError):
                pass
            data[position] ^= 0xff


if __name__ == "__main__":
    unittest.main()
