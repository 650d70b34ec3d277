# /// script
# dependencies = ["setuptools<81", "pyyaml", "pygments"]
# ///
"""pkg_resources: working set, entry points, resources, versions; setuptools builds a wheel and an extension's command line."""

import contextlib
import io
import os
import pathlib
import sys
import tempfile
import warnings
import zipfile

warnings.simplefilter("ignore")

import pkg_resources
import setuptools
import setuptools.archive_util
import setuptools.build_meta
import setuptools.command.build_ext
import setuptools.dist
from setuptools import discovery

print(sorted(found.key for found in pkg_resources.working_set))
print(pkg_resources.get_distribution("setuptools").version == setuptools.__version__, pkg_resources.require("pyyaml")[0].project_name.lower())
print(pkg_resources.load_entry_point("pygments", "console_scripts", "pygmentize").__module__)
print(len(list(pkg_resources.iter_entry_points("distutils.commands"))) > 15, sorted(pkg_resources.get_entry_map("setuptools"))[:2])
print(pkg_resources.resource_exists("setuptools", "script.tmpl"), pkg_resources.resource_string("setuptools", "script.tmpl")[:12])
print(pkg_resources.resource_isdir("setuptools", "command"), "build.py" in pkg_resources.resource_listdir("setuptools", "command"))
print(os.path.isfile(pkg_resources.resource_filename("setuptools", "script.tmpl")))
print(pkg_resources.get_distribution("pygments").get_metadata("entry_points.txt").splitlines()[0])
print(pkg_resources.parse_version("1.10") > pkg_resources.parse_version("1.9"), "1.5" in pkg_resources.Requirement.parse("x[y]>=1,<2"))
for wrong in ("nothing", "setuptools>1000"):
    try:
        pkg_resources.require(wrong)
    except pkg_resources.ResolutionError as error:
        print("error", type(error).__name__)

with tempfile.TemporaryDirectory() as directory:
    place = pathlib.Path(directory)
    (place / "pkg").mkdir()
    (place / "pkg" / "__init__.py").write_text("def main(): pass\n")
    (place / "pkg" / "data.txt").write_text("data")
    (place / "pyproject.toml").write_text(
        '[project]\nname = "demo"\nversion = "1.2"\nscripts = {demo = "pkg:main"}\n'
        '[tool.setuptools]\npackages = ["pkg"]\npackage-data = {pkg = ["*.txt"]}\n'
    )
    os.chdir(directory)
    sys.argv = ["setup.py"]
    with contextlib.redirect_stdout(io.StringIO()):
        wheel = setuptools.build_meta.build_wheel(str(place / "dist"))
        archive = setuptools.build_meta.build_sdist(str(place / "dist"))
    print(wheel, archive, sorted(zipfile.ZipFile(place / "dist" / wheel).namelist()))
    print(discovery.find_package_path("pkg", {}, directory) == str(place / "pkg"), setuptools.find_packages(directory))
    setuptools.archive_util.unpack_archive(str(place / "dist" / archive), str(place / "out"))
    print(sorted(path.name for path in (place / "out" / "demo-1.2").iterdir()))
    found = list(pkg_resources.find_distributions(directory))
    print([(one.project_name, one.version) for one in found])
