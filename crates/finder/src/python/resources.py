"""Data files of packages, for importlib.resources."""

import io
import os
import pathlib
import posixpath
import sys

try:
    from importlib.resources.abc import Traversable, TraversableResources
except ImportError:  # before 3.11
    from importlib.abc import Traversable, TraversableResources

class PackedPath(Traversable):
    """A file or directory of a package.

    `files` has the paths of all files of the package, each with its place on disk, or None if it is in memory.
    """

    def __init__(self, finder, directory, files, relative=""):
        self._finder = finder
        self._directory = directory
        self._files = files
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
        return self._relative in self._files

    def is_dir(self):
        prefix = self._prefix()
        return not prefix or any(name.startswith(prefix) for name in self._files)

    def exists(self):
        return self.is_file() or self.is_dir()

    def iterdir(self):
        return iter([self._child(self._prefix() + name) for name in self._names()])

    def _names(self):
        """The names in this directory."""
        if not self.is_dir():
            raise NotADirectoryError(20, "Not a directory", str(self))
        prefix = self._prefix()
        return sorted({name[len(prefix):].split("/")[0] for name in self._files if name.startswith(prefix)})

    def _child(self, relative):
        path = self._files.get(relative)
        if path and os.path.basename(path) == posixpath.basename(relative):
            return pathlib.Path(path)
        return PackedPath(self._finder, self._directory, self._files, relative)

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

    def on_disk(self):
        """The path of the file that holds the content; None if it is in memory."""
        return self._files[self._relative]

    def read_bytes(self):
        if not self.is_file():
            code = (21, "Is a directory") if self.is_dir() else (2, "No such file or directory")
            raise OSError(*code, str(self))
        return self._finder.get_data(self.on_disk() or str(self))

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


class OxidizedResourceReader(TraversableResources):
    """Data files of one package: a TraversableResources, and so an importlib.abc.ResourceReader.

    Names of resources are paths relative to the package, with '/'. Files that an extension module or code is in are
    resources too, as they are with packages in directories.
    """

    def __init__(self, finder, package, directories):
        self._finder = finder
        self._package = package
        self._directory, *self._others = directories

    def files(self):
        """The directory of the package, as a Traversable; all of them if it is spread over several."""
        if self._others and sys.version_info >= (3, 10):
            from importlib.readers import MultiplexedPath

            return MultiplexedPath(pathlib.Path(self._directory), *map(pathlib.Path, self._others))
        if os.path.isdir(self._directory):
            return pathlib.Path(self._directory)
        return PackedPath(self._finder, self._directory, self._finder._resource_files(self._package))

    def open_resource(self, resource):
        """A binary file object; FileNotFoundError if there is no such file."""
        return self._file(resource).open("rb")

    def resource_path(self, resource):
        """The path of a file on disk; FileNotFoundError for what is in memory."""
        path = self._file(resource)
        on_disk = path.on_disk() if isinstance(path, PackedPath) else str(path)
        if on_disk is None:
            raise FileNotFoundError(2, "Not a file outside of the program", resource)
        return on_disk

    def is_resource(self, path):
        """Whether there is a file of this name; in a sub-directory too, unlike in the standard library."""
        try:
            return self._file(path).is_file()
        except FileNotFoundError:
            return False

    def contents(self):
        """A list of the names in the directory of the package."""
        files = self.files()
        return sorted(path.name for path in files.iterdir())

    def _file(self, name):
        if not isinstance(name, str):
            raise TypeError(f"the name of a resource is a str, not {type(name).__name__}")
        path = self.files().joinpath(name)
        if path.is_file():
            return path
        raise FileNotFoundError(2, "No such resource", name)
