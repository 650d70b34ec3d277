# /// script
# dependencies = ["sphinx", "sphinx-rtd-theme"]
# ///
"""Builds a site with the theme of Read the Docs: its templates, fonts and scripts."""

import pathlib
import tempfile

from sphinx.cmd.build import main

with tempfile.TemporaryDirectory() as directory:
    source, target = pathlib.Path(directory, "source"), pathlib.Path(directory, "target")
    source.mkdir()
    (source / "conf.py").write_text("project = 'Shop'\nhtml_theme = 'sphinx_rtd_theme'\nlanguage = 'de'\n")
    (source / "index.rst").write_text("Shop\n====\n\n.. toctree::\n\n   other\n")
    (source / "other.rst").write_text("Other\n-----\n\n.. code-block:: python\n\n   print(1)\n")
    print(main(["-q", "-b", "html", str(source), str(target)]))
    for path in sorted(target.rglob("*")):
        if path.is_file() and path.suffix not in (".pickle", ".doctree", ".buildinfo", ".inv"):
            print(path.relative_to(target), path.stat().st_size if "_static" in path.parts else "")
    print("wy-nav-side" in (target / "index.html").read_text(), "Suche" in (target / "index.html").read_text())
