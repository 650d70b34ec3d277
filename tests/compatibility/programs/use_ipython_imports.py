# /// script
# dependencies = ["ipython"]
# ///
"""Completes the names of modules in `import` statements."""

import os
import tempfile

os.environ["IPYTHONDIR"] = tempfile.mkdtemp()

from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
with provisionalcompleter():
    for text in ("import tempf", "from importlib.meta", "import IPyth"):
        print(text, sorted(completion.text for completion in shell.Completer.completions(text, len(text))))
