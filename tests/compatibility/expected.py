"""Programs that are known to fail, and why: `expected.toml`."""

import fnmatch
import pathlib
import tomllib

HERE = pathlib.Path(__file__).parent


class Expected:
    def __init__(self):
        text = (HERE / "expected.toml").read_text(encoding="utf-8")
        self.exceptions = tomllib.loads(text).get("exception", [])

    def explain(self, result):
        """Gives a result its reason, which is `None` if there is no exception for it."""
        result["reason"] = next((row["reason"] for row in self.exceptions if self.applies(row, result)), None)

    def applies(self, row, result):
        """Whether an exception is about the program, the Python and the stage of a result that failed."""
        if result["outcome"] == "ok" or result["name"] not in row["programs"] or result["stage"] not in row["stages"]:
            return False
        return any(fnmatch.fnmatchcase(result["python"], f"{python}.*") for python in row.get("pythons", ["*"]))
