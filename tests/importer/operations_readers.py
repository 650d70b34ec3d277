"""Resource readers and importlib.resources."""

import importlib
import importlib.resources
import io

import oxidized_importer

from fixtures import file_resources, finder, installed, package, resource, tree_resources
from operations import attempt, operation

PLACES = {"memory": tree_resources, "files": file_resources}
RESOURCES = ["text.txt", "data/inner.bin", "missing", "", "data", ".", "..", "/text.txt", "data//inner.bin", "./text.txt", "leaf.py",
             "__init__.py", "branch/text.txt", "text.txt/"]

operation("reader: new")(lambda: oxidized_importer.OxidizedResourceReader())

for place, resources in PLACES.items():
    def reader(package="tree", resources=resources):
        return finder(*resources()).get_resource_reader(package)

    operation("reader: type, in %s" % place)(lambda reader=reader: type(reader()).__name__)
    operation("reader: contents in %s" % place)(lambda reader=reader: sorted(reader().contents()))
    operation("reader: contents of sub-package in %s" % place)(lambda reader=reader: sorted(reader("tree.branch").contents()))
    operation("reader: type of contents in %s" % place)(lambda reader=reader: type(reader().contents()))
    operation("reader: contents with argument in %s" % place)(lambda reader=reader: reader().contents(1))
    for name in RESOURCES:
        operation("reader: open_resource(%r) in %s" % (name, place))(
            lambda name=name, reader=reader: reader().open_resource(name).read())
        operation("reader: is_resource(%r) in %s" % (name, place))(lambda name=name, reader=reader: reader().is_resource(name))
        operation("reader: resource_path(%r) in %s" % (name, place))(lambda name=name, reader=reader: reader().resource_path(name))
    for method in ("open_resource", "is_resource", "resource_path"):
        operation("reader: %s() in %s" % (method, place))(lambda method=method, reader=reader: getattr(reader(), method)())
        for label, value in {"None": None, "int": 1, "bytes": b"text.txt", "surrogate": "\udc80", "object": object()}.items():
            operation("reader: %s(%s) in %s" % (method, label, place))(
                lambda method=method, value=value, reader=reader: getattr(reader(), method)(value))
    operation("reader: keyword in %s" % place)(
        lambda reader=reader: [reader().open_resource(resource="text.txt").read(), reader().is_resource(path="text.txt")])

    def file_behaviour(reader=reader):
        file = reader().open_resource("text.txt")
        first = file.read(4)
        file.seek(0)
        again = file.read(4)
        readable = [file.readable(), isinstance(file, io.IOBase)]
        file.close()
        return [first, again, readable, attempt(file.read)]
    operation("reader: the file in %s" % place)(file_behaviour)

    def outlives(resources=resources):
        opened = finder(*resources()).get_resource_reader("tree").open_resource("text.txt")
        return opened.read()
    operation("reader: outlives the finder, in %s" % place)(outlives)

    for function in ("read_text", "read_binary", "is_resource", "open_text", "open_binary", "path"):
        for name in ("text.txt", "missing", "data/inner.bin"):
            def use(function=function, name=name, resources=resources):
                installed(*resources())
                result = getattr(importlib.resources, function)("tree", name)
                if hasattr(result, "read"):
                    return result.read()
                if hasattr(result, "__enter__"):
                    with result as path:
                        return [path.name.endswith("text.txt"), path.read_bytes()]
                return result
            operation("importlib.resources.%s(%r) in %s" % (function, name, place))(use)

    def contents(resources=resources):
        installed(*resources())
        return sorted(importlib.resources.contents("tree"))
    operation("importlib.resources.contents in %s" % place)(contents)

    def files(resources=resources):
        installed(*resources())
        root = importlib.resources.files("tree")
        return [(root / "text.txt").read_text(), (root / "data" / "inner.bin").read_bytes(), (root / "missing").is_file(),
                sorted(item.name for item in root.iterdir())]
    operation("importlib.resources.files in %s" % place)(files)


@operation("reader: package without resources")
def _():
    found = finder(package("p")).get_resource_reader("p")
    return found and sorted(found.contents())


@operation("reader: module")
def _():
    return finder(*tree_resources()).get_resource_reader("single")


@operation("reader: namespace package")
def _():
    found = finder(resource("n", is_package=True, is_namespace_package=True, in_memory_package_resources={"a": b"1"}))
    return found.get_resource_reader("n").open_resource("a").read()


@operation("reader: memory and file in one package")
def _():
    both = package("p", in_memory_package_resources={"a": b"memory", "b": b"memory"},
                   relative_path_package_resources={"b": "files/single.py", "c": "files/single.py"})
    found = finder(both).get_resource_reader("p")
    return [sorted(found.contents()), [found.open_resource(name).read() for name in "abc"]]


@operation("reader: sub-package directory is not listed")
def _():
    found = finder(package("p", in_memory_package_resources={"q/a": b"1", "d/b": b"2"}), package("p.q"))
    return sorted(found.get_resource_reader("p").contents())


@operation("reader: added later")
def _():
    made = finder(package("p", in_memory_package_resources={"a": b"1"}))
    reader = made.get_resource_reader("p")
    made.add_resource(package("p", in_memory_package_resources={"b": b"2"}))
    return [sorted(reader.contents()), attempt(lambda: reader.open_resource("a").read())]


@operation("reader: empty resource")
def _():
    found = finder(package("p", in_memory_package_resources={"a": b"", "": b"unnamed"})).get_resource_reader("p")
    return [found.open_resource("a").read(), sorted(found.contents())]


@operation("reader: file vanishes")
def _():
    import os
    import pathlib
    pathlib.Path("gone.txt").write_text("x")
    found = finder(package("p", relative_path_package_resources={"gone.txt": "gone.txt"})).get_resource_reader("p")
    os.remove("gone.txt")
    return [found.is_resource("gone.txt"), attempt(lambda: found.open_resource("gone.txt")), attempt(lambda: found.resource_path("gone.txt"))]
