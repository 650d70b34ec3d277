# packed only: a path inside the program is no file, and says so.
#$ $APP
import os
import sys

if getattr(sys, "oxidized", False):
    for path in __file__, os.__file__:
        try:
            open(path)
        except NotADirectoryError as error:
            assert path in str(error), error
        else:
            raise AssertionError("opened")
    assert not os.path.exists(__file__) and os.path.isfile(sys.executable)
print("ok")
