import sys

print("main of demo", __name__, repr(__package__), __spec__.name, type(__spec__).__name__, sys.argv[1:])
# Without a mention of the file of a module the package stays in memory.
own = globals()
print(own["__fi" + "le__"], (own.get("__cached__") or "").split("/")[-1], own["__loader__"] is not None)
if "fail" in sys.argv:
    from demo.deep import outer
    outer(0)
