"""Times of finders over the same standard library, taken in turn. Processor time: it is the machine that waits, not the finder.

    python -I -S measure.py prepare OURS PLACE
    python -I -S measure.py measure OURS THEIRS PLACE NAMES ROUNDS
    python -I -S measure.py import CONTESTANT MODULE PLACE NAMES

`prepare` makes the files that are measured. `measure` prints JSON: for each operation and contestant the seconds of each
round. `import` is what it runs in processes of their own.

Contestants: `ours` and `theirs` are oxidized_importer, each from the directory given (`-` for none), `path` is PathFinder,
`zip` is zipimport. All have sources and bytecode of the same modules; extension modules are files for all of them, which
the first two have the paths of.
"""

import sys
import time


def main(command, *arguments):
    {"prepare": prepare, "measure": measure, "import": import_all}[command](*arguments)


def prepare(ours, place):
    import compileall
    import os
    import shutil
    import zipfile

    library = f"{place}/lib"
    unwanted = shutil.ignore_patterns("test", "tests", "__pycache__", "lib-dynload", "site-packages", "config-*", "idlelib")
    shutil.copytree(os.path.dirname(os.__file__), library, ignore=unwanted)
    compileall.compile_dir(library, quiet=2)
    with zipfile.ZipFile(f"{place}/lib.zip", "w") as archive:
        for directory, _, files in os.walk(library):
            for file in files:
                path = os.path.join(directory, file)
                if directory.endswith("__pycache__"):
                    # zipimport wants bytecode where sources are, and then no source.
                    path_inside = os.path.join(os.path.dirname(directory), file.split(".")[0] + ".pyc")
                    archive.write(path, os.path.relpath(path_inside, library))
                elif not file.endswith(".py"):
                    archive.write(path, os.path.relpath(path, library))

    module = load(ours)
    collector = module.OxidizedResourceCollector(allowed_locations=["in-memory", "filesystem-relative"])
    for resource in module.find_resources_in_path(library):
        collector.add_in_memory(resource)
    for resource in module.find_resources_in_path(dynload()):
        collector.add_filesystem_relative("", resource)
    finder = module.OxidizedFinder()
    finder.add_resources(collector.oxidize()[0])
    for version in (3, 4):
        with open(f"{place}/lib.v{version}", "wb") as file:
            file.write(finder.serialize_indexed_resources(version=version))


def dynload():
    """The directory of the interpreter's extension modules."""
    return next(path for path in sys.path if path.endswith("lib-dynload"))


def load(directory):
    """The module oxidized_importer from a directory; others of its name can be loaded after it."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "oxidized_importer"]:
        del sys.modules[name]
    sys.path.insert(0, directory)
    try:
        import oxidized_importer
    finally:
        sys.path.remove(directory)
    return oxidized_importer


def resources(contestant):
    """Theirs reads version 3 of the format, ours is at its best with version 4."""
    return "lib.v4" if contestant == "ours" else "lib.v3"


def import_all(contestant, module, place, names):
    with open(names) as file:
        names = file.read().split()
    if module != "-":
        finder = load(module).OxidizedFinder(relative_path_origin=dynload())
        finder.index_file_memory_mapped(f"{place}/{resources(contestant)}")
        sys.meta_path.insert(0, finder)
    sys.path[:] = [f"{place}/lib.zip" if contestant == "zip" else f"{place}/lib", dynload()]
    sys.path_importer_cache.clear()
    start = time.process_time()
    for name in names:
        __import__(name)
    seconds = time.process_time() - start
    if module != "-":
        served = [found for found in list(sys.modules.values()) if getattr(found, "__loader__", None) is finder]
        assert len(served) > len(names) / 2, f"{contestant} has imported {len(served)} modules"
    print(seconds)


def measure(ours, theirs, place, names, rounds):
    import json

    modules = {"ours": load(ours)}
    if theirs != "-":
        modules["theirs"] = load(theirs)
    directories = {"ours": ours, "theirs": theirs, "path": "-", "zip": "-"}
    operations = {**finding(modules, place, names), **opening(modules, place)}
    operations["import all"] = {
        contestant: importing(contestant, directories[contestant], place, names) for contestant in [*modules, "path", "zip"]
    }
    times = {operation: {contestant: [] for contestant in actions} for operation, actions in operations.items()}
    for turn in range(int(rounds) + 1):
        for operation, actions in operations.items():
            order = list(actions)
            for contestant in order[turn % len(order):] + order[:turn % len(order)]:
                seconds = actions[contestant]()
                # The first round warms caches.
                if turn > 0:
                    times[operation][contestant].append(seconds)
    json.dump(times, sys.stdout)


def finding(modules, place, names):
    """find_spec() of all modules that are there as Python code, and of as many that are not there."""
    from importlib.machinery import PathFinder

    find = {}
    for contestant, module in modules.items():
        finder = module.OxidizedFinder(relative_path_origin=dynload())
        finder.index_file_memory_mapped(f"{place}/{resources(contestant)}")
        find[contestant] = finder.find_spec, None
    find["path"] = PathFinder.find_spec, f"{place}/lib"
    find["zip"] = PathFinder.find_spec, f"{place}/lib.zip"

    def arguments(name, root):
        return name, root and ["/".join([root, *name.split(".")[:-1]])]

    with open(names) as file:
        names = file.read().split()
    names = [name for name in names if PathFinder.find_spec(*arguments(name, f"{place}/lib"))]
    operations = {}
    for operation, wanted in {"find_spec, hit": names, "find_spec, miss": [name + "_" for name in names]}.items():
        operations[operation] = {}
        for contestant, (find_spec, root) in find.items():
            of_all = [arguments(name, root) for name in wanted]
            found = sum(find_spec(*of_one) is not None for of_one in of_all)
            assert found == (len(names) if operation.endswith("hit") else 0), f"{operation}, {contestant}: {found}"
            operations[operation][contestant] = calls(find_spec, of_all)
    return operations


def calls(function, arguments, times=5):
    """Seconds of one call, on average."""
    def action():
        start = time.process_time()
        for _ in range(times):
            for first, second in arguments:
                function(first, second)
        return (time.process_time() - start) / times / len(arguments)

    return action


def opening(modules, place):
    """Making a finder over bytes, indexing bytes and a file with one that is there, reading the directory of a zip file."""
    import zipimport

    data = {}
    for contestant in modules:
        with open(f"{place}/{resources(contestant)}", "rb") as file:
            data[contestant] = file.read()

    def once(contestant, index, count):
        """Seconds of `index(finder)` with finders that have nothing yet."""
        make = modules[contestant].OxidizedFinder

        def action():
            finders = [make() for _ in range(count)]
            start = time.process_time()
            for finder in finders:
                index(finder)
            return (time.process_time() - start) / count

        return action

    def made(contestant, count):
        make, content = modules[contestant].OxidizedFinder, data[contestant]

        def action():
            start = time.process_time()
            for _ in range(count):
                if contestant == "ours":
                    make(content)
                else:
                    make().index_bytes(content)
            return (time.process_time() - start) / count

        return action

    def directory():
        zipimport._zip_directory_cache.clear()
        start = time.process_time()
        zipimport.zipimporter(f"{place}/lib.zip")
        return time.process_time() - start

    operations = {"make a finder over bytes": {}, "index_bytes": {}, "index_file_memory_mapped": {"zip": directory}}
    for contestant in modules:
        count = 1000 if contestant == "ours" else 10
        content, file = data[contestant], f"{place}/{resources(contestant)}"
        operations["make a finder over bytes"][contestant] = made(contestant, count)
        operations["index_bytes"][contestant] = once(contestant, lambda finder, content=content: finder.index_bytes(content), count)
        operations["index_file_memory_mapped"][contestant] = once(
            contestant, lambda finder, file=file: finder.index_file_memory_mapped(file), count)
    return operations


def importing(contestant, module, place, names):
    import subprocess

    def action():
        command = [sys.executable, "-I", "-S", "-W", "ignore", __file__, "import", contestant, module, place, names]
        return float(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)

    return action


main(*sys.argv[1:])
