"""Data files and distributions, for pkg_resources of setuptools before version 82."""

import posixpath
import sys

from oxidized_importer import OxidizedDistribution, OxidizedFinder, OxidizedPathEntryFinder


class OxidizedPkgResourcesProvider:
    """Data files of a package, or metadata of a distribution: a pkg_resources.IResourceProvider.

    pkg_resources makes one of a module; its finder has to be an OxidizedFinder.
    """

    def __init__(self, module, *, distribution=None):
        self._finder = module.__loader__
        self._package = module.__name__ if hasattr(module, "__path__") else module.__package__
        self._distribution = distribution

    @classmethod
    def _of_distribution(cls, finder, name):
        made = cls.__new__(cls)
        made._finder, made._package, made._distribution = finder, None, name
        return made

    def has_metadata(self, name):
        """Whether the distribution has a metadata file of this name."""
        return self._metadata(name) is not None

    def get_metadata(self, name):
        """The text of a metadata file; FileNotFoundError if there is none."""
        found = self._metadata(name)
        if found is None:
            raise FileNotFoundError(2, "No such metadata file", name)
        return found.decode("utf-8")

    def get_metadata_lines(self, name):
        """The lines of a metadata file, without blank lines and comments."""
        import pkg_resources
        return pkg_resources.yield_lines(self.get_metadata(name))

    def metadata_isdir(self, name):
        """Whether the metadata directory has a directory of this name."""
        return bool(self._metadata_below(name))

    def metadata_listdir(self, name):
        """The names in a directory of the metadata directory."""
        return sorted({path.split("/")[0] for path in self._metadata_below(name)})

    def run_script(self, script_name, namespace):
        """Scripts are not packed with the metadata of distributions."""
        raise NotImplementedError(f"the script {script_name!r} is not packed")

    def get_resource_filename(self, manager, resource_name):
        """The path of a file on disk; NotImplementedError for what is in memory."""
        try:
            return self._reader().resource_path(resource_name)
        except (FileNotFoundError, TypeError):
            raise NotImplementedError(f"the resource {resource_name!r} is in no file") from None

    def get_resource_stream(self, manager, resource_name):
        """A binary file object."""
        return self._reader().open_resource(resource_name)

    def get_resource_string(self, manager, resource_name):
        """The bytes of a resource."""
        return self.get_resource_stream(manager, resource_name).read()

    def has_resource(self, resource_name):
        """Whether there is a file or directory of this name."""
        return self._resource(resource_name) is not None

    def resource_isdir(self, resource_name):
        """Whether there is a directory of this name."""
        found = self._resource(resource_name)
        return found is not None and found.is_dir()

    def resource_listdir(self, resource_name):
        """The names in a directory."""
        found = self._resource(resource_name)
        return [item.name for item in found.iterdir()] if found is not None and found.is_dir() else []

    def _reader(self):
        reader = self._finder.get_resource_reader(self._package) if self._package else None
        if reader is None:
            raise FileNotFoundError(2, "The module is in no package", self._package)
        return reader

    def _resource(self, name):
        try:
            found = self._reader().files().joinpath(posixpath.normpath(name))
        except FileNotFoundError:
            return None
        return found if found.is_file() or found.is_dir() else None

    def _metadata(self, name):
        return self._finder._distribution_file(self._distribution or "", name)

    def _metadata_below(self, directory):
        """The paths of the metadata files below a directory, relative to it."""
        prefix = "" if posixpath.normpath(directory) == "." else posixpath.normpath(directory) + "/"
        names = self._finder._distribution_files(self._distribution or "")
        return [name[len(prefix):] for name in names if name.startswith(prefix)]


def pkg_resources_find_distributions(finder, path_item, only=False):
    """The distributions of an OxidizedPathEntryFinder, as objects of pkg_resources.

    Those of the finder are in the directories of its modules, and OxidizedFinder.path_hook_base_str stands for all of
    these; a directory below may have others, where it is one for the whole process.
    """
    if not isinstance(finder, OxidizedPathEntryFinder):
        return
    import pkg_resources
    if finder._package:
        yield from pkg_resources.find_on_path(finder, path_item, only)
        return
    packed = finder._finder
    for name, directory, item in packed._distributions():
        if path_item not in (item, packed.path_hook_base_str):
            continue
        found = OxidizedDistribution(packed, name, directory)
        is_egg_info = found._path.suffix == ".egg-info"
        kind = pkg_resources.Distribution if is_egg_info else pkg_resources.DistInfoDistribution
        provider = OxidizedPkgResourcesProvider._of_distribution(found._finder, found._name)
        yield kind(path_item, provider, project_name=found.metadata["Name"], version=found.version)


def register_pkg_resources():
    """Makes pkg_resources, which is imported, know OxidizedFinder, and the distributions of those on sys.path."""
    import pkg_resources
    pkg_resources.register_finder(OxidizedPathEntryFinder, pkg_resources_find_distributions)
    pkg_resources.register_loader_type(OxidizedFinder, OxidizedPkgResourcesProvider)
    for entry in sys.path:
        if isinstance(pkg_resources.get_importer(entry), OxidizedPathEntryFinder):
            for found in pkg_resources.find_distributions(entry):
                pkg_resources.working_set.add(found, entry)
