"""Distributions through importlib.metadata, from resources of every form."""

import importlib.metadata
import os
import pathlib
import sys
import unittest
from importlib.metadata import DistributionFinder

import oxidized_importer

import fixtures

RECORD = "tree/__init__.py,,\ntree/leaf.py,sha256=abc,70\nsome_project-1.5.dist-info/METADATA,,\n"


def legacy():
    """As version 3 has them: under any spelling of the name, without a metadata directory."""
    return fixtures.distribution("Some_Project", RECORD=RECORD)


def forms():
    """The same distribution in finders that got it in different ways."""
    added = fixtures.finder(legacy(), *fixtures.tree_resources())
    again = oxidized_importer.OxidizedFinder()
    again.index_bytes(added.serialize_indexed_resources(version=3))
    current = oxidized_importer.OxidizedFinder(resources_data=added.serialize_indexed_resources())
    paths = {name: f"files/some_project-1.5.dist-info/{name}" for name in ("METADATA", "entry_points.txt", "RECORD")}
    files = fixtures.finder(fixtures.resource("some-project", relative_path_distribution_resources=paths),
                            *fixtures.file_resources())
    return {"added": added, "version 3": again, "version 4": current, "files": files}


def named(finder, name):
    return list(finder.find_distributions(DistributionFinder.Context(name=name)))


def in_each_form(test):
    """Runs a test with each finder and its distribution."""
    def run(self):
        for form, finder in self.forms.items():
            with self.subTest(form):
                test(self, finder, list(finder.find_distributions())[0])
    return run


class Distributions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        fixtures.make_files()
        cls.forms = forms()

    @in_each_form
    def test_metadata(self, finder, found):
        self.assertIsInstance(found, importlib.metadata.Distribution)
        self.assertEqual(found.version, "1.5")
        self.assertEqual(found.metadata["Name"], "Some.Project")
        self.assertEqual(found.requires, ["first>=1", 'second ; extra == "more"'])
        self.assertEqual({entry.name for entry in found.entry_points}, {"run", "thing"})
        self.assertIsNone(found.read_text("missing"))

    @in_each_form
    def test_names(self, finder, found):
        for name in ("some-project", "Some.Project", "SOME_project", None):
            self.assertEqual(len(named(finder, name)), 1, name)
        self.assertEqual(named(finder, "tree"), [])

    @in_each_form
    def test_paths(self, finder, found):
        for path, count in ((["/elsewhere"], 0), ([], 0), (["/elsewhere", finder.path_hook_base_str], 1)):
            found = finder.find_distributions(DistributionFinder.Context(path=path))
            self.assertEqual(len(list(found)), count, path)
        self.assertRaises(AttributeError, self.forms["added"].find_distributions, "some-project")

    @in_each_form
    def test_files(self, finder, found):
        leaf = [path for path in found.files if path.name == "leaf.py"][0]
        self.assertEqual(leaf.read_text(), fixtures.TREE["tree/leaf.py"])
        self.assertTrue(found.locate_file("tree/leaf.py").exists())
        below_root = found.locate_file("") / "tree/leaf.py"
        self.assertEqual(below_root.is_file(), finder is not self.forms["files"])
        self.assertFalse(found.locate_file("tree/missing.py").exists())
        self.assertIsInstance(found.locate_file("tree/leaf.py"), pathlib.Path)
        if finder is self.forms["files"]:
            self.assertEqual(found.locate_file("tree/leaf.py"), pathlib.Path("files/tree/leaf.py").absolute())

    @in_each_form
    def test_metadata_directory(self, finder, found):
        self.assertEqual(found._path.suffix, ".dist-info")
        file = found.locate_file(f"{found._path.name}/METADATA")
        self.assertEqual(file.read_text(), fixtures.METADATA)

    def test_two_finders_do_not_mix(self):
        first, second = (fixtures.finder(fixtures.distribution(METADATA=f"Name: some-project\nVersion: {version}\n"))
                         for version in (1, 2))
        files = [list(finder.find_distributions())[0].locate_file("some-project-1.dist-info/METADATA")
                 for finder in (first, second)]
        self.assertEqual([file.exists() for file in files], [True, False])

    @in_each_form
    def test_importlib_metadata(self, finder, found):
        sys.meta_path.insert(0, finder)
        self.addCleanup(sys.meta_path.remove, finder)
        self.assertEqual(importlib.metadata.version("some.project"), "1.5")
        self.assertEqual(oxidized_importer.OxidizedDistribution.from_name("Some_Project").version, "1.5")
        self.assertIn("run", {entry.name for entry in importlib.metadata.distribution("some_project").entry_points})

    def test_one_distribution_each_for_several_finders(self):
        finders = [self.forms["added"], fixtures.finder(fixtures.distribution("other", METADATA="Name: other\nVersion: 2\n"))]
        sys.meta_path[:0] = finders
        self.addCleanup(lambda: [sys.meta_path.remove(finder) for finder in finders])
        names = [found.metadata["Name"] for found in importlib.metadata.distributions()]
        self.assertEqual([names.count("Some.Project"), names.count("other")], [1, 1])

    def test_packed_files_are_read_only(self):
        found = list(self.forms["added"].find_distributions())[0].locate_file("tree/leaf.py")
        self.assertRaises(OSError, found.open, "w")
        self.assertFalse(os.path.exists(found))


if __name__ == "__main__":
    unittest.main()
