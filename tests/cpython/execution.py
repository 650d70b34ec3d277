"""Running a test file in a mode, to the end even if it crashes."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from compare import NO_TEST
from modes import environment

# How often a file is started again after the test that ended the process.
RESTARTS = 5


class Result:
    """Outcomes by test id, as `ids.py` wrote them."""

    def __init__(self, path):
        self.outcomes = {}
        self.running = None
        self.ended = False
        self.elsewhere = []
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
            self._take(json.loads(line))

    def _take(self, line):
        if "start" in line:
            self.running = line["start"]
        elif "end" in line:
            self.ended = True
            self.elsewhere = line["elsewhere"]
        else:
            self.running = None
            name, count = line["id"], 1
            while name in self.outcomes:  # the same test loaded twice
                count += 1
                name = f"{line['id']} #{count}"
            self.outcomes[name] = line


def run(command, left_out, test, results, limit):
    """Runs a file, and leaves its outcomes in `results` and its output in a `.log` beside it."""
    partial = results.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    log = results.with_suffix(".log")
    with open(log, "wb") as output:
        for _ in range(RESTARTS):
            status = start(command, left_out, test, partial, limit, output)
            result = Result(partial)
            if result.ended:
                break
            ended_by = result.running or f"test.{test}{NO_TEST}"
            outcome = "timeout" if status is None else "crashed"
            add(partial, id=ended_by, outcome=outcome, detail=f"{limit} s" if status is None else f"status {status}", subtests=[])
            if not result.running:
                break
    partial.replace(results)


def start(command, left_out, test, partial, limit, output):
    """One process; its status, or `None` if it had to be killed."""
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="cpython-"))
    skip = partial.with_suffix(".skip")
    skip.write_text("\n".join(Result(partial).outcomes), encoding="utf-8")
    words = [*command, "--test", test, "--results", str(partial), "--scratch", str(scratch), "--left-out", str(left_out)]
    words += ["--skip", str(skip), "--timeout", str(limit - 2)]
    process = subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=environment(scratch),
        start_new_session=True,
    )
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        return None
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        skip.unlink()
        shutil.rmtree(scratch, ignore_errors=True)


def add(path, **line):
    with open(path, "a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")
