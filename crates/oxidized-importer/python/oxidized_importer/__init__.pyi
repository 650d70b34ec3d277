"""Import Python modules, extension modules and data from packed resources in memory."""

import importlib.metadata
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec
from os import PathLike
from pathlib import Path
from types import CodeType, ModuleType
from typing import IO, Any, NoReturn, Union, final
from zipfile import ZipFile

from typing_extensions import Buffer, Self, TypeAlias

if sys.version_info >= (3, 11):
    from importlib.resources.abc import Traversable, TraversableResources
else:
    from importlib.abc import Traversable, TraversableResources

__all__ = [
    "OxidizedDistribution",
    "OxidizedFinder",
    "OxidizedPathEntryFinder",
    "OxidizedPkgResourcesProvider",
    "OxidizedResource",
    "OxidizedResourceCollector",
    "OxidizedResourceReader",
    "OxidizedZipFinder",
    "PythonExtensionModule",
    "PythonModuleBytecode",
    "PythonModuleSource",
    "PythonPackageDistributionResource",
    "PythonPackageResource",
    "decode_source",
    "find_resources_in_path",
    "pkg_resources_find_distributions",
    "register_pkg_resources",
]

_Path: TypeAlias = Union[str, bytes, PathLike[str], PathLike[bytes]]

@final
class OxidizedFinder:
    """A meta path finder, and the loader of what it finds, for importlib.

    Resources are indexed in place: a `bytes` object is kept alive, a file is mapped into memory.
    """

    def __new__(
        cls,
        resources_data: Buffer | None = None,
        resources_file: _Path | None = None,
        relative_path_origin: _Path | None = None,
    ) -> Self: ...

    # Resources.
    @property
    def origin(self) -> str:
        """The directory that paths of files are relative to; by default that of `sys.executable`."""

    def index_bytes(self, data: Buffer) -> None:
        """Adds packed resources, which replace those of the same names; ValueError if it holds none."""

    def index_file_memory_mapped(self, path: _Path) -> None:
        """Adds the packed resources in a file, which must not be changed while it is mapped."""

    def index_interpreter_builtins(self) -> None:
        """Adds the built-in and the frozen modules of this interpreter."""

    def index_interpreter_builtin_extension_modules(self) -> None: ...
    def index_interpreter_frozen_modules(self) -> None: ...
    def indexed_resources(self) -> list[OxidizedResource]:
        """Copies of all resources, sorted by name."""

    def add_resource(self, resource: OxidizedResource) -> None:
        """Adds a copy of a resource, which replaces what has its name."""

    def add_resources(self, resources: Iterable[OxidizedResource]) -> None: ...
    def serialize_indexed_resources(
        self, ignore_builtin: bool = True, ignore_frozen: bool = True, version: int = 4
    ) -> bytes:
        """All resources in version 3 or 4 of the format, for the constructor of another finder."""

    # importlib.abc.MetaPathFinder
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None: ...
    if sys.version_info < (3, 12):
        def find_module(self, fullname: str, path: Sequence[str] | None = None) -> Self | None: ...

    def invalidate_caches(self) -> None: ...
    def find_distributions(
        self, context: importlib.metadata.DistributionFinder.Context | None = None
    ) -> Iterator[OxidizedDistribution]: ...

    # importlib.abc.Loader, ExecutionLoader and ResourceLoader
    def create_module(self, spec: ModuleSpec) -> ModuleType | None: ...
    def exec_module(self, module: ModuleType) -> None: ...
    def load_module(self, fullname: str) -> ModuleType: ...
    def is_package(self, fullname: str) -> bool: ...
    def get_code(self, fullname: str) -> CodeType | None: ...
    def get_source(self, fullname: str) -> str | None: ...
    def get_filename(self, fullname: str) -> str: ...
    def get_data(self, path: str) -> bytes: ...
    def get_resource_reader(self, fullname: str) -> OxidizedResourceReader | None: ...

    # pkgutil, sys.path_hooks
    def iter_modules(self, prefix: str = "") -> list[tuple[str, bool]]: ...
    def path_hook(self, path: _Path) -> OxidizedPathEntryFinder:
        """For `sys.path_hooks`; ImportError for paths that are not below `path_hook_base_str`."""

    @property
    def path_hook_base_str(self) -> str: ...

    # What importing other modules does.
    @property
    def multiprocessing_set_start_method(self) -> None:
        """The start method that multiprocessing gets: a finder leaves that alone."""

    @property
    def pkg_resources_import_auto_register(self) -> bool:
        """Whether importing pkg_resources calls `register_pkg_resources()`."""

@final
class OxidizedPathEntryFinder:
    """Finds the modules directly inside one package, or those outside of packages."""

    def find_spec(self, fullname: str, target: ModuleType | None = None) -> ModuleSpec | None: ...
    if sys.version_info < (3, 12):
        def find_module(self, fullname: str) -> Any: ...

    def invalidate_caches(self) -> None: ...
    def iter_modules(self, prefix: str = "") -> list[tuple[str, bool]]: ...

class OxidizedZipFinder:
    """A meta path finder, and the loader of what it finds, over a zip archive in memory."""

    def __init__(self, archive: ZipFile, path: str) -> None: ...
    @classmethod
    def from_path(cls, path: _Path) -> Self:
        """Reads a file; ValueError if it is no zip archive."""

    @classmethod
    def from_zip_data(cls, source: Buffer) -> Self: ...
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None: ...
    if sys.version_info < (3, 12):
        def find_module(self, fullname: str, path: Sequence[str] | None = None) -> Self | None: ...

    def invalidate_caches(self) -> None: ...
    def create_module(self, spec: ModuleSpec) -> ModuleType | None: ...
    def exec_module(self, module: ModuleType) -> None: ...
    def is_package(self, fullname: str) -> bool: ...
    def get_code(self, fullname: str) -> CodeType | None: ...
    def get_source(self, fullname: str) -> str | None: ...
    def get_filename(self, fullname: str) -> str: ...
    def get_data(self, path: str) -> bytes: ...
    def get_resource_reader(self, fullname: str) -> TraversableResources | None: ...

class OxidizedResourceReader(TraversableResources):
    """The data files of a package, for importlib.resources; made by `OxidizedFinder.get_resource_reader()`."""

    def __init__(self, finder: OxidizedFinder, package: str, directories: Sequence[str]) -> None: ...
    def files(self) -> Traversable: ...
    def open_resource(self, resource: str) -> IO[bytes]: ...  # type: ignore[override]
    def resource_path(self, resource: str) -> str: ...
    def is_resource(self, path: str) -> bool: ...
    def contents(self) -> list[str]: ...  # type: ignore[override]

class OxidizedDistribution(importlib.metadata.Distribution):
    """A distribution, for importlib.metadata; made by `OxidizedFinder.find_distributions()`."""

    def __init__(self, finder: OxidizedFinder, name: str, directory: str) -> None: ...
    def read_text(self, filename: str) -> str | None: ...
    def locate_file(self, path: str | PathLike[str]) -> Path: ...

@final
class OxidizedResource:
    """What a finder knows under one name; a copy, so that changes have an effect once it is added to a finder."""

    def __new__(cls) -> Self: ...

    name: str
    is_module: bool
    is_package: bool
    is_namespace_package: bool
    is_extension_module: bool
    is_shared_library: bool
    is_builtin_extension_module: bool
    is_frozen_module: bool

    in_memory_source: bytes | None
    # Marshalled code, without the header of a .pyc file.
    in_memory_bytecode: bytes | None
    in_memory_bytecode_opt1: bytes | None
    in_memory_bytecode_opt2: bytes | None
    in_memory_extension_module_shared_library: bytes | None
    in_memory_shared_library: bytes | None
    shared_library_dependency_names: list[str] | None
    in_memory_package_resources: dict[str, bytes] | None
    in_memory_distribution_resources: dict[str, bytes] | None

    # Relative to the origin of the finder.
    relative_path_module_source: Path | None
    relative_path_module_bytecode: Path | None
    relative_path_module_bytecode_opt1: Path | None
    relative_path_module_bytecode_opt2: Path | None
    relative_path_extension_module_shared_library: Path | None
    relative_path_package_resources: dict[str, Path] | None
    relative_path_distribution_resources: dict[str, Path] | None

@final
class PythonModuleSource:
    """The source text of a module."""

    module: str
    source: bytes
    is_package: bool

@final
class PythonModuleBytecode:
    """The bytecode of a module, without the header of a .pyc file."""

    module: str
    bytecode: bytes
    optimize_level: int
    is_package: bool

@final
class PythonExtensionModule:
    """A module of machine code."""

    @property
    def name(self) -> str: ...

@final
class PythonPackageResource:
    """A data file of a package; `name` is its path inside the package, with slashes."""

    package: str
    name: str
    data: bytes

@final
class PythonPackageDistributionResource:
    """A file of the .dist-info or .egg-info directory of a distribution."""

    package: str
    version: str
    name: str
    data: bytes

_PythonResource: TypeAlias = Union[
    PythonModuleSource,
    PythonModuleBytecode,
    PythonExtensionModule,
    PythonPackageResource,
    PythonPackageDistributionResource,
]

@final
class OxidizedResourceCollector:
    """Makes of files that were found resources for a finder, in memory or as files to be installed."""

    def __new__(cls, allowed_locations: Sequence[str]) -> Self: ...
    @property
    def allowed_locations(self) -> list[str]:
        """`in-memory`, `filesystem-relative` or both."""

    def add_in_memory(self, resource: _PythonResource) -> None: ...
    def add_filesystem_relative(self, prefix: str, resource: _PythonResource) -> None: ...
    def oxidize(self) -> tuple[list[OxidizedResource], list[tuple[Path, bytes, bool]]]:
        """The resources, and the files they refer to: relative path, content, and whether it is executable."""

class OxidizedPkgResourcesProvider:
    """The data files of a package and the metadata of its distribution, for pkg_resources."""

    def __init__(self, module: ModuleType, *, distribution: str | None = None) -> None: ...
    def has_metadata(self, name: str) -> bool: ...
    def get_metadata(self, name: str) -> str: ...
    def get_metadata_lines(self, name: str) -> Iterator[str]: ...
    def metadata_isdir(self, name: str) -> bool: ...
    def metadata_listdir(self, name: str) -> list[str]: ...
    def run_script(self, script_name: str, namespace: Mapping[str, Any]) -> NoReturn: ...
    def get_resource_filename(self, manager: Any, resource_name: str) -> str: ...
    def get_resource_stream(self, manager: Any, resource_name: str) -> IO[bytes]: ...
    def get_resource_string(self, manager: Any, resource_name: str) -> bytes: ...
    def has_resource(self, resource_name: str) -> bool: ...
    def resource_isdir(self, resource_name: str) -> bool: ...
    def resource_listdir(self, resource_name: str) -> list[str]: ...

def find_resources_in_path(path: _Path) -> list[_PythonResource]:
    """The Python resources in a directory of `sys.path`, sorted by path; ValueError if it is no directory."""

def decode_source(io_module: ModuleType, source: Buffer) -> str:
    """Source text as `importlib.util.decode_source` decodes it; `io_module` is `io`."""

def register_pkg_resources() -> None:
    """Makes pkg_resources know the finders of this module."""

def pkg_resources_find_distributions(finder: object, path_item: str, only: bool = False) -> Iterator[Any]:
    """The distributions, as objects of pkg_resources, that an `OxidizedPathEntryFinder` has."""
