# /// script
# dependencies = ["ipython"]
# ///
"""Runs cells in an InteractiveShell: magics, display, errors with their traceback, history, completion by jedi, inspection."""

import os
import re
import tempfile

os.environ["IPYTHONDIR"] = tempfile.mkdtemp()

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.completer import provisionalcompleter
from IPython.lib import pretty
from IPython.utils import capture
from IPython import display

shell = InteractiveShell.instance()


def run(cell):
    with capture.capture_output() as captured:
        result = shell.run_cell(cell, store_history=True)
    text = re.sub(r"\x1b\[[0-9;]*m", "", captured.stdout)
    return result.success, result.result, text.strip()


print(run("x = [n * n for n in range(5)]\nsum(x)"))
print(run("%timeit -n1 -r1 pass")[0], run("%who list"), run("%%writefile -a {}\nabc".format(os.path.join(os.environ["IPYTHONDIR"], "f")))[0])
print(run("!echo shell")[2], run("%%bash\necho $((1 + 2))")[2], run("In[1]")[1])
print(run("await __import__('asyncio').sleep(0, 'awaited')")[1])
good, _, text = run("def f(n):\n    return 1 / n\n\nf(0)")
print(good, text.splitlines()[-1], [line.strip() for line in text.splitlines() if "--->" in line or "-->" in line])
good, _, text = run("a b")
print(good, text.splitlines()[-1])
with provisionalcompleter():
    print(sorted(completion.text for completion in shell.Completer.completions("x.ap", 4)))
    shell.run_cell("import json")
    print(sorted(completion.text for completion in shell.Completer.completions("json.dum", 8)))
    print([completion.text for completion in shell.Completer.completions("%timei", 6)])
found = shell.object_inspect_mime("json.dumps")["text/plain"]
print("Serialize" in re.sub(r"\x1b\[[0-9;]*m", "", found))
print("def dumps" in shell.inspector.info(shell.user_ns["json"].dumps, detail_level=1)["source"])
print(pretty.pretty({"b": {1, 2}, "a": [None] * 3}), display.Markdown("*x*")._repr_markdown_())
shell.run_line_magic("load_ext", "autoreload")
print("autoreload" in shell.magics_manager.magics["line"], len(list(shell.history_manager.get_range(0))) > 5)
print(shell.display_formatter.format([1])[0])
