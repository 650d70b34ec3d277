"""Distributions, for importlib.metadata."""

import importlib.metadata
import io
import os
import pathlib
import sys


class PackedFile(type(pathlib.Path())):
    """The path of a file of a distribution. One inside the program can be read, but is no file on disk."""

    _finder = None

    @classmethod
    def of(cls, finder, *segments):
        path = cls(*segments)
        path._finder = finder
        return path

    def with_segments(self, *segments):  # since 3.12
        return self.of(self._finder, *segments)

    def _make_child(self, args):  # before 3.12
        child = super()._make_child(args)
        child._finder = self._finder
        return child

    def _is_packed(self):
        return self._finder is not None and self._finder._is_file(str(self))

    def open(self, mode="r", buffering=-1, encoding=None, errors=None, newline=None):
        try:
            return super().open(mode, buffering, encoding, errors, newline)
        except NotADirectoryError:
            if self._finder is None or set(mode) & set("wax+"):
                raise
            stream = io.BytesIO(self._finder.get_data(str(self)))
            return stream if "b" in mode else io.TextIOWrapper(stream, encoding, errors, newline)

    def exists(self, **options):
        return self._is_packed() or super().exists(**options)

    def is_file(self, **options):
        return self._is_packed() or super().is_file(**options)


class OxidizedDistribution(importlib.metadata.Distribution):
    """A distribution that a finder has: an importlib.metadata.Distribution."""

    def __init__(self, finder, name, directory):
        self._finder = finder
        self._name = name
        self._path = PackedFile.of(finder, finder._locate_file(name, directory))

    def read_text(self, filename):
        """The text of a file of the metadata directory; None if there is no such file."""
        data = self._finder._distribution_file(self._name, filename)
        return None if data is None else data.decode("utf-8", "surrogateescape")

    def locate_file(self, path):
        """The path of a file that the distribution has installed."""
        return PackedFile.of(self._finder, self._finder._locate_file(self._name, os.fspath(path)))


def find_distributions(finder, context=None):
    """Distributions that match an importlib.metadata context, or all of them.

    Those of a finder are in the directories of its modules, and the path of the program stands for all of these. They do
    not match a context that was given other paths. The context loses the directories: the finders that are asked next,
    with the same context, would find the same files there once more.
    """
    wanted, only, found = None, None, finder._distributions()
    if context is not None:
        path, name = context.path, context.name
        given = vars(context).get("path")
        narrowed, before = vars(context).get("_narrowed", (None, None))
        if narrowed is not None and given is narrowed:  # by an earlier call
            given, path = before, sys.path if before is None else before
        if given is not None:
            path = list(map(os.fspath, path))
            only = None if finder.path_hook_base_str in path else path
        own = {item for _, _, item in found}
        others = [item for item in path or () if not (isinstance(item, str) and item in own)]
        if len(others) < len(path or ()):
            vars(context).update(path=others, _narrowed=(others, given))
        # Since Python 3.10 an empty name is as good as none.
        is_any = name is None or (name == "" and sys.version_info >= (3, 10))
        wanted = None if is_any else finder._normalized(name)
    return iter([
        OxidizedDistribution(finder, name, directory)
        for name, directory, item in found
        if (wanted is None or finder._normalized(name) == wanted) and (only is None or item in only)
    ])
