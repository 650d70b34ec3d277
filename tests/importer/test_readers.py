"""Resource readers and importlib.resources: data in memory, in files, and in both."""

import importlib
import importlib.resources
import pathlib
import sys
import unittest

import fixtures


def mixed():
    """A package with one resource in memory, one in a file, and one in a directory of each."""
    return fixtures.package(
        "mixed", in_memory_package_resources={"memory.txt": b"memory", "data/one.txt": b"one"},
        relative_path_package_resources={"file.txt": "files/tree/text.txt", "data/two.bin": "files/tree/data/inner.bin"})


class Readers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        fixtures.make_files()
        cls.finder = fixtures.installed(*fixtures.tree_resources(), mixed(), fixtures.resource(
            "spacious", is_namespace_package=True, in_memory_package_resources={"note.txt": b"note"}))
        cls.addClassCleanup(sys.meta_path.remove, cls.finder)

    def reader(self, package="mixed"):
        return self.finder.get_resource_reader(package)

    def test_contents(self):
        self.assertEqual(self.reader().contents(), ["__init__.py", "data", "file.txt", "memory.txt"])
        self.assertEqual(self.reader("tree").contents(), ["__init__.py", "branch", "data", "leaf.py", "text.txt"])

    def test_old_methods(self):
        self.assertEqual(self.reader().open_resource("memory.txt").read(), b"memory")
        self.assertEqual(self.reader().open_resource("file.txt").read(), b"text of tree\n")
        self.assertTrue(self.reader().is_resource("data/one.txt"))
        self.assertFalse(self.reader().is_resource("data"))
        for name in ("missing", "data", "..", "/file.txt", ""):
            with self.subTest(name):
                self.assertFalse(self.reader().is_resource(name))
                for method in (self.reader().open_resource, self.reader().resource_path):
                    self.assertRaises(FileNotFoundError, method, name)

    def test_paths_of_files(self):
        path = self.reader().resource_path("data/two.bin")
        self.assertTrue(path.endswith("inner.bin") and pathlib.Path(path).is_absolute(), path)
        self.assertEqual(pathlib.Path(path).read_bytes(), b"\0\1\2")
        self.assertRaises(FileNotFoundError, self.reader().resource_path, "memory.txt")

    def test_names_are_text(self):
        for name in (None, 1, b"memory.txt"):
            for method in (self.reader().open_resource, self.reader().resource_path, self.reader().is_resource):
                self.assertRaises(TypeError, method, name)

    def test_traversable(self):
        root = self.reader().files()
        data = root / "data"
        self.assertTrue(data.is_dir() and not data.is_file() and not (root / "missing").exists())
        self.assertEqual([item.name for item in data.iterdir()], ["one.txt", "two.bin"])
        self.assertEqual((data / "one.txt").read_text(), "one")
        self.assertEqual((data / "two.bin").read_bytes(), b"\0\1\2")
        self.assertEqual(root.joinpath("data", "one.txt").open("rb").read(), b"one")
        self.assertRaises(FileNotFoundError, root.joinpath, "..", "secret")
        self.assertRaises(OSError, (data / "one.txt").open, "w")

    def test_files_on_disk_are_used_where_they_are(self):
        file = self.finder.get_resource_reader("tree").files() / "text.txt"
        self.assertNotIsInstance(file, pathlib.Path)
        on_disk = fixtures.finder(*fixtures.file_resources()).get_resource_reader("tree").files() / "text.txt"
        self.assertEqual(on_disk, pathlib.Path("files/tree/text.txt").absolute())

    @unittest.skipIf(sys.version_info < (3, 10), "importlib.resources.files() of 3.9 asks no reader")
    def test_importlib_resources(self):
        files = importlib.resources.files("mixed")
        with importlib.resources.as_file(files / "memory.txt") as path:
            self.assertEqual(path.read_bytes(), b"memory")
        self.assertEqual((importlib.resources.files("spacious") / "note.txt").read_text(), "note")
        self.assertEqual((importlib.resources.files("tree.data") / "inner.bin").read_bytes(), b"\0\1\2")

    @unittest.skipIf(sys.version_info < (3, 12), "files() takes modules since 3.12")
    def test_files_of_a_module(self):
        self.assertEqual((importlib.resources.files("tree.leaf") / "text.txt").read_text(), "text of tree\n")

    def test_modules_have_no_reader_of_their_own(self):
        if sys.version_info < (3, 12):
            self.assertIsNone(self.reader("tree.leaf"))
        self.assertIsNone(self.reader("missing"))

    def test_the_innermost_package_decides(self):
        finder = fixtures.finder(
            fixtures.package("p", in_memory_package_resources={"q/a.txt": b"p's", "d/a.txt": b"d's"}),
            fixtures.package("p.q", in_memory_package_resources={"b.txt": b"q's"}))
        base = finder.path_hook_base_str
        self.assertEqual(finder.get_data(base + "/p/d/a.txt"), b"d's")
        self.assertEqual(finder.get_data(base + "/p//q/b.txt"), b"q's")
        with self.assertRaises(FileNotFoundError) as caught:
            finder.get_data(base + "/p/q/a.txt")
        self.assertEqual(caught.exception.filename, base + "/p/q/a.txt")


if __name__ == "__main__":
    unittest.main()
