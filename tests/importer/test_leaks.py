"""What is done many times leaves neither memory nor references behind."""

import gc
import importlib
import os
import sys
import unittest

import oxidized_importer

import fixtures

# 250 makes it a million.
REPETITIONS = 4000 * int(os.environ.get("PYOX_TEST_SCALE", "1"))

# Noise of the allocator; a leak of 16 bytes in each of a million repetitions is more.
ALLOWED_KIB = 4096


def resident_kib():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


class Leaks(unittest.TestCase):
    def setUp(self):
        self.finder = fixtures.installed(*fixtures.tree_resources(), fixtures.distribution())

    def tearDown(self):
        sys.meta_path.remove(self.finder)
        fixtures.forget("tree", "single", "latin")

    def repeat(self, action):
        for _ in range(REPETITIONS // 4):
            action()
        gc.collect()
        watched = [self.finder, None, oxidized_importer.OxidizedFinder, oxidized_importer.OxidizedResource, str, bytes, dict, list]
        references, blocks, before = list(map(sys.getrefcount, watched)), sys.getallocatedblocks(), resident_kib()
        for _ in range(REPETITIONS):
            action()
        gc.collect()
        after = list(map(sys.getrefcount, watched))
        self.assertLess(sys.getallocatedblocks() - blocks, REPETITIONS // 2, "memory blocks")
        self.assertLess(resident_kib() - before, ALLOWED_KIB, "resident KiB")
        for item, count, later in zip(watched, references, after):
            self.assertLess(abs(later - count), REPETITIONS // 2, item)

    def test_import(self):
        def action():
            sys.modules.pop("single", None)
            importlib.import_module("single")
        self.repeat(action)

    def test_reload(self):
        single = importlib.import_module("single")
        self.repeat(lambda: importlib.reload(single))

    def test_failing_import(self):
        def action():
            with self.assertRaises(ImportError):
                importlib.import_module("tree.missing")
        self.repeat(action)

    def test_find_spec(self):
        self.repeat(lambda: (self.finder.find_spec("tree.leaf", None), self.finder.find_spec("missing", None)))

    def test_reader(self):
        self.repeat(lambda: self.finder.get_resource_reader("tree").open_resource("text.txt").read())

    def test_source_and_code(self):
        self.repeat(lambda: (self.finder.get_source("tree.leaf"), self.finder.get_code("tree.leaf")))

    def test_distributions(self):
        self.repeat(lambda: [found.read_text("METADATA") for found in self.finder.find_distributions()])

    def test_finder(self):
        blob = self.finder.serialize_indexed_resources()
        self.repeat(lambda: oxidized_importer.OxidizedFinder().index_bytes(blob))

    def test_refused_blob(self):
        def action():
            with self.assertRaises(ValueError):
                oxidized_importer.OxidizedFinder().index_bytes(b"no resources at all")
        self.repeat(action)

    def test_serialize(self):
        self.repeat(self.finder.serialize_indexed_resources)

    def test_replace(self):
        item = fixtures.module("replaced", "VALUE = 1\n" * 100)
        self.repeat(lambda: self.finder.add_resource(item))

    def test_properties(self):
        def action():
            item = oxidized_importer.OxidizedResource()
            item.name, item.in_memory_source = "name", b"source" * 100
            item.in_memory_package_resources = {"a": b"1"}
            with self.assertRaises(TypeError):
                item.in_memory_package_resources = {"a": None}
            return item.name, item.in_memory_source, item.in_memory_package_resources, item.in_memory_bytecode
        self.repeat(action)


if __name__ == "__main__":
    unittest.main()
