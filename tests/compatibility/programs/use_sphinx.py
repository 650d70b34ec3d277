# /// script
# dependencies = ["sphinx"]
# ///
"""Builds pages of a small project: HTML with a theme and search index, text, man pages; documented modules, German, warnings."""

import contextlib
import io
import json
import pathlib
import sys
import tempfile

from sphinx.application import Sphinx
from sphinx.cmd import quickstart

MODULE = '''
"""Does things."""

def act(name: str, times: int = 1) -> bool:
    """Acts.

    Args:
        name: whose.
    """
'''
INDEX = """
Title
=====

.. toctree::

   other

.. automodule:: documented
   :members:

.. code-block:: python

   print("coloured")

:math:`a^2`, :ref:`place`, :py:func:`documented.act`, :doc:`nothing`

.. image:: nothing.png
"""

with tempfile.TemporaryDirectory() as directory:
    place = pathlib.Path(directory)
    source = place / "source"
    source.mkdir()
    (source / "documented.py").write_text(MODULE)
    (source / "index.rst").write_text(INDEX)
    (source / "other.rst").write_text(".. _place:\n\nOther\n-----\n\n.. graphviz::\n\n   digraph { a }\n\n.. note:: Take note.\n")
    sys.path.insert(0, str(source))
    extensions = ["autodoc", "napoleon", "mathjax", "viewcode", "intersphinx", "autosummary", "todo", "doctest"]
    settings = {"project": "P", "language": "de", "extensions": [f"sphinx.ext.{name}" for name in extensions], "html_theme": "alabaster"}
    for builder, page in (("html", "index.html"), ("text", "index.txt"), ("man", "p.1"), ("latex", "p.tex"), ("epub", "P.epub"), ("json", "index.fjson")):
        warnings = io.StringIO()
        app = Sphinx(source, None, place / builder, place / "trees", builder, settings, status=None, warning=warnings, freshenv=True)
        app.build(force_all=True)
        files = sorted(path.name for path in (place / builder).iterdir())
        print(builder, app.statuscode, any(path.lower() == page.lower() for path in files), warnings.getvalue().count("WARNING") > 0)
    text = (place / "html" / "index.html").read_text()
    print([part in text for part in ('class="highlight-python', "documented.act", "Suche", "alabaster.css", 'class="math')])
    print(sorted(path.name for path in (place / "html" / "_static").iterdir() if path.suffix == ".js"))
    index = (place / "html" / "searchindex.js").read_text()
    print(sorted(json.loads(index[index.index("(") + 1 : index.rindex(")")])["docnames"]))
    print((place / "text" / "index.txt").read_text().splitlines()[:2], "Bemerkung" in (place / "text" / "other.txt").read_text())
    values = {"path": str(place / "new"), "sep": False, "dot": "_", "project": "New", "author": "A", "version": "1", "release": "1"}
    values |= {"suffix": ".rst", "master": "index", "language": "en", "makefile": True, "batchfile": False, "extensions": []}
    (place / "new").mkdir()
    with contextlib.redirect_stdout(io.StringIO()):
        quickstart.generate(values, silent=True)
    print(sorted(path.name for path in (place / "new").iterdir()))
