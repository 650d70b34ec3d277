import os
import sys

from . import __name__ as package, __path__ as path
from .deep.work import answer

print(__name__, __package__, __spec__.name, package, os.path.basename(path[0]))
print(os.path.basename(sys.argv[0]), sys.argv[1:], answer())
sys.exit(3)
