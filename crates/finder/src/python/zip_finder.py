"""Modules in zip files."""

import importlib.util
import io
import marshal
import os
import posixpath
import struct
import sys
import zipfile
import zlib
from importlib.machinery import ModuleSpec

try:
    from importlib.resources.abc import TraversableResources
except ImportError:  # before 3.11
    from importlib.abc import TraversableResources

# What zipfile raises if a file is damaged, encrypted or compressed in a way that it does not know.
DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OSError, OverflowError,
          RuntimeError, ValueError)
HEADER = 16  # bytes before the code in a .pyc file (PEP 552)


class ZipResourceReader(TraversableResources):
    """Data files of a package in a zip file."""

    def __init__(self, directory):
        self._directory = directory

    def files(self):
        return self._directory


class OxidizedZipFinder:
    """Imports modules from a zip file in memory: a meta path finder and a loader (importlib.abc).

    Made by from_path() and from_zip_data(). Bytecode (name.pyc) counts before source if it is for this Python. Files of
    modules are below the path of the zip file, or of sys.executable if there is none.
    """

    def __init__(self, archive, path):
        self._archive = archive
        self._names = frozenset(archive.namelist())
        self._path = path

    @classmethod
    def from_path(cls, path):
        """A finder of the modules in a zip file, which is read at once.

        OSError if it cannot be read, ValueError if it is no zip file.
        """
        path = os.fsdecode(path)
        with open(path, "rb") as file:
            return cls._from_bytes(file.read(), path)

    @classmethod
    def from_zip_data(cls, source):
        """A finder of the modules in a zip file that a bytes-like object holds; ValueError if it is none."""
        return cls._from_bytes(memoryview(source).tobytes(), sys.executable)

    @classmethod
    def _from_bytes(cls, data, path):
        try:
            return cls(zipfile.ZipFile(io.BytesIO(data)), path)
        except DAMAGE as error:
            raise ValueError(f"{path} is not a zip file: {error}") from None

    def find_spec(self, fullname, path=None, target=None):
        """The spec of a module, or None if it is not in the zip file."""
        found = self._find(fullname)
        if found is None:
            return None
        is_package, source, bytecode = found
        file = self._file(source or bytecode)
        spec = ModuleSpec(fullname, self, origin=file, is_package=is_package)
        spec.has_location = True
        spec.cached = importlib.util.cache_from_source(file) if source else file
        if is_package:
            spec.submodule_search_locations = [os.path.dirname(file)]
        return spec

    if sys.version_info < (3, 12):
        def find_module(self, fullname, path=None):
            """The finder, which is the loader too, or None if the module is not in the zip file."""
            return self if self._find(fullname) else None

    def invalidate_caches(self):
        """The zip file is in memory: there is nothing to invalidate."""

    def create_module(self, spec):
        """None, so that Python makes the module."""

    def exec_module(self, module):
        """Runs the code of a module."""
        exec(self.get_code(module.__name__), module.__dict__)

    def get_code(self, fullname):
        """The code object of a module."""
        _, source, bytecode = self._known(fullname)
        if bytecode:
            data = self._read(bytecode, fullname)
            if data[:4] == importlib.util.MAGIC_NUMBER:
                return self._unmarshal(data, bytecode, fullname)
        if source is None:
            raise ImportError(f"{bytecode} is for another Python", name=fullname, path=self._file(bytecode))
        return compile(self._read(source, fullname), self._file(source), "exec", dont_inherit=True)

    def get_source(self, fullname):
        """The source text of a module, or None if there is only bytecode."""
        _, source, _ = self._known(fullname)
        return importlib.util.decode_source(self._read(source, fullname)) if source else None

    def get_filename(self, fullname):
        """The path of a module: below that of the zip file."""
        _, source, bytecode = self._known(fullname)
        return self._file(source or bytecode)

    def is_package(self, fullname):
        """Whether a module is a package."""
        return self._known(fullname)[0]

    def get_data(self, path):
        """The bytes of a file below the path of the zip file."""
        inside = os.path.relpath(path, self._path).replace(os.sep, "/")
        if inside not in self._names:
            raise FileNotFoundError(2, "No such file in the zip file", path)
        return self._read(inside, None)

    def get_resource_reader(self, fullname):
        """A reader of the data files of a package; None for other modules."""
        found = self._find(fullname)
        if found is None or not found[0]:
            return None
        return ZipResourceReader(zipfile.Path(self._archive, fullname.replace(".", "/") + "/"))

    def _find(self, fullname):
        """Whether it is a package, the path of its source and that of its bytecode, in the zip file."""
        if not isinstance(fullname, str):
            raise TypeError(f"the name of a module is a str, not {type(fullname).__name__}")
        stem = fullname.replace(".", "/")
        for stem, is_package in ((stem + "/__init__", True), (stem, False)):
            source, bytecode = (name if name in self._names else None for name in (stem + ".py", stem + ".pyc"))
            if source or bytecode:
                return is_package, source, bytecode
        return None

    def _known(self, fullname):
        found = self._find(fullname)
        if found is None:
            raise ImportError(f"no module named {fullname!r} in {self._path}", name=fullname)
        return found

    def _file(self, inside):
        return os.path.join(self._path, *inside.split(posixpath.sep))

    def _read(self, inside, fullname):
        try:
            return self._archive.read(inside)
        except DAMAGE as error:
            raise ImportError(f"{inside} in {self._path}: {error}", name=fullname, path=self._file(inside)) from error

    def _unmarshal(self, data, bytecode, fullname):
        try:
            return marshal.loads(memoryview(data)[HEADER:])
        except (EOFError, ValueError, TypeError) as error:
            raise ImportError(f"{bytecode} in {self._path}: {error}", name=fullname, path=self._file(bytecode)) from error
