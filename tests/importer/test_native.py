"""The interpreter's own extension modules, from memory, while their files cannot be found."""

import os
import pathlib
import subprocess
import sys
import unittest

import oxidized_importer
from oxidized_importer import OxidizedFinder, OxidizedResourceCollector, PythonExtensionModule, find_resources_in_path

USE = """
import importlib, sys
sys.path.insert(0, sys.argv[1])
from oxidized_importer import OxidizedFinder
sys.path[:] = [path for path in sys.path[1:] if not path.endswith("lib-dynload")]
finder = OxidizedFinder(resources_file="native")
sys.meta_path.insert(0, finder)
before = set(sys.modules)
served = []
for name in sys.argv[2:]:
    module = importlib.import_module(name)
    assert module.__file__.startswith(finder.path_hook_base_str + "/" + name + "."), module.__file__
    if name not in before:
        assert module.__loader__ is finder, name
        served.append(name)
maps = open("/proc/self/maps").read()
assert maps.count("memfd:") >= len(served), maps
import json, math, sqlite3, zlib
assert json.loads("[1]") == [1] and math.sqrt(4) == 2 and zlib.decompress(zlib.compress(b"a")) == b"a"
assert sqlite3.connect(":memory:").execute("select 1 + 1").fetchall() == [(2,)]
print(len(served))
"""


class Native(unittest.TestCase):
    def test_extension_modules_from_memory(self):
        collector = OxidizedResourceCollector(allowed_locations=["in-memory"])
        names = []
        for resource in find_resources_in_path(pathlib.Path(os.__file__).parent / "lib-dynload"):
            # What needs a display, or is there for tests only.
            if isinstance(resource, PythonExtensionModule) and not resource.name.startswith(("_tkinter", "_test", "_xx", "xx")):
                collector.add_in_memory(resource)
                names.append(resource.name)
        finder = OxidizedFinder()
        finder.add_resources(collector.oxidize()[0])
        pathlib.Path("native").write_bytes(finder.serialize_indexed_resources())
        directory = os.path.dirname(oxidized_importer.__file__)
        ended = subprocess.run([sys.executable, "-I", "-S", "-W", "ignore", "-c", USE, directory, *names],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(ended.returncode, 0, ended.stderr.decode())
        self.assertGreater(int(ended.stdout), 10)


if __name__ == "__main__":
    unittest.main()
