# Unhandled exceptions print the same text as under python without site, of which Python 3.15 speaks if a module is missing.
# python: -S
#$ for how in nested cause handling imported import_missing import_name import_sub syntax name name_local attribute recursion latin unicode lambda_ comprehension class_ generator decorator exec_ eval_ compile_ assertion os_error key custom multi_line notes circular stdlib json_ thread suppressed cause_none group star nested_group long args unpack decode module_attr call method_call real_file c_frame caret_wide; do echo "== $how"; $APP $how; echo "$?"; done
#$ LC_ALL=C $APP unicode
#$ LC_ALL=C $APP latin
#$ LC_ALL=C.UTF-8 $APP caret_wide
#$ $APP hooks
#$ $APP tracebacklimit
#$ $APP module
#$ $APP logging
#$ { $APP faulthandler 3>&2 2>&4; } 4>&2 2>/dev/null; echo $?
import sys

import demo.deep
import demo.latin

how = sys.argv[1]


class Custom(Exception):
    def __str__(self):
        return "two\nlines"


def decorated(function):
    def wrapper(*args):
        return function(*args)
    return wrapper


@decorated
def decorated_fail():
    return (1 +
            2 +
            demo.deep.outer(
                0))


def generator():
    yield 1
    yield demo.deep.outer(0)


def run(how):
    global demo
    if how == "nested":
        demo.deep.outer(0)
    elif how == "cause":
        demo.deep.chain(True)
    elif how == "handling":
        demo.deep.chain(False)
    elif how == "imported":
        import demo.raises
    elif how == "import_missing":
        import demo_missing.thing
    elif how == "import_name":
        from demo.deep import absent
    elif how == "import_sub":
        import demo.absent
    elif how == "syntax":
        import demo.broken
    elif how == "name":
        demo.deep.misspelt(1)
    elif how == "name_local":
        generater
    elif how == "attribute":
        demo.deep.Shape().areas
    elif how == "recursion":
        sys.setrecursionlimit(120)
        demo.deep.recurse(0)
    elif how == "latin":
        demo.latin.fail()
    elif how == "unicode":
        demo.deep.latin()
    elif how == "lambda_":
        (lambda x: x / 0)(1)
    elif how == "comprehension":
        [demo.deep.inner(i) for i in range(3)]
    elif how == "class_":
        class Body:
            value = demo.deep.outer(0)
    elif how == "generator":
        list(generator())
    elif how == "decorator":
        decorated_fail()
    elif how == "exec_":
        exec("x = 1\n1 / 0\n")
    elif how == "eval_":
        eval("1 +")
    elif how == "compile_":
        compile("a = (1,\nb = 2\n", "made_up.py", "exec")
    elif how == "assertion":
        assert 1 == 2, "one is not two"
    elif how == "os_error":
        open("/nonexistent/file")
    elif how == "key":
        {"a": 1}["b"]
    elif how == "custom":
        raise Custom()
    elif how == "multi_line":
        demo.deep.Shape().area(
            1,
            None,
        )
    elif how == "notes":
        error = ValueError("with notes")
        if sys.version_info >= (3, 11):
            error.add_note("a note\nof two lines")
        raise error
    elif how == "circular":
        import demo.circular
    elif how == "stdlib":
        import configparser
        configparser.ConfigParser().read_string("nonsense")
    elif how == "json_":
        import json
        json.loads("{")
    elif how == "thread":
        import threading
        thread = threading.Thread(target=demo.deep.chain, args=(True,), name="worker")
        thread.start()
        thread.join()
    elif how == "suppressed":
        try:
            demo.deep.inner(0)
        except ZeroDivisionError:
            raise ValueError("alone") from None
    elif how == "cause_none":
        raise ValueError("with cause") from demo.deep.Shape and KeyError("k")
    elif how == "group" and sys.version_info >= (3, 11):
        errors = []
        for call in (lambda: demo.deep.outer(0), lambda: demo.deep.chain(True)):
            try:
                call()
            except Exception as error:
                errors.append(error)
        raise ExceptionGroup("several", errors)
    elif how == "star" and sys.version_info >= (3, 11):
        exec("try:\n    raise ExceptionGroup('g', [ValueError(1), TypeError(2)])\nexcept* ValueError:\n    pass\n")
    elif how == "nested_group" and sys.version_info >= (3, 11):
        raise ExceptionGroup("outer", [ExceptionGroup("inner", [ValueError(1)]), OSError(2, "x")])
    elif how == "long":
        raise ValueError("x" * 2000)
    elif how == "args":
        raise ValueError(1, "two", None)
    elif how == "unpack":
        a, b = (1, 2, 3)
    elif how == "decode":
        b"\xff".decode()
    elif how == "module_attr":
        demo.deep.outher
    elif how == "call":
        demo.deep.outer()
    elif how == "method_call":
        demo.deep.Shape.area(demo.deep.Shape(), *[None, demo.deep.inner("x")]) if False else "a" + demo.deep.inner
    elif how == "real_file":
        import os
        os.makedirs("ondisk", exist_ok=True)
        with open("ondisk/ondisk_demo.py", "w") as file:
            file.write("# comment\nimport demo.deep\ndef f():\n    demo.deep.outer(0)\n")
        sys.path.insert(0, os.path.abspath("ondisk"))
        import ondisk_demo
        ondisk_demo.f()
    elif how == "c_frame":
        sorted([3, 1], key=demo.deep.outer) if False else sorted([0, 0], key=demo.deep.outer)
    elif how == "caret_wide":
        "漢字" + demo.deep.inner(0) + "ünï"


if how == "hooks":
    try:
        demo.deep.chain(True)
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
        import io, traceback
        text = io.StringIO()
        traceback.print_exc(file=text)
        print(text.getvalue())
        print(traceback.format_exception_only(ValueError, error), traceback.extract_tb(error.__traceback__)[-1].line)
        print(traceback.format_stack()[-1])
        traceback.print_stack(file=sys.stdout)
        sys.stderr = io.StringIO()
        sys.excepthook(ValueError, error, error.__traceback__)
        print(sys.stderr.getvalue())
        sys.stderr = sys.__stderr__
elif how == "tracebacklimit":
    sys.tracebacklimit = 1
    demo.deep.chain(True)
elif how == "module":
    import traceback
    for name in "demo.broken", "demo.raises", "demo.absent", "absent", "demo.deep.absent":
        try:
            __import__(name)
        except Exception:
            traceback.print_exc()
elif how == "logging":
    import logging
    logging.basicConfig(format="%(levelname)s %(name)s %(filename)s %(module)s %(funcName)s %(lineno)d %(pathname)s %(message)s")
    try:
        demo.deep.outer(0)
    except ZeroDivisionError:
        logging.exception("it failed")
        logging.getLogger("demo").warning("with stack", stack_info=True)
    import logging.config
    logging.config.dictConfig({"version": 1, "disable_existing_loggers": False,
                               "handlers": {"h": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout"}},
                               "root": {"handlers": ["h"], "level": "INFO"}})
    logging.info("configured %s", 1)
    logging.info("bad %d", "x")
elif how == "faulthandler":
    import faulthandler
    faulthandler.dump_traceback(all_threads=False)
    # Addresses and functions of C are those of another program.
    faulthandler.enable(**{"c_stack": False} if sys.version_info >= (3, 14) else {})
    import os, signal
    os.kill(os.getpid(), signal.SIGSEGV)
else:
    run(how)
