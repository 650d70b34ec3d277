"""Freezes the packages of a directory and runs a module from what was frozen.

    python freeze_with_importer.py build DIRECTORY OUTPUT
    python freeze_with_importer.py run OUTPUT MODULE

Modules and data are put into one file, OUTPUT/resources; extension modules become files below OUTPUT/lib.
"""

import pathlib
import runpy
import sys

import oxidized_importer


def build(directory, output):
    collector = oxidized_importer.OxidizedResourceCollector(
        allowed_locations=["in-memory", "filesystem-relative"]
    )
    for resource in oxidized_importer.find_resources_in_path(directory):
        if isinstance(resource, oxidized_importer.PythonExtensionModule):
            collector.add_filesystem_relative("lib", resource)
        else:
            collector.add_in_memory(resource)
    resources, files = collector.oxidize()

    finder = oxidized_importer.OxidizedFinder()
    finder.add_resources(resources)
    output.mkdir(parents=True, exist_ok=True)
    (output / "resources").write_bytes(finder.serialize_indexed_resources())
    for path, content, executable in files:
        path = output / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if executable:
            path.chmod(path.stat().st_mode | 0o111)


def run(output, module):
    finder = oxidized_importer.OxidizedFinder(relative_path_origin=output)
    finder.index_file_memory_mapped(output / "resources")
    sys.meta_path.insert(0, finder)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command == "build":
        build(arguments[0], pathlib.Path(arguments[1]).absolute())
    else:
        run(pathlib.Path(arguments[0]).absolute(), arguments[1])
