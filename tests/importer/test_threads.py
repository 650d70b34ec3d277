"""Threads that import while another adds resources."""

import importlib
import threading
import unittest

from fixtures import forget, installed, module, package

MODULES = 200


class Threads(unittest.TestCase):
    def setUp(self):
        names = ["p.m%d" % number for number in range(MODULES)]
        self.finder = installed(package("p"), *[module(name) for name in names])
        self.names = names
        self.failures = []

    def tearDown(self):
        import sys
        sys.meta_path.remove(self.finder)
        forget("p", "late")

    def run_all(self, *functions):
        def guarded(function):
            try:
                function()
            except BaseException as error:
                self.failures.append(error)
        threads = [threading.Thread(target=guarded, args=[function]) for function in functions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.failures, [])

    def import_all(self):
        for name in self.names:
            self.assertEqual(importlib.import_module(name).VALUE, name)

    def add(self):
        for number in range(MODULES):
            self.finder.add_resource(module("late%d" % number))
            self.assertEqual(self.finder.find_spec("late%d" % number, None).name, "late%d" % number)

    def list_all(self):
        for _ in range(20):
            names = {resource.name for resource in self.finder.indexed_resources()}
            self.assertLessEqual(set(self.names), names)
            self.assertLessEqual(len(names), 2 * MODULES + 1)

    def test_eight_import_while_another_adds(self):
        self.run_all(*[self.import_all] * 8, self.add, self.list_all)
        self.assertEqual(len(self.finder.indexed_resources()), 2 * MODULES + 1)


if __name__ == "__main__":
    unittest.main()
