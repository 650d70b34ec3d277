"""Classes of oxidized_importer that derive from abstract base classes of the standard library.

Everything is looked up through the finder; nothing here knows the packed resources format.
"""

import importlib.metadata
import io
import os
import pathlib
import sys

try:
    from importlib.resources.abc import Traversable, TraversableResources
except ImportError:  # before 3.11
    from importlib.abc import Traversable, TraversableResources


class PackedPath(Traversable):
    """A file or directory of a package; `names` are the paths of all files of the package."""

    def __init__(self, finder, directory, names, relative=""):
        self._finder = finder
        self._directory = directory
        self._names = names
        self._relative = relative

    @property
    def name(self):
        return os.path.basename(str(self))

    def __str__(self):
        return os.path.join(self._directory, self._relative) if self._relative else self._directory

    def __repr__(self):
        return f"PackedPath({str(self)!r})"

    def __eq__(self, other):
        return isinstance(other, PackedPath) and str(self) == str(other)

    def __hash__(self):
        return hash(str(self))

    def _prefix(self):
        return self._relative + "/" if self._relative else ""

    def is_file(self):
        return self._relative in self._names

    def is_dir(self):
        prefix = self._prefix()
        return not prefix or any(name.startswith(prefix) for name in self._names)

    def exists(self):
        return self.is_file() or self.is_dir()

    def iterdir(self):
        if not self.is_dir():
            raise NotADirectoryError(20, "Not a directory", str(self))
        prefix = self._prefix()
        children = {name[len(prefix):].split("/")[0] for name in self._names if name.startswith(prefix)}
        return iter([self._child(prefix + child) for child in sorted(children)])

    def _child(self, relative):
        return PackedPath(self._finder, self._directory, self._names, relative)

    def joinpath(self, *parts):
        path = self._relative
        for part in parts:
            path = os.path.normpath(os.path.join(path, os.fspath(part)))
        if path == "." or not path:
            return self._child("")
        if path.startswith("..") or os.path.isabs(path):
            raise FileNotFoundError(2, "No such file in the package", path)
        return self._child(path)

    __truediv__ = joinpath

    @property
    def parent(self):
        return self._child(os.path.dirname(self._relative))

    @property
    def suffix(self):
        return os.path.splitext(self.name)[1]

    @property
    def stem(self):
        return os.path.splitext(self.name)[0]

    def read_bytes(self):
        if not self.is_file():
            code = (21, "Is a directory") if self.is_dir() else (2, "No such file or directory")
            raise OSError(*code, str(self))
        return self._finder.get_data(str(self))

    def read_text(self, encoding=None, errors=None):
        with self.open(encoding=encoding, errors=errors) as stream:
            return stream.read()

    def open(self, mode="r", *args, **kwargs):
        if set(mode) & set("wax+"):
            raise OSError(30, "Read-only file system", str(self))
        stream = io.BytesIO(self.read_bytes())
        if "b" in mode:
            return stream
        kwargs.setdefault("encoding", None)
        return io.TextIOWrapper(stream, *args, **kwargs)


class ResourceReader(TraversableResources):
    """Data files of one package for importlib.resources."""

    def __init__(self, finder, package, directory):
        self._finder = finder
        self._package = package
        self._directory = directory

    def files(self):
        if os.path.isdir(self._directory):
            return pathlib.Path(self._directory)
        return PackedPath(self._finder, self._directory, frozenset(self._finder._resource_files(self._package)))

    def open_resource(self, resource):
        return self.files().joinpath(resource).open("rb")

    def resource_path(self, resource):
        path = os.path.join(self._directory, resource)
        if os.path.isfile(path):
            return path
        raise FileNotFoundError(2, "Not a file outside of the program", resource)

    def is_resource(self, path):
        return self.files().joinpath(path).is_file()

    def contents(self):
        return iter([item.name for item in self.files().iterdir()])


class PackedFile(type(pathlib.Path())):
    """The path of a file of a distribution; inside the program it can be read, but has no file."""

    finder = None

    def open(self, mode="r", buffering=-1, encoding=None, errors=None, newline=None):
        try:
            return super().open(mode, buffering, encoding, errors, newline)
        except NotADirectoryError:
            if set(mode) & set("wax+"):
                raise
            stream = io.BytesIO(self.finder.get_data(str(self)))
            return stream if "b" in mode else io.TextIOWrapper(stream, encoding, errors, newline)

    def exists(self, **options):
        return super().exists(**options) or self.is_file()

    def is_file(self, **options):
        try:
            return super().is_file(**options) or self.finder.get_data(str(self)) is not None
        except OSError:
            return False


class OxidizedDistribution(importlib.metadata.Distribution):
    """A packed distribution for importlib.metadata."""

    def __init__(self, finder, key, directory):
        self._finder = finder
        self._key = key
        self._path = pathlib.Path(finder._base_directory(""), directory)
        PackedFile.finder = finder

    def read_text(self, filename):
        data = self._finder._distribution_file(self._key, str(filename))
        return None if data is None else data.decode("utf-8", "surrogateescape")

    def locate_file(self, path):
        path = pathlib.PurePosixPath(path)
        return PackedFile(self._finder._base_directory(path.parts[0] if path.parts else ""), path)


def teach_pdb(pdb, finder):
    """Makes `break FILE:LINE` find the sources inside the program."""
    original = pdb.Pdb.lookupmodule

    def lookupmodule(self, filename):
        found = original(self, filename)
        if found or os.path.isabs(filename):
            return found or readable(filename)
        names = [filename, filename + ".py"]
        if sys.version_info >= (3, 13):
            names.append(filename.replace(".", "/") + ".py")
        root = finder._base_directory("")
        return next(filter(None, (readable(os.path.join(root, name)) for name in names)), None)

    def readable(path):
        try:
            finder.get_data(path)
        except OSError:
            return None
        return path

    pdb.Pdb.lookupmodule = lookupmodule


def normalized(name):
    """The project name as PEP 503 compares it."""
    return "-".join(part for part in name.lower().replace("_", "-").replace(".", "-").split("-") if part)


def find_distributions(finder, context):
    """Distributions that match an importlib.metadata context, or all of them."""
    path = vars(context).get("path") if context else None
    if path is not None and finder._base_directory("") not in map(os.fspath, path):
        return iter(())
    name = getattr(context, "name", None)
    # Since Python 3.10 an empty name is as good as none.
    is_any = name is None or (name == "" and sys.version_info >= (3, 10))
    wanted = None if is_any else normalized(name)
    return iter([
        OxidizedDistribution(finder, key, directory)
        for key, directory in finder._distributions()
        if wanted is None or key == wanted
    ])
