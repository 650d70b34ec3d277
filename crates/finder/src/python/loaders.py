"""Loaders that are those of importlib, and its abstract base classes."""

from importlib.machinery import SourceFileLoader


class OxidizedSourceLoader(SourceFileLoader):
    """Loads a packed module as SourceFileLoader does; its path is inside the program.

    packed is the name that the finder has the module under, fullname the one it is imported as.
    """

    def __init__(self, fullname, path, finder=None, packed=None):
        super().__init__(fullname, path)
        self._finder, self._packed = finder, packed

    def get_code(self, fullname):
        """The code object of the module: compiled from its source if a derived class compiles in another way."""
        if self._finder is None or type(self).source_to_code is not SourceFileLoader.source_to_code:
            return super().get_code(fullname)
        self.get_filename(fullname)  # ImportError for another name
        return self._finder.get_code(self._packed)

    def get_resource_reader(self, module):
        """A reader of the data files of a package."""
        return self._finder.get_resource_reader(self._packed) if self._finder else super().get_resource_reader(module)


def register(abc, finder, path_entry_finder):
    """Makes the classes known to the module importlib.abc."""
    for names, kind in (
        (("MetaPathFinder", "InspectLoader", "ExecutionLoader", "ResourceLoader"), finder),
        (("PathEntryFinder",), path_entry_finder),
    ):
        for name in names:
            if name in vars(abc):
                vars(abc)[name].register(kind)
