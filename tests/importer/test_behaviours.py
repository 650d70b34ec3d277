"""Every behaviour that the manual of PyOxidizer 0.9.0 states (behaviours.json) has a check here, or a reason why not."""

import ast
import importlib
import importlib.abc
import importlib.metadata
import importlib.resources
import io
import json
import os
import pathlib
import pkgutil
import subprocess
import sys
import unittest
import unittest.mock

import oxidized_importer
from oxidized_importer import OxidizedFinder, OxidizedResource, OxidizedResourceCollector, find_resources_in_path

import fixtures
from fixtures import bytecode, distribution, finder, installed, module, package, resource, tree_resources

BEHAVIOURS = json.loads(pathlib.Path(__file__).with_name("behaviours.json").read_text())

# Behaviours that are otherwise today, or that this implementation does better.
REASONS = {
    "oxidized_importer#2": "a package index has no release yet; pip installs it from the repository (tests/wheel)",
    "oxidized_importer#3": "setup.py is history: pip builds it with maturin (tests/wheel)",
    "oxidized_importer#5": "CPython 3.9 and later",
    "oxidized_importer#6": "PYO3_PYTHON and pip's own Python replace PYTHON_SYS_EXECUTABLE",
    "oxidized_importer#9": "names of before 0.8",
    "OxidizedFinder#4": "versions 1 to 4 of the format are read by every later release",
    "OxidizedFinder#6": "of programs: crates/cli/tests/applications",
    "OxidizedFinder#7": "of programs: crates/cli/tests/applications",
    "OxidizedFinder#9": "importlib's own tests run with the finder: docs/cpython-tests.md",
    "OxidizedFinder#10": "no behaviour",
    "OxidizedFinder.create_module#1": "extension modules load from memory on Linux",
    "OxidizedFinder.get_data#7": "a path elsewhere is read from disk, as loaders of importlib do",
    "OxidizedResourceCollector#2": "TypeError, as for any other argument that is not there: checked by the differential test",
    "OxidizedResourceReader.contents#1": "entries of the directory, as importlib.resources of the standard library gives them",
    "OxidizedResourceReader.contents#2": "source files are listed too, as in a directory",
    "OxidizedDistribution#1": "they are defined, as for any Distribution",
    "OxidizedDistribution#2": "files is that of importlib.metadata",
    "OxidizedDistribution#3": "OxidizedDistribution is derived from Distribution",
    "OxidizedDistribution#4": "one name",
    "module-attributes#1": "virtual paths, for the code that reads __file__",
    "module-attributes#6": "of Windows",
    "module-attributes#9": "virtual paths, for the code that reads __file__",
    "module-attributes#10": "the manual contradicts itself; only absolute paths are read (get_data#8)",
    "deviations#1": "virtual paths, for the code that reads __file__",
    "deviations#2": "it does not differ but in is_resource (deviations#11)",
    "deviations#4": "no behaviour",
    "deviations#5": "distributions are complete",
    "deviations#6": "a Context with a path that leads elsewhere finds nothing here, as in importlib.metadata",
    "deviations#9": "entries of the directory, as importlib.resources of the standard library gives them",
    "deviations#12": "pkg_resources works, as far as a Python has it: the differential test",
    "OxidizedFinder.find_distributions#1": "a Context with a path that leads elsewhere finds nothing here",
    "OxidizedFinder.find_distributions#4": "OxidizedDistribution.entry_points and requires are in the interface test; see also #2",
    "OxidizedFinder.iter_modules#2": "path hooks let pkgutil.iter_modules(path) list packages in memory",
    "deviations#8": "path hooks let pkgutil.iter_modules(path) list packages in memory",
    "freezing#4": "no behaviour",
    "imp-example-02": "of programs: crates/cli/tests/applications",
}

CHECKS = {}


def behaviour(*identities):
    def register(function):
        for identity in identities:
            assert identity not in CHECKS, identity
            CHECKS[identity] = function
        return function
    return register


class Behaviours(unittest.TestCase):
    def test_each_has_a_check_or_a_reason(self):
        self.assertEqual(sorted([*CHECKS, *REASONS]), sorted(BEHAVIOURS))

    def test_behaviours(self):
        for function in dict.fromkeys(CHECKS.values()):
            identities = ", ".join(name for name, check in CHECKS.items() if check is function)
            with self.subTest(identities):
                self.check(function)

    def check(self, function):
        meta_path, hooks = list(sys.meta_path), list(sys.path_hooks)
        fixtures.make_files()
        try:
            function(self)
        finally:
            sys.meta_path[:], sys.path_hooks[:] = meta_path, hooks
            sys.path_importer_cache.clear()
            fixtures.forget("tree", "single", "latin", "m", "p", "n")


@behaviour("oxidized_importer#1", "oxidized_importer#4", "oxidized_importer#7", "imp-example-01")
def _(test):
    made = OxidizedFinder()
    sys.meta_path.insert(0, made)
    sys.modules.pop("this", None)
    with unittest.mock.patch("sys.stdout", io.StringIO()):
        import this
    test.assertIs(sys.meta_path[0], made)
    test.assertTrue(this.s)


@behaviour("oxidized_importer#8")
def _(test):
    code = "import sys; print([finder.__name__ for finder in sys.meta_path])"
    output = subprocess.run([sys.executable, "-I", "-S", "-c", code], stdout=subprocess.PIPE, check=True).stdout
    test.assertEqual(ast.literal_eval(output.decode()), ["BuiltinImporter", "FrozenImporter", "PathFinder"])


@behaviour("oxidized_importer#10")
def _(test):
    ordered = finder(module("a"), module("b"), module("c")).serialize_indexed_resources(version=3)
    shuffled = finder(module("c"), module("a"), module("b")).serialize_indexed_resources(version=3)
    test.assertEqual(ordered, shuffled)


@behaviour("OxidizedFinder#1")
def _(test):
    data = finder(module("m")).serialize_indexed_resources()
    before = sys.getrefcount(data)
    made = OxidizedFinder(resources_data=data)
    test.assertGreater(sys.getrefcount(data), before)
    del made
    test.assertEqual(sys.getrefcount(data), before)


@behaviour("OxidizedFinder#2")
def _(test):
    pathlib.Path("blob").write_bytes(finder(module("m")).serialize_indexed_resources())
    made = OxidizedFinder(resources_file="blob")
    test.assertIn(os.path.realpath("blob"), pathlib.Path("/proc/self/maps").read_text())
    test.assertEqual([item.name for item in made.indexed_resources()], ["m"])


@behaviour("OxidizedFinder#3", "OxidizedResourceCollector.add_filesystem_relative#1", "module-attributes#2", "OxidizedFinder.get_filename#1")
def _(test):
    origin = os.path.abspath("files")
    made = OxidizedFinder(relative_path_origin=origin)
    made.add_resource(resource("single", is_module=True, relative_path_module_source="single.py"))
    sys.meta_path.insert(0, made)
    single = importlib.import_module("single")
    test.assertEqual(single.__file__, os.path.join(origin, "single.py"))
    test.assertEqual(made.get_filename("single"), single.__file__)
    test.assertTrue(single.__spec__.cached.endswith(".pyc"))


@behaviour("OxidizedFinder#5")
def _(test):
    made = finder(module("m", "import errno, zipimport"))
    made.index_interpreter_builtins()
    sys.meta_path[:] = [made]
    for name in ("errno", "zipimport"):
        sys.modules.pop(name, None)
    test.assertEqual(importlib.import_module("m").errno.__spec__.origin, "built-in")


@behaviour("OxidizedFinder#8")
def _(test):
    for interface in (importlib.abc.MetaPathFinder, importlib.abc.Loader, importlib.abc.InspectLoader,
                      importlib.abc.ExecutionLoader):
        names = [name for name in vars(interface) if not name.startswith("_")]
        for name in names:
            dropped = name == "find_module" and sys.version_info >= (3, 12) or name in ("source_to_code", "module_repr")
            test.assertTrue(dropped or callable(getattr(OxidizedFinder(), name, None)), name)


@behaviour("OxidizedFinder.find_spec#1", "OxidizedFinder.find_spec#2")
def _(test):
    made = finder(module("m"))
    test.assertEqual(made.find_spec("m", None).loader, made)
    test.assertIsNone(made.find_spec("n", None))


@behaviour("OxidizedFinder.find_module#1")
def _(test):
    made = finder(module("m"))
    test.assertEqual(hasattr(made, "find_module"), sys.version_info < (3, 12))
    if hasattr(made, "find_module"):
        test.assertEqual([made.find_module("m", None), made.find_module("n")], [made, None])


@behaviour("OxidizedFinder.exec_module#1")
def _(test):
    installed(resource("m", is_module=True, in_memory_source=b"VALUE = 1"))
    test.assertEqual(importlib.import_module("m").VALUE, 1)


@behaviour("OxidizedFinder.load_module#1")
def _(test):
    made = installed(module("m"))
    with unittest.mock.patch("warnings.warn"):
        loaded = made.load_module("m")
    test.assertIs(loaded, sys.modules["m"])


@behaviour("OxidizedFinder.is_package#1")
def _(test):
    made = finder(package("p"), module("m"))
    test.assertEqual([made.is_package("p"), made.is_package("m")], [True, False])
    with test.assertRaises(ImportError):
        made.is_package("n")


@behaviour("OxidizedFinder.get_source#1")
def _(test):
    test.assertEqual(finder(*tree_resources()).get_source("latin"), fixtures.TREE["latin.py"])


@behaviour("OxidizedFinder.get_data#1", "OxidizedFinder.get_data#2")
def _(test):
    made = finder(*tree_resources())
    path = os.path.join(sys.executable, "tree", "text.txt")
    test.assertEqual(made.get_data(path), b"text of tree\n")


@behaviour("OxidizedFinder.get_data#3")
def _(test):
    made = finder(*fixtures.file_resources())
    path = os.path.join(made.origin, "files", "tree", "text.txt")
    test.assertEqual(made.get_data(path), b"text of tree\n")


@behaviour("OxidizedFinder.get_data#4", "OxidizedFinder.get_data#5", "OxidizedFinder.get_data#6")
def _(test):
    outer = package("p", in_memory_package_resources={"q/a": b"outer", "r/a": b"known"})
    made = finder(outer, package("p.q", in_memory_package_resources={"a": b"inner"}))
    test.assertEqual(made.get_data(os.path.join(sys.executable, "p/q/a")), b"inner")
    test.assertEqual(made.get_data(os.path.join(sys.executable, "p/r/a")), b"known")


@behaviour("OxidizedFinder.get_data#8")
def _(test):
    made = finder(*tree_resources())
    path = os.path.join(sys.executable, "tree", "missing.txt")
    for name in (path, "tree/text.txt"):
        with test.assertRaises(FileNotFoundError) as caught:
            made.get_data(name)
        test.assertEqual(caught.exception.filename, name)


@behaviour("OxidizedFinder.get_data#9")
def _(test):
    with test.assertRaises(IsADirectoryError):
        finder().get_data(os.path.abspath("files"))


@behaviour("OxidizedFinder.get_resource_reader#1", "OxidizedResourceReader#4", "OxidizedResourceReader.open_resource#1", "imp-example-06")
def _(test):
    installed(*tree_resources())
    tree = importlib.import_module("tree")
    reader = tree.__loader__.get_resource_reader("tree")
    with reader.open_resource("text.txt") as file:
        test.assertEqual(file.read(), b"text of tree\n")
    test.assertEqual(reader.open_resource("data/inner.bin").read(), b"\0\1\2")


@behaviour("OxidizedResourceReader#1", "OxidizedResourceReader#2", "OxidizedResourceReader.is_resource#1", "deviations#11")
def _(test):
    reader = finder(*tree_resources()).get_resource_reader("tree")
    test.assertTrue(reader.is_resource("data/inner.bin"))
    test.assertFalse(reader.is_resource("missing"))
    with test.assertRaises(FileNotFoundError):
        reader.open_resource("missing")


@behaviour("OxidizedResourceReader#3")
def _(test):
    for resources in (tree_resources(), fixtures.file_resources()):
        reader = finder(*resources).get_resource_reader("tree")
        test.assertEqual(reader.open_resource("text.txt").read(), b"text of tree\n")


@behaviour("deviations#3", "deviations#10")
def _(test):
    made = finder(resource("tree", is_module=True, is_package=True, in_memory_source=b""))
    with test.assertRaises(FileNotFoundError):
        made.get_data(os.path.join(sys.executable, "tree", "text.txt"))
    test.assertFalse(made.get_resource_reader("tree").is_resource("text.txt"))


@behaviour("OxidizedFinder.find_distributions#2", "OxidizedFinder.find_distributions#3")
def _(test):
    made = finder(distribution(), distribution("other", METADATA="Name: other\nVersion: 2\n"))
    test.assertEqual(sorted(found.version for found in made.find_distributions()), ["1.5", "2"])
    context = importlib.metadata.DistributionFinder.Context(name="other")
    test.assertEqual([found.version for found in made.find_distributions(context)], ["2"])


@behaviour("OxidizedDistribution.read_text#1")
def _(test):
    [found] = finder(distribution()).find_distributions()
    test.assertIsNone(found.read_text("missing"))
    test.assertEqual(found.read_text("METADATA"), fixtures.METADATA)


@behaviour("OxidizedFinder.iter_modules#1", "OxidizedFinder.iter_modules#3", "deviations#7")
def _(test):
    made = installed(*tree_resources())
    test.assertIsInstance(made.iter_modules(""), list)
    test.assertIn("tree", [name for _, name, _ in pkgutil.iter_modules()] + [name for name, _ in made.iter_modules()])


@behaviour("OxidizedFinder.indexed_resources#1", "OxidizedFinder.indexed_resources#2", "OxidizedResource#2")
def _(test):
    made = finder(*tree_resources())
    for item in made.indexed_resources():
        item.in_memory_source = b"other"
        item.name = "other"
    test.assertEqual([item.name for item in made.indexed_resources()],
                     ["latin", "single", "tree", "tree.branch", "tree.branch.twig", "tree.leaf"])
    item = made.indexed_resources()[2]
    item.in_memory_package_resources.clear()
    test.assertEqual(sorted(item.in_memory_package_resources), ["data/inner.bin", "text.txt"])


@behaviour("OxidizedFinder.add_resource#1", "OxidizedFinder.add_resource#2", "OxidizedFinder.add_resources#1")
def _(test):
    made = OxidizedFinder()
    added = module("m", "VALUE = 1")
    made.add_resources([added, module("n")])
    added.in_memory_source = b"VALUE = 2"
    test.assertEqual(made.get_source("m"), "VALUE = 1")
    made.add_resource(added)
    test.assertEqual([made.get_source("m"), len(made.indexed_resources())], ["VALUE = 2", 2])


@behaviour("OxidizedFinder.add_resource#3", "imp-example-03", "OxidizedResource#5")
def _(test):
    added = OxidizedResource()
    added.is_module, added.name = True, "m"
    added.in_memory_source, added.in_memory_bytecode = b"VALUE = 1", bytecode("VALUE = 1")
    installed(added)
    test.assertEqual(importlib.import_module("m").VALUE, 1)


@behaviour("OxidizedFinder.serialize_indexed_resources#1", "OxidizedFinder.serialize_indexed_resources#2")
def _(test):
    made = finder(module("m"), resource("b", is_builtin_extension_module=True), resource("f", is_frozen_module=True))

    def names(**arguments):
        found = OxidizedFinder(resources_data=made.serialize_indexed_resources(**arguments))
        return [item.name for item in found.indexed_resources()]
    test.assertEqual(names(), ["m"])
    test.assertEqual(names(ignore_builtin=False), ["b", "m"])
    test.assertEqual(names(ignore_frozen=False), ["f", "m"])


@behaviour("OxidizedResource#1")
def _(test):
    made = OxidizedResource()
    values = {name: getattr(made, name) for name in dir(made) if not name.startswith("_")}
    test.assertEqual(values.pop("name"), "")
    test.assertEqual(set(values.values()), {False, None})


@behaviour("OxidizedResource#3", "OxidizedResource#4", "OxidizedResource#6")
def _(test):
    both = package("m", is_shared_library=True, in_memory_shared_library=b"library",
                   in_memory_package_resources={"a": b"1"})
    made = installed(both)
    test.assertEqual(importlib.import_module("m").VALUE, "m")
    [item] = made.indexed_resources()
    test.assertEqual([item.is_module, item.is_shared_library, item.in_memory_shared_library], [True, True, b"library"])
    test.assertEqual(made.get_resource_reader("m").open_resource("a").read(), b"1")


@behaviour("OxidizedResource#7")
def _(test):
    with test.assertRaises(AttributeError):
        OxidizedResource().flavor = "module"


@behaviour("PythonExtensionModule#1")
def _(test):
    [found] = [item for item in find_resources_in_path("files/tree") if type(item).__name__ == "PythonExtensionModule"]
    with test.assertRaises(AttributeError):
        found.name = "other"


@behaviour("OxidizedResourceCollector.add_in_memory#1", "OxidizedResourceCollector#1", "OxidizedResourceCollector.add_in_memory#2",
           "OxidizedResourceCollector.oxidize#2")
def _(test):
    collector = OxidizedResourceCollector(allowed_locations=["in-memory"])
    for item in find_resources_in_path("files"):
        collector.add_in_memory(item)
    resources, files = collector.oxidize()
    found = {item.name: item for item in resources}
    test.assertEqual(found["tree.leaf"].in_memory_source.decode(), fixtures.TREE["tree/leaf.py"])
    test.assertEqual(found["native"].in_memory_extension_module_shared_library, b"not really")
    test.assertEqual(files, [])


@behaviour("OxidizedResourceCollector.add_filesystem_relative#2", "OxidizedResourceCollector.oxidize#1")
def _(test):
    collector = OxidizedResourceCollector(allowed_locations=["filesystem-relative"])
    for item in find_resources_in_path("files/tree"):
        if isinstance(item, oxidized_importer.PythonExtensionModule):
            collector.add_filesystem_relative("", item)
    [item], [file] = collector.oxidize()
    path = pathlib.Path("inside" + fixtures.SUFFIX)
    test.assertEqual(item.relative_path_extension_module_shared_library, path)
    test.assertEqual(file, (path, b"not really either", True))


@behaviour("imp-example-05")
def _(test):
    collector = OxidizedResourceCollector(allowed_locations=["in-memory"])
    with test.assertRaises(ValueError):
        collector.add_filesystem_relative("lib", find_resources_in_path("files")[0])


@behaviour("find_resources_in_path#1", "find_resources_in_path#5", "imp-example-04")
def _(test):
    kinds = {type(item).__name__ for item in find_resources_in_path("files")}
    test.assertEqual(kinds, {"PythonModuleSource", "PythonModuleBytecode", "PythonExtensionModule",
                             "PythonPackageResource", "PythonPackageDistributionResource"})


@behaviour("find_resources_in_path#2")
def _(test):
    with test.assertRaises(ValueError):
        find_resources_in_path("files.zip")


@behaviour("find_resources_in_path#3")
def _(test):
    found = find_resources_in_path("files")
    names = {item.module for item in found if type(item).__name__ == "PythonModuleSource"}
    names |= {item.name for item in found if type(item).__name__ == "PythonExtensionModule"}
    walked = {name for _, name, _ in pkgutil.walk_packages(["files"], onerror=lambda name: None)}
    test.assertLessEqual({name for name in walked if "." not in name}, names)


@behaviour("find_resources_in_path#4")
def _(test):
    os.makedirs("library/site-packages", exist_ok=True)
    pathlib.Path("library/site-packages/m.py").write_text("")
    test.assertEqual(find_resources_in_path("library"), [])
    test.assertEqual([item.module for item in find_resources_in_path("library/site-packages")], ["m"])


@behaviour("module-attributes#3")
def _(test):
    made = installed(*fixtures.file_resources())
    test.assertEqual(list(importlib.import_module("tree").__path__), [os.path.join(made.origin, "files", "tree")])


@behaviour("module-attributes#4", "module-attributes#5", "module-attributes#7", "module-attributes#8")
def _(test):
    installed(*tree_resources())
    branch = importlib.import_module("tree.branch")
    test.assertEqual(list(branch.__path__), [os.path.join(sys.executable, "tree", "branch")])
    test.assertFalse(hasattr(importlib.import_module("tree.leaf"), "__path__"))


def frozen():
    """The output of the freezing example of the manual: a blob, and files."""
    collector = OxidizedResourceCollector(allowed_locations=["in-memory", "filesystem-relative"])
    for item in find_resources_in_path("files"):
        if isinstance(item, oxidized_importer.PythonExtensionModule):
            collector.add_filesystem_relative("lib", item)
        else:
            collector.add_in_memory(item)
    resources, files = collector.oxidize()
    made = OxidizedFinder()
    made.add_resources(resources)
    return made.serialize_indexed_resources(), files


@behaviour("freezing#1", "freezing#2", "freezing#3", "imp-example-09", "imp-example-10")
def _(test):
    data, _ = frozen()
    pathlib.Path("oxidized_resources").write_bytes(data)
    sys.meta_path.insert(0, OxidizedFinder(resources_file="oxidized_resources", relative_path_origin=os.getcwd()))
    test.assertEqual(importlib.import_module("tree.branch.twig").VALUE, "twig")


@behaviour("freezing#5", "imp-example-11")
def _(test):
    data, files = frozen()
    test.assertEqual(sorted(str(path) for path, _, _ in files),
                     ["lib/native" + fixtures.SUFFIX, "lib/tree/inside" + fixtures.SUFFIX])
    made = OxidizedFinder(resources_data=data, relative_path_origin="/somewhere")
    test.assertEqual(made.find_spec("native", None).origin, "/somewhere/lib/native" + fixtures.SUFFIX)


@behaviour("imp-example-07", "imp-example-08")
def _(test):
    installed(*tree_resources())
    tree = importlib.import_module("tree")
    if sys.version_info < (3, 13):
        with unittest.mock.patch("warnings.warn"), importlib.resources.open_binary(tree, "text.txt") as file:
            test.assertEqual(file.read(), b"text of tree\n")
    test.assertEqual(importlib.resources.files(tree).joinpath("text.txt").read_bytes(), b"text of tree\n")


if __name__ == "__main__":
    unittest.main()
