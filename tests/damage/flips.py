"""Bits to be flipped, and what has become of those that were."""

import concurrent.futures
import contextlib
import errno
import json
import os
import queue
import signal
import subprocess

PIPES = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


@contextlib.contextmanager
def flipped(path, offset, bit):
    """Flips a bit where it lies: length and times of the file stay what they were, as when a disk fails."""
    flip(path, offset, bit)
    try:
        yield
    finally:
        flip(path, offset, bit)


def flip(path, offset, bit):
    before = os.stat(path)
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        byte = os.pread(file, 1, offset)[0]
        os.pwrite(file, bytes([byte ^ 1 << bit]), offset)
    finally:
        os.close(file)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def run(words, limit, **options):
    """Status (`None` if there is no end), output and errors of a command, which has no input."""
    while True:
        try:
            process = subprocess.Popen(words, **PIPES, start_new_session=True, **options)
            break
        except OSError as error:
            # Another thread is between fork and exec and still has the program open for writing.
            if error.errno != errno.ETXTBSY:
                raise
    try:
        out, errors = process.communicate(timeout=limit)
        status = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, errors = process.communicate()
        status = None
    return status, out.decode(errors="replace"), errors.decode(errors="replace")


class Results:
    """Lines of JSON in a file, one for each flip that was tried. Goes on where it was interrupted."""

    def __init__(self, path, key):
        self.path, self.rows = path, {}
        # The last line may be half written.
        lines = path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []
        if lines and json.loads(lines[0]) == key:
            self.rows = {row["number"]: row for row in map(json.loads, lines[1:])}
        else:
            lines = [json.dumps(key)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def add(self, row):
        self.rows[row["number"]] = row
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def run_all(flips, results, workers, tell):
    """Tries each flip that has no result yet with one of the workers: functions from a flip to its result."""
    free = queue.SimpleQueue()
    for worker in workers:
        free.put(worker)

    def attempt(number):
        worker = free.get()
        try:
            return {"number": number, **flips[number], **worker(flips[number])}
        finally:
            free.put(worker)

    missing = [number for number in range(len(flips)) if number not in results.rows]
    with concurrent.futures.ThreadPoolExecutor(len(workers)) as pool:
        for done in concurrent.futures.as_completed([pool.submit(attempt, number) for number in missing]):
            results.add(done.result())
            tell(done.result(), len(results.rows))
