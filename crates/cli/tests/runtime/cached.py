# A package that is placed in files, beside those in memory.
#$ $APP
#$ $APP
#$ XDG_CACHE_HOME=/proc HOME=/proc PYOXIDIZER_PACKAGE_CACHE=/proc $APP unwritable
import inspect
import multiprocessing
import os
import pkgutil
import sys
import warnings
from importlib import resources

import demo.work

# Where it is not placed in files, the program says so.
warnings.filterwarnings("ignore", "filesdemo needs files, which cannot be placed in /proc", RuntimeWarning)
import filesdemo


def main():
    if "unwritable" in sys.argv:
        print(filesdemo.__name__, resources.files("filesdemo").joinpath("data.txt").read_text())
        return
    print(filesdemo.data(), os.path.isfile(filesdemo.__file__), inspect.getsource(filesdemo.fail))
    print(pkgutil.get_data("filesdemo", "data.txt"), resources.files("filesdemo").joinpath("data.txt").read_text())
    print(os.path.basename(filesdemo.__path__[0]), sorted(name for name in os.listdir(filesdemo.HERE) if name != "__pycache__"))
    try:
        filesdemo.fail()
    except ValueError:
        import traceback
        print(traceback.format_exc().splitlines()[-2:])
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.apply(filesdemo.data), pool.apply(demo.work.square, (3,)))


if __name__ == "__main__":
    main()
