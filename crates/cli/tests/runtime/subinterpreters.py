# Sub-interpreters, and ending when sys was tampered with.
#$ for how in run raise leave; do echo "== $how"; $APP $how; echo $?; done
#$ for how in clear_sys delete_capsule clear_modules replace_sys gc_freeze del_all atexit_delete keep_sys; do echo "== $how"; $APP $how; echo $?; done
#$ $APP keep_sys > /dev/full; echo $?
import atexit
import sys

how = sys.argv[1]
names = [name for name in ("_interpreters", "_xxsubinterpreters") if name in sys.builtin_module_names or __import__("importlib.util").util.find_spec(name)]
interpreters = __import__(names[0])


class Noisy:
    def __del__(self):
        print("deleted")


keep = Noisy()
sys.stdout.write("start ")
if how in ("run", "raise", "leave"):
    interpreter = interpreters.create()
    code = "import sys, json; sys.stdout.write('inside ' + json.dumps([1]) + ' '); sys.stdout.flush()"
    sys.stdout.flush()
    try:
        interpreters.run_string(interpreter, code)
        if how == "raise":
            result = interpreters.run_string(interpreter, "1 / 0")
            print(result is None)
    except Exception as error:
        print(type(error).__name__)
    if how != "leave":
        interpreters.destroy(interpreter)
        print("destroyed")
        sys.exit(4)
elif how == "clear_sys":
    atexit.register(sys.exit, 0)
    for name in list(vars(sys)):
        if name.startswith("_exit"):
            delattr(sys, name)
    sys.exit(5)
elif how == "delete_capsule":
    def delete():
        vars(sys).pop("_exit_capsule", None)
        print("popped")
    atexit.register(delete)
    sys.exit(6)
elif how == "atexit_delete":
    class Late:
        def __del__(self):
            getattr(sys, "__dict__", {}).pop("_exit_capsule", None)
            print("late")
    late = Late()
    sys.exit(7)
elif how == "clear_modules":
    modules = sys.modules
    atexit.register(lambda: [modules.pop(n) for n in list(modules) if n.startswith("demo") or n == "json"])
    sys.exit(8)
elif how == "replace_sys":
    import types
    sys.modules["sys"] = types.ModuleType("sys")
    raise SystemExit(9)
elif how == "gc_freeze":
    import gc
    gc.freeze()
    sys.exit(10)
elif how == "del_all":
    for name in list(globals()):
        if name not in ("sys", "name"):
            del globals()[name]
    sys.exit(11)
elif how == "keep_sys":
    import builtins
    builtins.kept = [vars(sys), Noisy()]
    vars(sys)["loop"] = vars(sys)
    sys.exit(12)
