# runpy on modules in memory.
#$ $APP 2>&1
import runpy
import sys

print(sorted(k for k in runpy.run_module("demo.sub.leaf") if not k.startswith("__")))
result = runpy.run_module("demo.__main__", run_name="named", alter_sys=True)
print(result["__name__"], result["__package__"], result["__file__"], result["__spec__"].name)
sys.argv[1:] = ["again"]
result = runpy.run_module("demo", run_name="__main__", alter_sys=True)
print(result["__name__"], sys.argv[0].split("/")[-1] != "")
for name in "absent", "demo.absent", "demo.sub", "nsdemo", "demo.broken", "sys":
    try:
        runpy.run_module(name)
    except (ImportError, SyntaxError) as error:
        print(type(error).__name__, error)
for path in "/nonexistent.py",:
    try:
        runpy.run_path(path)
    except OSError as error:
        print(type(error).__name__, error)
