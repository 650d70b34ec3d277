# Loads each N.code of a directory and compares it with what N.py compiles to here.
import marshal
import os
import sys
import types

ATTRIBUTES = """co_argcount co_posonlyargcount co_kwonlyargcount co_nlocals co_stacksize co_flags co_code co_names
co_varnames co_freevars co_cellvars co_filename co_name co_qualname co_firstlineno co_linetable co_lnotab
co_exceptiontable co_consts""".split()


def check(a, b, where):
    assert type(a) is type(b), (where, a, b)
    if isinstance(a, types.CodeType):
        for name in ATTRIBUTES:
            if hasattr(a, name):
                check(getattr(a, name), getattr(b, name), where + "." + name)
        # Code with a NaN is not even equal to its own copy.
        assert a == b or a != marshal.loads(marshal.dumps(a)), where
    elif isinstance(a, tuple):
        assert len(a) == len(b), where
        for x, y in zip(a, b):
            check(x, y, where)
    elif isinstance(a, frozenset):
        assert {(type(x), x) for x in a} == {(type(x), x) for x in b}, where
    else:
        assert repr(a) == repr(b), (where, a, b)


def read(name):
    with open(os.path.join(sys.argv[1], name), "rb") as f:
        return f.read()


count = plain = ours = 0
for name in os.listdir(sys.argv[1]):
    stem, ending = name.split(".")
    if ending != "name":
        continue
    text = read(name).decode()
    data = read(stem + ".code")
    code = compile(read(stem + ".py"), text[1:], "exec", dont_inherit=True, optimize=int(text[0]))
    check(code, marshal.loads(data), text[1:])
    count, plain, ours = count + 1, plain + len(marshal.dumps(code)), ours + len(data)
print("%d modules are the same, in %.3f of the size" % (count, ours / plain))
