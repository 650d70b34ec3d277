# pdb in modules in memory.
#$ printf '%s\n' 'list' 'where' 'b demo.deep:18' 'b demo.deep.inner' 'c' 'list 1,12' 'where' 'p value' 'source Shape' 'longlist' 'up' 'list' 'args' 'return' 'c' 'c' 'q' | $APP
#$ printf '%s\n' 'where' 'list' 'up' 'p locals().keys()' 'q' | $APP post
#$ printf '%s\n' 'n' 's' 's' 'n' 'tbreak demo.deep:20' 'c' 'clear' 'y' 'c' | $APP
#$ printf '%s\n' 'b nowhere:3' 'b 1' 'b 24' 'c' 'unt' 'j 23' 'interact' 'print(1)' | $APP
import pdb
import sys

import demo.deep


class Terse(pdb.Pdb):
    pass


def main():
    x = 1
    pdb.set_trace()
    y = demo.deep.outer(0) if len(sys.argv) > 5 else x
    try:
        demo.deep.outer(0)
    except ZeroDivisionError:
        print("divided")
    return y


if "post" in sys.argv:
    try:
        demo.deep.chain(True)
    except ValueError as error:
        pdb.post_mortem(error.__traceback__)
else:
    main()
