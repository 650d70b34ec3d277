"""A reader of packed resources, version 4, written from docs/packed-resources.md alone.

Prints what is in the blob named on the command line, one line for each thing, names and keys in hexadecimal.
"""

import struct
import sys
import zlib

FNV_START, FNV_FACTOR = 0x811C9DC5, 0x01000193


def fnv(name):
    value = FNV_START
    for byte in name:
        value = (value ^ byte) * FNV_FACTOR % 2**32
    return value


def part(container, offset, length):
    assert offset + length <= len(container), "outside"
    return container[offset : offset + length]


class Blob:
    def __init__(self, data):
        assert data[:8] == b"pyembed\x04" and len(data) >= 48, "magic"
        crc, count, total, self.entry_count, self.slot_count, fields = struct.unpack_from("<IIQIII", data, 8)
        assert 48 <= total <= len(data) and count <= 64, "header"
        self.data = data[:total]
        assert zlib.crc32(part(self.data, 12, 36 + 24 * count)) == crc, "header checksum"
        assert self.slot_count and self.slot_count & (self.slot_count - 1) == 0, "slots"
        records = [struct.unpack_from("<IIQQ", self.data, 48 + 24 * i) for i in range(count)]
        self.sections = [(kind, crc, part(self.data, offset, length)) for kind, crc, offset, length in records]
        first = {kind: content for kind, _, content in reversed(self.sections)}
        self.names, self.slots, self.entries, self.fields = first.get(1, b""), first[2], first[3], first[4]
        lengths = [8 * self.slot_count, 24 * self.entry_count, 40 * fields]
        assert [len(self.slots), len(self.entries), len(self.fields)] == lengths, "tables"

    def entry(self, position):
        at, length, flags, first, count = struct.unpack("<5I4x", part(self.entries, 24 * position, 24))
        records = part(self.fields, 40 * first, 40 * count)
        return part(self.names, at, length), flags, [self.field(r) for r in struct.iter_unpack("<BB2xIIIQQQ", records)]

    def field(self, record):
        kind, encoding, key, key_length, crc, offset, stored, length = record
        return kind, part(self.names, key, key_length), encoding, part(self.data, offset, stored), length, crc

    def find(self, name):
        wanted = fnv(name)
        for step in range(self.slot_count):
            slot = (wanted + step) % self.slot_count
            found, position = struct.unpack("<II", part(self.slots, 8 * slot, 8))
            if position == 0:
                return None
            if found == wanted and self.entry(position - 1)[0] == name:
                return position - 1


blob, previous = Blob(open(sys.argv[1], "rb").read()), None
for kind, crc, content in blob.sections:
    assert zlib.crc32(content) == crc, "section checksum"
    print("section", kind, len(content))
for position in range(blob.entry_count):
    name, flags, fields = blob.entry(position)
    assert blob.find(name) == position and blob.find(name + b"?") is None and (previous is None or previous < name)
    previous = name
    name.decode()
    print("entry", name.hex(), flags)
    assert [field[:2] for field in fields] == sorted({field[:2] for field in fields}), "order"
    for kind, key, encoding, stored, length, crc in fields:
        assert zlib.crc32(stored) == crc and (encoding or len(stored) == length)
        print("field", kind, key.decode().encode().hex(), encoding, length, stored.hex())
