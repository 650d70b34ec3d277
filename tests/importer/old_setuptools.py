"""pkg_resources of setuptools before version 82, itself imported from memory: `python old_setuptools.py DIRECTORY`."""

import os
import sys
import unittest

import oxidized_importer
from oxidized_importer import OxidizedResourceCollector, find_resources_in_path

import fixtures


def packed(directory):
    """A finder with everything in a directory, and the tree of the fixtures, in memory."""
    collector = OxidizedResourceCollector(allowed_locations=["in-memory"])
    # pkg_resources puts the second one on sys.path.
    for path in directory, os.path.join(directory, "setuptools", "_vendor"):
        for resource in find_resources_in_path(path):
            collector.add_in_memory(resource)
    resources, _ = collector.oxidize()
    older = fixtures.resource("older", in_memory_distribution_resources={
        "PKG-INFO": fixtures.TREE["older-0.1.egg-info/PKG-INFO"].encode(),
        "scripts/run.txt": b"words"})
    return fixtures.finder(*resources, *fixtures.tree_resources(), fixtures.distribution(), older)


class PkgResources(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        fixtures.make_files()
        fixtures.forget("pkg_resources", "setuptools")
        finder = packed(DIRECTORY)
        sys.meta_path.insert(0, finder)
        sys.path_hooks.insert(0, finder.path_hook)
        sys.path.insert(0, finder.path_hook_base_str)
        import pkg_resources
        assert pkg_resources.__loader__ is finder
        cls.pkg_resources, cls.finder = pkg_resources, finder
        oxidized_importer.register_pkg_resources()

    def test_resources(self):
        self.assertEqual(self.pkg_resources.resource_string("tree", "text.txt"), b"text of tree\n")
        self.assertEqual(self.pkg_resources.resource_stream("tree.leaf", "data/inner.bin").read(), b"\0\1\2")
        self.assertEqual(self.pkg_resources.resource_listdir("tree", "data"), ["inner.bin"])
        self.assertTrue(self.pkg_resources.resource_isdir("tree", "data"))
        self.assertFalse(self.pkg_resources.resource_exists("tree", "missing"))
        self.assertRaises(FileNotFoundError, self.pkg_resources.resource_string, "tree", "missing")
        self.assertRaises(NotImplementedError, self.pkg_resources.resource_filename, "tree", "text.txt")

    def test_files_have_names(self):
        sys.meta_path.insert(0, fixtures.finder(*fixtures.file_resources()))
        self.addCleanup(fixtures.forget, "tree")
        self.addCleanup(sys.meta_path.pop, 0)
        fixtures.forget("tree")
        with open(self.pkg_resources.resource_filename("tree", "text.txt")) as file:
            self.assertEqual(file.read(), "text of tree\n")

    def test_distributions(self):
        found = self.pkg_resources.get_distribution("Some.Project")
        self.assertEqual([found.project_name, found.version, found.location],
                         ["Some.Project", "1.5", self.finder.path_hook_base_str])
        self.assertEqual([str(requirement) for requirement in found.requires()], ["first>=1"])
        self.assertEqual(found.extras, ["more"])
        self.assertIn("Summary: words", found.get_metadata("METADATA"))
        self.assertEqual(list(found.get_metadata_lines("entry_points.txt"))[0], "[console_scripts]")
        self.assertFalse(found.has_metadata("missing"))
        self.assertEqual(found.metadata_listdir(""), ["METADATA", "entry_points.txt"])
        self.assertTrue(self.pkg_resources.get_distribution("setuptools").version)

    def test_entry_points(self):
        thing = self.pkg_resources.get_entry_info("some.project", "some.group", "thing")
        self.assertEqual(thing.resolve(), "leaf")
        names = [entry.name for entry in self.pkg_resources.iter_entry_points("console_scripts")]
        self.assertIn("run", names)

    def test_egg_info(self):
        found = self.pkg_resources.get_distribution("older")
        self.assertEqual(found.version, "0.1")
        self.assertTrue(found.metadata_isdir("scripts") and not found.metadata_isdir("PKG-INFO"))
        self.assertEqual(found.metadata_listdir("scripts"), ["run.txt"])


if __name__ == "__main__":
    DIRECTORY = sys.argv.pop()
    unittest.main()
