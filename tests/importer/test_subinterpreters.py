"""Sub-interpreters: each that can import the module has finders of its own; none ends the process."""

import os
import sys
import unittest

try:
    import _interpreters as interpreters
except ImportError:
    try:
        import _xxsubinterpreters as interpreters
    except ImportError:
        interpreters = None

import oxidized_importer

CODE = """
import sys
sys.path[:0] = %r
try:
    import oxidized_importer
except ImportError as error:
    assert "subinterpreter" in str(error), error
else:
    import fixtures
    finder = fixtures.installed(*fixtures.tree_resources())
    import tree.branch.twig
    assert tree.branch.twig.__spec__.loader is finder
    assert tree.branch.twig.VALUE == "twig"
"""


@unittest.skipIf(interpreters is None, "this Python has no module for sub-interpreters")
class SubInterpreters(unittest.TestCase):
    def run_in(self, interpreter):
        paths = [os.path.dirname(oxidized_importer.__file__), os.path.dirname(__file__)]
        failure = interpreters.run_string(interpreter, CODE % (paths,))
        self.assertIsNone(failure)

    def test_one_after_another(self):
        for _ in range(20):
            interpreter = interpreters.create()
            self.run_in(interpreter)
            interpreters.destroy(interpreter)

    def test_several_at_once(self):
        created = [interpreters.create() for _ in range(5)]
        for interpreter in created:
            self.run_in(interpreter)
        for interpreter in created:
            interpreters.destroy(interpreter)


if __name__ == "__main__":
    unittest.main()
