"""A copy of an installed Python in which OxidizedFinder comes first, also in the processes that tests start."""

import os
import pathlib
import shutil

# In the directory of installed packages: what `site` runs, and what that imports.
HOOK = """
import sys

import oxidized_importer

finder = oxidized_importer.OxidizedFinder(resources_file={resources!r})
sys.meta_path.insert(0, finder)
sys.path_hooks.insert(0, finder.path_hook)
del finder
"""

# Goes before `ids.py`, which is started without `site`: whatever is imported after it comes from the finder.
PRELUDE = """
import sys
sys.path.insert(0, {packages!r})
import oxidized_first
del sys.path[0]
"""


class Copy:
    """The executable, the library and the headers of a Python at another place."""

    def __init__(self, python, directory):
        self.python = python
        self.prefix = directory / "python"
        # One copy, whichever of its names the Python was called by.
        self.executable = self._place(pathlib.Path(python.executable).with_name("python3"))
        self.packages = self._place(python.packages)

    def _place(self, path):
        return self.prefix / pathlib.Path(path).relative_to(self.python.prefix)

    def make(self, extension, resources):
        """Makes it, with the module in the directory `extension` and the packed resources in a file."""
        python = self.python
        if not self.executable.exists():
            self.executable.parent.mkdir(parents=True)
            leave_out = shutil.ignore_patterns("site-packages", "dist-packages", "*.a")
            for tree in (python.library, python.headers):
                shutil.copytree(tree, self._place(tree), symlinks=True, ignore=leave_out, dirs_exist_ok=True)
            self.packages.mkdir(parents=True, exist_ok=True)
            (self.packages / "oxidized_first.py").write_text(HOOK.format(resources=str(resources)))
            (self.packages / "oxidized_first.pth").write_text("import oxidized_first\n")
            shutil.copy(os.path.realpath(python.executable), self.executable)
        shutil.copy(extension / "oxidized_importer.so", self.packages)

    def prelude(self):
        return PRELUDE.format(packages=str(self.packages))
