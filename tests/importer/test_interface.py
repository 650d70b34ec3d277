"""Every type, property, method and function of the manual (api.json) is there, and is settable where it says so."""

import json
import pathlib
import sys
import unittest

import oxidized_importer
from oxidized_importer import OxidizedResourceCollector, find_resources_in_path

import fixtures

API = json.loads(pathlib.Path(__file__).with_name("api.json").read_text())

# Methods of the manual that importlib itself has dropped; the version says since when.
DROPPED = {"find_module": (3, 12), "load_module": (3, 15)}

EXAMPLES = {"bool": True, "str": "text", "bytes": b"bytes", "int": 1, "bytes or None": b"bytes", "list[str] or None": ["a"],
            "dict[str, bytes] or None": {"a": b"1"}, "pathlib.Path or None": pathlib.Path("a"),
            "dict[str, pathlib.Path] or None": {"a": pathlib.Path("b")}}


def examples():
    """An instance of each type of the manual."""
    finder = fixtures.finder(*fixtures.tree_resources(), fixtures.distribution())
    found = {type(item).__name__: item for item in find_resources_in_path("files")}
    found["OxidizedFinder"] = finder
    found["OxidizedResource"] = oxidized_importer.OxidizedResource()
    found["OxidizedResourceCollector"] = OxidizedResourceCollector(allowed_locations=["in-memory"])
    found["OxidizedResourceReader"] = finder.get_resource_reader("tree")
    found["OxidizedDistribution"] = list(finder.find_distributions())[0]
    return found


class Interface(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        fixtures.make_files()
        cls.examples = examples()

    def each(self, part):
        """Every property or method with an instance of its type."""
        return [(self.examples[kind["name"]], item) for kind in API["types"] for item in kind[part]]

    def test_names(self):
        for name in API["names"] + API["functions"]:
            self.assertTrue(hasattr(oxidized_importer, name), name)

    def test_types_of_examples(self):
        for kind in API["types"]:
            with self.subTest(kind["name"]):
                self.assertIsInstance(self.examples[kind["name"]], getattr(oxidized_importer, kind["name"]))

    def test_types_without_constructor(self):
        for kind in API["types"]:
            if not kind["constructor"] and kind["name"] != "OxidizedDistribution":
                with self.subTest(kind["name"]), self.assertRaises(TypeError):
                    getattr(oxidized_importer, kind["name"])()

    def test_methods(self):
        for example, method in self.each("methods"):
            if sys.version_info < DROPPED.get(method["name"], (9,)):
                self.assertTrue(callable(getattr(example, method["name"], None)), (type(example), method))

    def test_defaults(self):
        for example, item in self.each("properties"):
            if "default" in item:
                self.assertEqual(getattr(type(example)(), item["name"]), item["default"])

    def test_settable(self):
        for example, item in self.each("properties"):
            if item["settable"]:
                value = EXAMPLES[item["type"]]
                before = getattr(example, item["name"])
                setattr(example, item["name"], value)
                self.assertEqual(getattr(example, item["name"]), value)
                setattr(example, item["name"], before)

    def test_settable_refuses_other_types(self):
        for example, item in self.each("properties"):
            if item["settable"]:
                with self.subTest(type(example).__name__ + "." + item["name"]), self.assertRaises(TypeError):
                    setattr(example, item["name"], object())

    def test_not_deletable(self):
        for example, item in self.each("properties"):
            if item["settable"]:
                with self.subTest(type(example).__name__ + "." + item["name"]), self.assertRaises(AttributeError):
                    delattr(example, item["name"])

    def test_read_only(self):
        for example, item in self.each("properties"):
            if item["settable"] is False:
                with self.subTest(type(example).__name__ + "." + item["name"]), self.assertRaises(AttributeError):
                    setattr(example, item["name"], "text")


if __name__ == "__main__":
    unittest.main()
