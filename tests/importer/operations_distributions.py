"""find_distributions, OxidizedDistribution and importlib.metadata."""

import importlib.metadata
import pathlib
from importlib.metadata import DistributionFinder

import oxidized_importer

from fixtures import ENTRY_POINTS, METADATA, distribution, finder, installed, resource, tree_resources
from operations import attempt, operation

OLDER = {"PKG-INFO": "Metadata-Version: 1.1\nName: older\nVersion: 0.1\n", "requires.txt": "first\n\n[more]\nsecond\n"}


def several():
    return [distribution(), distribution("other", METADATA="Metadata-Version: 2.1\nName: other\nVersion: 2\n"), *tree_resources()]


def older():
    return resource("older", is_package=True, in_memory_distribution_resources={
        name: text.encode() for name, text in OLDER.items()})


def in_files():
    paths = {name: "files/some_project-1.5.dist-info/" + name for name in ("METADATA", "entry_points.txt", "RECORD")}
    return resource("some-project", is_package=True, relative_path_distribution_resources=paths)


def find(context=None):
    return finder(*several()).find_distributions(context) if context else finder(*several()).find_distributions()


operation("distributions: type")(lambda: type(find()).__name__)
operation("distributions: number")(lambda: len(list(find())))
operation("distributions: type of items")(lambda: [type(item).__name__ for item in find()])
operation("distributions: are Distributions")(lambda: [isinstance(item, importlib.metadata.Distribution) for item in find()])
operation("distributions: context None")(lambda: finder(*several()).find_distributions(None))
operation("distributions: keyword")(lambda: len(list(finder(*several()).find_distributions(context=DistributionFinder.Context()))))
operation("distributions: context of another type")(lambda: finder(*several()).find_distributions("other"))
for label, name in {"exact": "some-project", "other case": "Some-Project", "as in METADATA": "Some.Project", "underscore": "some_project",
                    "unknown": "unknown", "None": None, "empty": "", "module": "tree", "other": "other"}.items():
    operation("distributions: name %s" % label)(
        lambda name=name: sorted(item.metadata["Name"] for item in find(DistributionFinder.Context(name=name))))
for label, path in {"elsewhere": ["/elsewhere"], "empty": [], "None": None}.items():
    operation("distributions: path %s" % label)(lambda path=path: len(list(find(DistributionFinder.Context(path=path)))))
operation("distributions: path and name")(
    lambda: len(list(find(DistributionFinder.Context(path=["/elsewhere"], name="some-project")))))

PLACES = {"memory": distribution, "files": in_files, "egg-info": older}


def only(place):
    return list(finder(PLACES[place]()).find_distributions())[0]


for place in PLACES:
    for name in ("version", "name", "_normalized_name", "requires", "files", "unknown"):
        operation("distribution.%s in %s" % (name, place))(lambda name=name, place=place: getattr(only(place), name))
        if name != "unknown":
            operation("distribution.%s in %s: set" % (name, place))(lambda name=name, place=place: setattr(only(place), name, 1))
            operation("distribution.%s in %s: delete" % (name, place))(lambda name=name, place=place: delattr(only(place), name))
    operation("distribution.metadata in %s" % place)(
        lambda place=place: [type(only(place).metadata).__name__, [list(pair) for pair in only(place).metadata.items()],
                             only(place).metadata.get_payload()])
    operation("distribution.entry_points in %s" % place)(
        lambda place=place: sorted([entry.group, entry.name, entry.value] for entry in only(place).entry_points))
    operation("distribution.entry_points in %s: type" % place)(lambda place=place: type(only(place).entry_points).__name__)
    for name in ("METADATA", "PKG-INFO", "entry_points.txt", "RECORD", "missing", "", "../METADATA"):
        operation("distribution.read_text(%r) in %s" % (name, place))(lambda name=name, place=place: only(place).read_text(name))
    operation("distribution.locate_file in %s" % place)(lambda place=place: only(place).locate_file("tree/leaf.py"))

operation("distribution: new")(lambda: oxidized_importer.OxidizedDistribution())
for label, value in {"None": None, "int": 1, "bytes": b"METADATA"}.items():
    operation("distribution.read_text(%s)" % label)(lambda value=value: only("memory").read_text(value))
operation("distribution.read_text()")(lambda: only("memory").read_text())
operation("distribution.from_name: unknown")(lambda: oxidized_importer.OxidizedDistribution.from_name("unknown-project"))
operation("distribution.from_name: known")(
    lambda: [installed(*several()), oxidized_importer.OxidizedDistribution.from_name("some-project").version][1])
operation("distribution.discover")(
    lambda: [installed(*several()), len([item for item in oxidized_importer.OxidizedDistribution.discover(name="some-project")])][1])

FILES = {
    "no files": {}, "empty METADATA": {"METADATA": b""}, "METADATA is not UTF-8": {"METADATA": b"Name: a\nVersion: \xff\n"},
    "METADATA without Version": {"METADATA": b"Name: a\n"}, "METADATA without Name": {"METADATA": b"Version: 1\n"},
    "no METADATA": {"RECORD": b""}, "umlaut": {"METADATA": "Name: a\nVersion: 1\nAuthor: \xe9\n".encode()},
    "both": {"METADATA": b"Name: a\nVersion: 1\n", "PKG-INFO": b"Name: b\nVersion: 2\n"},
    "description": {"METADATA": b"Name: a\nVersion: 1\n\nWords.\n"},
}
for label, files in FILES.items():
    def use(files=files):
        found = list(finder(resource("a", is_package=True, in_memory_distribution_resources=files)).find_distributions())
        return [[attempt(lambda: item.version), attempt(lambda: item.metadata.items()), attempt(lambda: item.requires),
                 attempt(lambda: sorted(item.entry_points))] for item in found]
    operation("distribution: %s" % label)(use)
    operation("distribution: %s, importlib.metadata" % label)(
        lambda files=files: [installed(resource("a", is_package=True, in_memory_distribution_resources=files)),
                             importlib.metadata.version("a")][1])

for function in ("version", "metadata", "requires", "files"):
    for place in PLACES:
        name = "older" if place == "egg-info" else "Some.Project"

        def use(function=function, place=place, name=name):
            installed(PLACES[place]())
            result = getattr(importlib.metadata, function)(name)
            return [list(pair) for pair in result.items()] if function == "metadata" else result and list(map(str, result))
        operation("importlib.metadata.%s in %s" % (function, place))(use)
    operation("importlib.metadata.%s of an unknown distribution" % function)(
        lambda function=function: [installed(*several()), getattr(importlib.metadata, function)("unknown-project")])


@operation("importlib.metadata.entry_points")
def _():
    installed(distribution())
    return [[item.name, item.value] for item in importlib.metadata.entry_points()["some.group"]]


@operation("importlib.metadata.entry_points: load")
def _():
    installed(distribution(), *tree_resources())
    return [item.load() for item in importlib.metadata.entry_points()["some.group"]]


@operation("importlib.metadata.packages_distributions")
def _():
    installed(distribution(**{"top_level.txt": "tree\n"}))
    return importlib.metadata.packages_distributions().get("tree")


@operation("importlib.metadata.distributions")
def _():
    installed(*several())
    return sorted({item.metadata["Name"] for item in importlib.metadata.distributions()} & {"Some.Project", "other"})


@operation("importlib.metadata: ours before files")
def _():
    import sys
    installed(distribution(METADATA=METADATA.replace("1.5", "9")))
    sys.path.insert(0, "files")
    return importlib.metadata.version("some.project")


@operation("distribution: file vanishes")
def _():
    import os
    pathlib.Path("METADATA").write_text(METADATA)
    found = list(finder(resource("a", is_package=True, relative_path_distribution_resources={"METADATA": "METADATA"})).find_distributions())
    os.remove("METADATA")
    return [attempt(lambda: item.version) for item in found]


@operation("distribution: outlives the finder")
def _():
    found = list(finder(distribution()).find_distributions())
    return [item.read_text("entry_points.txt") == ENTRY_POINTS for item in found]
