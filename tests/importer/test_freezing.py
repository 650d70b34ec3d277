"""Freezing as the manual of PyOxidizer 0.9.0 shows it (chapter 6.8), and the example of this repository."""

import os
import pathlib
import subprocess
import sys
import unittest

import fixtures

# Chapter 6.8.2 with the paths of this test for sys.path.
BUILD = """
import os
import stat

import oxidized_importer

collector = oxidized_importer.OxidizedResourceCollector(allowed_locations=["in-memory"])
for path in ["files"]:
    if os.path.isdir(path):
        for resource in oxidized_importer.find_resources_in_path(path):
            collector.add_in_memory(resource)
resources, file_installs = collector.oxidize()
finder = oxidized_importer.OxidizedFinder()
finder.add_resources(resources)
packed_data = finder.serialize_indexed_resources()
with open("oxidized_resources", "wb") as fh:
    fh.write(packed_data)
for (path, data, executable) in file_installs:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as fh:
        fh.write(data)
    if executable:
        path.chmod(path.stat().st_mode | stat.S_IEXEC)
"""

# Chapter 6.8.3. The manual makes a second finder from an argument `resources`, which it does not define.
LOAD = """
import sys

import oxidized_importer

finder = oxidized_importer.OxidizedFinder(resources_file="oxidized_resources", relative_path_origin=".")
sys.meta_path.insert(0, finder)
"""

USE = """
import importlib.resources
import tree.leaf
from tree.branch import twig
print(tree.leaf.main(), twig.VALUE, (importlib.resources.files("tree") / "text.txt").read_text().strip())
assert tree.__loader__ is finder
"""


class Freezing(unittest.TestCase):
    def setUp(self):
        fixtures.make_files()
        for name in ("native", "tree/inside"):
            pathlib.Path("files", name + fixtures.SUFFIX).unlink()
        self.module = os.path.dirname(sys.modules["oxidized_importer"].__file__)

    def python(self, code, *arguments):
        start = "import sys; sys.path.insert(0, sys.argv.pop(1))\n"
        return subprocess.run([sys.executable, "-I", "-c", start + code, self.module, *arguments], check=True,
                              stdout=subprocess.PIPE).stdout.decode().split()

    def test_example_of_the_manual(self):
        self.python(BUILD)
        self.assertEqual(self.python(LOAD + USE), ["tree.leaf", "twig", "text", "of", "tree"])

    def test_example_of_the_repository(self):
        example = pathlib.Path(__file__).parents[2] / "examples/freeze_with_importer.py"
        run = "import runpy; sys.argv.pop(0); runpy.run_path(sys.argv[0], run_name='__main__')"
        pathlib.Path("files/app.py").write_text("import tree.leaf\nprint(tree.leaf.main(), __name__)\n")
        self.python(run, str(example), "build", "files", "frozen")
        os.rename("files", "moved")
        self.assertEqual(self.python(run, str(example), "run", "frozen", "app"), ["tree.leaf", "__main__"])


if __name__ == "__main__":
    unittest.main()
