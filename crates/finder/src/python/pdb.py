"""Breakpoints in packed modules."""

import os
import sys


def teach_pdb(pdb, finder):
    """Makes `break FILE:LINE` find the sources inside the program."""
    original = pdb.Pdb.lookupmodule

    def lookupmodule(self, filename):
        found = original(self, filename)
        if found or os.path.isabs(filename):
            return found or readable(filename)
        names = [filename, filename + ".py"]
        if sys.version_info >= (3, 13):
            names.append(filename.replace(".", "/") + ".py")
        paths = (os.path.join(item, name) for item in sys.path for name in names)
        return next(filter(None, map(readable, paths)), None)

    def readable(path):
        try:
            finder.get_data(path)
        except OSError:
            return None
        return path

    pdb.Pdb.lookupmodule = lookupmodule
