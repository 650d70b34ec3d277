"""Flips in a packed program: what it prints then, and whether `pyoxidizer resources verify` notices."""

import pathlib
import random
import re
import shutil

from flips import flipped, run
from regions import LAUNCHER, Regions

APPLICATION = pathlib.Path(__file__).parent / "application"
LIMIT = 60
# A damaged length must not take the memory of the machine, and 2,000 core dumps its disk.
LIMITS = ["prlimit", "--core=0", f"--as={4 << 30}"]
# What a message about damage has to say.
NAMED = re.compile("damage|checksum|corrupt", re.IGNORECASE)
OUTCOMES = ("same", "line", "named", "exception", "signal", "hang", "different")
BAD = ("signal", "hang", "different")


class Program:
    def __init__(self, command, python, work):
        self.command, self.work = command, work
        self.path = work / "program"
        words = [command, "--quiet", "pack", APPLICATION, "-o", self.path, *(["--python", python] if python else [])]
        status, out, errors = run(words, None)
        if status != 0:
            raise SystemExit(f"the program cannot be packed:\n{out}{errors}")
        self.expected = self.start(self.path, work / "home")
        if self.expected[0] != 0 or self.expected != self.start(self.path, work / "home"):
            raise SystemExit(f"the undamaged program does not print the same twice: {self.expected}")
        self.imported = self.start(self.path, work / "home", "modules")[1].split()
        self.python = self.start(self.path, work / "home", "version")[1].splitlines()[-1]
        self.bytes = self.path.read_bytes()
        self.regions = Regions(self.bytes, set(self.imported))

    def start(self, path, home, *arguments):
        home.mkdir(exist_ok=True)
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
        return run([*LIMITS, path, *arguments], LIMIT, env=environment, cwd=home)

    def flips(self, count, seed):
        """One half is spread over the bytes of the file, the other evenly over its regions."""
        chance = random.Random(seed)
        sizes = sorted(self.regions.sizes().items())
        flips = []
        for number in range(count):
            name, size = sizes[number // 2 % len(sizes)]
            by_region = number % 2
            byte = chance.randrange(size if by_region else len(self.bytes))
            offset = self.regions.byte(name, byte) if by_region else byte
            flips.append({"offset": offset, "bit": chance.randrange(8), "region": self.regions.of(offset)})
        return flips

    def worker(self, number):
        """A function that tries a flip on a copy of its own."""
        directory = self.work / f"worker-{number}"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        # The name is part of tracebacks.
        copy = directory / self.path.name
        shutil.copy2(self.path, copy)

        def attempt(flip):
            with flipped(copy, flip["offset"], flip["bit"]):
                status, out, errors = self.start(copy, directory / "home")
                verified, _, message = run([self.command, "resources", "verify", copy], LIMIT)
            shutil.rmtree(directory / "home", ignore_errors=True)
            last = (errors.strip().splitlines() or [""])[-1]
            outcome = self.outcome(status, out, errors)
            noticed = {0: "no", 1: "yes"}.get(verified, "failed")
            row = {"outcome": outcome, "status": status, "says": last[:300]}
            return {**row, "verify": noticed, "verify_says": message[-300:]}

        return attempt

    def outcome(self, status, out, errors):
        if (status, out, errors) == self.expected:
            return "same"
        if status is None:
            return "hang"
        if status < 0 or "Fatal Python error" in errors or "panicked" in errors:
            return "signal"
        if status == 0 or not errors.strip():
            return "different"
        if "Traceback" not in errors and len(errors.strip().splitlines()) == 1:
            return "line"
        return "named" if NAMED.search(errors.strip().splitlines()[-1]) else "exception"


def is_bad(row):
    """Whether damage of the payload makes a program crash or say something else, or `verify` misses it. A launcher is not
    checked when it starts: what a bit of its machine code or of its data does, no one can know. Padding means nothing.
    """
    is_missed = row["verify"] != "yes" and (row["region"], row["outcome"]) != ("padding", "same")
    return is_missed or row["region"] not in LAUNCHER and row["outcome"] in BAD


def describe(row):
    return f"{row['region']} {row['offset']}:{row['bit']}: {row['outcome']}, verify: {row['verify']}; {row['says']}"


