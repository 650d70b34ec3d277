# Threads, imports in threads, asyncio, help and odds and ends.
#$ $APP
#$ $APP deadlock
#$ PAGER=cat $APP help < /dev/null
#$ $APP contextvars
import sys
import threading

how = sys.argv[1] if len(sys.argv) > 1 else "plain"
if how == "plain":
    names = ["colorsys", "wave", "csv", "sqlite3", "decimal", "fractions", "difflib", "email.mime.text", "xml.etree.ElementTree", "demo.sub.leaf", "ctypes", "zoneinfo", "ssl", "http.client", "unittest.mock"]
    results = []

    def load(name):
        import importlib
        results.append(importlib.import_module(name).__name__)

    workers = [threading.Thread(target=load, args=(name,)) for name in names for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(sorted(results))
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(4) as executor:
        print(list(executor.map(str.upper, "abc")))
elif how == "deadlock":
    import demo.work

    def run():
        import demo.deep, demo.sub.leaf
        print(demo.sub.leaf.VALUE)
    threads = [threading.Thread(target=run) for _ in range(3)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    print(threading.active_count())
elif how == "help":
    import pydoc
    import demo.deep
    help(demo.deep.Shape)
    pydoc.help("demo.deep.outer")
    print(pydoc.plain(pydoc.render_doc(demo.deep.outer)))
    print(pydoc.plain(pydoc.render_doc("demo.sub")))
    print(pydoc.locate("demo.work.square"), pydoc.synopsis("/nonexistent") if False else "")
    help("not a thing at all")
elif how == "contextvars":
    import contextvars, functools, enum, dataclasses, typing, abc, locale, gettext, time, datetime, platform, sysconfig, getpass, tempfile
    print(gettext.gettext("untranslated"), datetime.datetime.fromtimestamp(0).isoformat(), platform.python_version())
    print(platform.python_implementation(), sys.version.split()[0], platform.system(), sys.platform, sys.byteorder)
    print(sysconfig.get_python_version(), sysconfig.get_platform())
    print(sys.hexversion, sys.api_version, sys.maxsize, sys.float_info.max, sys.int_info.bits_per_digit)
    print([name for name in sys.builtin_module_names if name not in ("_boot", "oxidized_importer")])
