"""Flips in the files of a build cache: what `pyoxidizer pack` makes of them."""

import pathlib
import random
import re
import shutil
import sys
import zipfile

from flips import flip as flip_bit
from flips import run
from program import APPLICATION

sys.path.append(str(pathlib.Path(__file__).parents[1] / "compatibility"))
from hidden import command as in_namespace

LIMIT = 1800
OUTCOMES = ("rebuilt", "same", "error", "crash", "hang", "different")
BAD = ("crash", "hang", "different")
# What a pack makes anew by compiling, for a minute each: a fixed share of the flips.
COMPILED = {"launchers"}
ONE_IN = 50
# Every pack sees its cache at the same place, since paths count.
BIND = 'mount --bind "$1" "$2"; shift 2; exec "$@"'
WHEEL = "damaged-1.0-py3-none-any.whl"


class Cache:
    def __init__(self, command, python, work):
        self.command, self.work = command, work
        self.place, self.pristine = work / "cache", work / "pristine"
        for directory in self.place, self.pristine:
            directory.mkdir(exist_ok=True)
        wheel(work / WHEEL)
        options = ["--python", python] if python else []
        self.words = ["pack", APPLICATION, "--pip", work / WHEEL, *options]
        self.clean = self.pack(self.pristine, work / "clean")
        if self.clean != self.pack(self.pristine, work / "clean"):
            raise SystemExit("two packs of the same do not make the same program")
        self.files = snapshot(self.pristine)

    def pack(self, cache, program):
        """The program that a pack with this cache makes."""
        status, out, errors = self.run(cache, program)
        if status != 0:
            raise SystemExit(f"the application cannot be packed:\n{out}{errors}")
        return program.read_bytes()

    def run(self, cache, program):
        words = ["sh", "-ec", BIND, "sh", cache, self.place, "env", f"PYOXIDIZER_CACHE_DIR={self.place}"]
        return run(in_namespace([], self.work, [*words, self.command, *self.words, "-o", program]), LIMIT)

    def flips(self, count, seed):
        """Spread evenly over the kinds of files, then over the files of a kind, then over the bytes of a file. Of what is
        compiled, one in 50 only.
        """
        chance = random.Random(seed)
        kinds = {}
        for path, (size, *_) in sorted(self.files.items()):
            if size:
                kinds.setdefault(kind(path), []).append(path)
        for paths in kinds.values():
            chance.shuffle(paths)
        compiled, others = sorted(COMPILED & kinds.keys()), sorted(kinds.keys() - COMPILED)
        taken, flips = dict.fromkeys(kinds, 0), []
        for number in range(count):
            names = compiled if compiled and number % ONE_IN == ONE_IN - 1 else others
            name = names[number % len(names)]
            path = kinds[name][taken[name] % len(kinds[name])]
            taken[name] += 1
            offset = chance.randrange(self.files[path][0])
            flips.append({"path": path, "offset": offset, "bit": chance.randrange(8), "kind": kind(path)})
        return flips

    def worker(self, number):
        """A function that tries a flip in a copy of the cache."""
        directory = self.work / f"cache-{number}"
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(self.pristine, directory, symlinks=True)
        program = self.work / f"program-{number}"

        def attempt(flip):
            program.unlink(missing_ok=True)
            before = snapshot(directory)
            flip_bit(directory / flip["path"], flip["offset"], flip["bit"])
            status, _, errors = self.run(directory, program)
            after = snapshot(directory)
            changed = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
            for path in {*changed, flip["path"]}:
                self.restore(directory, path)
            made = program.read_bytes() if program.exists() else None
            outcome = self.outcome(status, errors, made, changed)
            last = (errors.strip().splitlines() or [""])[-1]
            return {"outcome": outcome, "status": status, "says": last[:300], "changed": changed[:5]}

        return attempt

    def restore(self, directory, path):
        (directory / path).unlink(missing_ok=True)
        if path in self.files:
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.pristine / path, directory / path, follow_symlinks=False)

    def outcome(self, status, errors, made, changed):
        if status is None:
            return "hang"
        if status < 0 or status > 100 or "panicked" in errors:
            return "crash"
        if status != 0:
            return "error"
        if made != self.clean:
            return "different"
        return "rebuilt" if changed else "same"


def kind(path):
    """The directory that a file is in, up to where names are those of a version or of content."""
    first, *others = pathlib.PurePath(path).parts[:-1] or ["."]
    if not others or re.fullmatch("[0-9a-f]*", others[0]):
        return first
    # What pip has installed: a digest and random letters.
    second = re.sub(r"[0-9a-f]{16,}-.*|[0-9a-f]{8,}|[0-9.]+", "*", others[0])
    return f"{first}/{second}"


def snapshot(directory):
    """Size, time of change and mode of all files."""
    found = {}
    for path in directory.rglob("*"):
        if path.is_symlink() or not path.is_dir():
            status = path.lstat()
            found[str(path.relative_to(directory))] = status.st_size, status.st_mtime_ns, status.st_mode
    return found


def wheel(path):
    """Something for pip to install."""
    info = "damaged-1.0.dist-info"
    files = {
        "damaged/__init__.py": "VALUE = 1\n",
        "damaged/text.txt": "text\n" * 100,
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: damaged\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: damage\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)


def is_bad(row):
    return row["outcome"] in BAD


def describe(row):
    return f"{row['path']} {row['offset']}:{row['bit']}: {row['outcome']}; {row['says']}"
