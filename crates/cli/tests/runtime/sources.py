# inspect and linecache find sources in memory.
#$ $APP
import inspect
import json
import linecache
import os
import sys
import tokenize

import demo.deep
import demo.latin
import demo.sub.leaf


def local(x):
    """Documented."""
    return x  # comment


class Local:
    def method(self):
        return 1


for thing in (demo.deep.Shape, demo.deep.Shape.area, demo.deep.outer, local, Local, Local.method, demo.latin.fail):
    print(inspect.getsource(thing))
    print(inspect.getsourcelines(thing)[1], inspect.getsourcefile(thing), inspect.getfile(thing), inspect.getmodule(thing))
print(len(inspect.getsource(demo.deep)), len(inspect.getsource(json)), len(inspect.getsource(sys.modules["__main__"])))
print(inspect.getsource(json.JSONDecoder.decode))
print(inspect.getdoc(local), inspect.getcomments(demo.deep.outer), inspect.cleandoc(demo.deep.__doc__))
print(inspect.getsource(os.path.join)[:40], inspect.signature(json.dumps))
print(repr(linecache.getline(demo.deep.__file__, 6)), repr(linecache.getline(demo.deep.__file__, 1000)))
print(repr(linecache.getline(__file__, 1)), repr(linecache.getline(json.__file__, 1)))
print(repr(linecache.getline("demo/deep.py", 1)), repr(linecache.getline("/nonexistent.py", 1)))
print(len(linecache.getlines(demo.latin.__file__)), linecache.getlines(demo.latin.__file__)[2])
linecache.checkcache()
print(repr(linecache.getline(demo.deep.__file__, 6)))
linecache.clearcache()
print(repr(linecache.getline(demo.deep.__file__, 6, vars(demo.deep))), linecache.lazycache(demo.deep.__file__, vars(demo.deep)))
frame = inspect.currentframe()
print(inspect.getframeinfo(frame).code_context, inspect.stack()[0].function)
try:
    demo.deep.outer(0)
except ZeroDivisionError as error:
    print([(f.function, f.code_context) for f in inspect.trace()])
print(inspect.getmodulename(demo.deep.__file__), inspect.getabsfile(demo.deep))
for missing in (sys, len, int):
    try:
        inspect.getsource(missing)
    except (TypeError, OSError) as error:
        print(type(error).__name__, error)
print(demo.deep.__loader__.get_source("demo.deep") == inspect.getsource(demo.deep))
print(demo.__loader__.is_package("demo"), demo.deep.__loader__.is_package("demo.deep"))
print(demo.deep.__loader__.get_code("demo.deep").co_filename)
import ast, dis, symtable, dataclasses, typing, doctest
print(ast.dump(ast.parse(inspect.getsource(demo.deep.outer)))[:60])
print(doctest.testmod(demo.deep), [t.name for t in doctest.DocTestFinder(exclude_empty=False).find(demo.deep)])
import importlib.util, io, pickle
print([pickle.loads(pickle.dumps(function)) is function for function in (open, io.open, io.open_code, linecache.updatecache)])
print(open, io.open, inspect.signature(io.open), io.open_code, inspect.signature(io.open_code))
print(importlib.util.find_spec("surrogate\udcff"))
