"""Damaged blobs raise exceptions or work, but never end the process."""

import os
import random
import subprocess
import sys
import unittest

from fixtures import distribution, finder, tree_resources

SCALE = int(os.environ.get("PYOX_TEST_SCALE", "1"))

# Reads one blob after another, each with its length before it, and uses what can be read of it.
USE = """
import sys
sys.path[:0] = sys.argv[1:3]
from oxidized_importer import OxidizedFinder
def use(data):
    finder = OxidizedFinder()
    finder.index_bytes(data)
    for resource in finder.indexed_resources():
        for name in dir(resource):
            getattr(resource, name)
        finder.find_spec(resource.name, None)
        finder.get_source(resource.name)
        finder.get_resource_reader(resource.name)
    list(finder.iter_modules())
    for found in finder.find_distributions():
        found.read_text("METADATA")
    finder.serialize_indexed_resources()
fine = 0
while True:
    length = int.from_bytes(sys.stdin.buffer.read(4), "little")
    if not length:
        break
    data = sys.stdin.buffer.read(length)
    try:
        use(data)
        fine += 1
    except Exception as error:
        if type(error).__module__ != "builtins":
            raise
print(fine)
"""


class Damage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        made = finder(*tree_resources(), distribution())
        cls.blobs = [made.serialize_indexed_resources(version=version) for version in (3, 4)]
        cls.random = random.Random(4)

    def use(self, blobs):
        """How many of the blobs could be read to the end."""
        paths = [os.path.dirname(sys.modules["oxidized_importer"].__file__), os.path.dirname(__file__)]
        text = b"".join(len(blob).to_bytes(4, "little") + blob for blob in blobs) + bytes(4)
        ended = subprocess.run([sys.executable, "-I", "-c", USE, *paths], input=text, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
        self.assertEqual(ended.returncode, 0, ended.stderr.decode())
        return int(ended.stdout)

    def test_intact(self):
        self.assertEqual(self.use(self.blobs), len(self.blobs))

    def test_truncated(self):
        for blob in self.blobs:
            step = max(1, len(blob) // (300 * SCALE))
            self.use([blob[:length] for length in range(1, len(blob), step)])

    def test_flipped(self):
        blobs = []
        for number in range(1000 * SCALE):
            blob = bytearray(self.blobs[number % 2])
            for _ in range(self.random.randint(1, 4)):
                blob[self.random.randrange(len(blob))] ^= 1 << self.random.randrange(8)
            blobs.append(bytes(blob))
        self.use(blobs)

    def test_header_of_large_numbers(self):
        for blob in self.blobs:
            self.use([blob[:start] + b"\xff" * 8 + blob[start + 8:] for start in range(8, 48)])


if __name__ == "__main__":
    unittest.main()
