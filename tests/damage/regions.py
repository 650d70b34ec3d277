"""Where a byte of a packed program lies: what it is of launcher, payload and trailer."""

import bisect
import pathlib
import struct
import sys

sys.path.append(str(pathlib.Path(__file__).parents[2] / "crates/packed-resources/tests"))
import reader

TRAILER = 32
PT_LOAD, PF_X = 1, 1
SHARED_LIBRARY = 16
SECTIONS = {1: "names", 2: "slots", 3: "entries", 4: "fields", 16: "config", 17: "boot", 18: "digest"}
VALUES = {5: "bytecode", 6: "source text", 7: "resources", 8: "native code"}
MACHINE_CODE, LAUNCHER_DATA = "launcher: machine code", "launcher: data"
LAUNCHER = (MACHINE_CODE, LAUNCHER_DATA, "launcher: headers", "launcher: never loaded")


class Regions:
    """The regions of a program, each a list of ranges. `imported` names the modules it imports."""

    def __init__(self, program, imported):
        self.starts, self.ends, self.names = [], [], []
        offset, length = struct.unpack_from("<8xQQ", program, len(program) - TRAILER)
        claims = [*launcher(program[:offset]), *payload(program[offset : offset + length], offset, imported)]
        claims.append((len(program) - TRAILER, len(program), "trailer"))
        at = 0
        # Sorted by start, then the innermost last; the first claim on a byte counts.
        for start, end, name in sorted(claims, key=lambda claim: (claim[0], claim[1])):
            if start > at:
                self.add(at, start, "launcher: never loaded" if start <= offset else "padding")
            if end > max(at, start):
                self.add(max(at, start), end, name)
            at = max(at, end)
        assert at == len(program)

    def add(self, start, end, name):
        self.starts.append(start)
        self.ends.append(end)
        self.names.append(name)

    def of(self, offset):
        return self.names[bisect.bisect_right(self.starts, offset) - 1]

    def sizes(self):
        """Bytes of each region."""
        sizes = {}
        for start, end, name in zip(self.starts, self.ends, self.names):
            sizes[name] = sizes.get(name, 0) + end - start
        return sizes

    def byte(self, name, number):
        """The offset of a byte of a region, by its number there."""
        for start, end, found in zip(self.starts, self.ends, self.names):
            if found == name:
                if number < end - start:
                    return start + number
                number -= end - start
        raise IndexError(number)


def launcher(program):
    table, size, count = struct.unpack_from("<Q14xHH", program, 0x20)
    yield 0, table + size * count, "launcher: headers"
    for number in range(count):
        kind, flags, offset, _, _, length = struct.unpack_from("<IIQQQQ", program, table + size * number)
        if kind == PT_LOAD and offset < len(program):
            yield offset, offset + length, MACHINE_CODE if flags & PF_X else LAUNCHER_DATA


def payload(data, at, imported):
    blob = reader.Blob(data)
    yield at, at + 48, "header"
    yield at + 48, at + 48 + 24 * len(blob.records), "section table"
    for kind, _, offset, length in blob.records:
        if kind not in VALUES and length:
            name = SECTIONS.get(kind, "dictionaries" if 128 <= kind < 160 else "other sections")
            yield at + offset, at + offset + length, name
    places = [(offset, offset + length, VALUES[kind]) for kind, _, offset, length in blob.records if kind in VALUES]
    for position in range(blob.entry_count):
        name, flags, fields = blob.entry(position)
        used = "" if name.decode() in imported or flags & SHARED_LIBRARY else ", not imported"
        for *_, offset, stored, _ in fields:
            kind = next((kind for start, end, kind in places if start <= offset < end), None)
            if kind and stored:
                name = "libraries" if flags & SHARED_LIBRARY else kind
                yield at + offset, at + offset + stored, f"{name}{used}"
