"""A reader of packed resources, version 4, written from docs/packed-resources.md alone.

Prints what is in the blobs named on the command line as JSON, one object for each; what is damaged is an "error" there.
"""

import base64
import hashlib
import json
import struct
import sys
import zlib

try:
    from compression import zstd
except ImportError:
    try:
        from backports import zstd
    except ImportError:
        zstd = None

FNV_START, FNV_FACTOR = 0x811C9DC5, 0x01000193
MAX_RATIO, MAX_DICTIONARY = 32768, 8 << 20
DICTIONARY_MAGIC = bytes.fromhex("37a430ec")


class Damaged(Exception):
    """One of the classes of errors that the document names."""


class Undecoded(Exception):
    """There is no zstd here."""


def check(condition, error):
    if not condition:
        raise Damaged(error)


def fnv(name):
    value = FNV_START
    for byte in name:
        value = (value ^ byte) * FNV_FACTOR % 2**32
    return value


def part(container, offset, length):
    check(offset + length <= len(container), "out of bounds")
    return container[offset : offset + length]


def text(data):
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Damaged("not UTF-8") from None


def decompress(frame, length, dictionary=None):
    if zstd is None:
        raise Undecoded
    check(length <= len(frame) * MAX_RATIO, "decompress")
    try:
        decompressor = zstd.ZstdDecompressor(zstd_dict=dictionary)
        value = decompressor.decompress(frame, max_length=length + 1)
    except zstd.ZstdError:
        raise Damaged("decompress") from None
    check(decompressor.eof and len(value) == length, "decompress")
    return value


class Blob:
    def __init__(self, data):
        check(data[:8] == b"pyembed\x04", "magic")
        check(len(data) >= 48, "truncated")
        crc, count, total, self.entry_count, self.slot_count, fields = struct.unpack_from("<IIQIII", data, 8)
        check(total >= 48, "header")
        check(total <= len(data), "truncated")
        self.data = data[:total]
        check(count <= 64 and 48 + 24 * count <= total, "header")
        check(zlib.crc32(self.data[12 : 48 + 24 * count]) == crc, "header checksum")
        check(self.slot_count and self.slot_count & (self.slot_count - 1) == 0, "header")
        self.records = [struct.unpack_from("<IIQQ", self.data, 48 + 24 * i) for i in range(count)]
        self.sections = {}
        for kind, _, offset, length in self.records:
            self.sections.setdefault(kind, part(self.data, offset, length))
        for kind, length in (2, 8 * self.slot_count), (3, 24 * self.entry_count), (4, 40 * fields):
            check(kind in self.sections, "missing section")
            check(len(self.sections[kind]) == length, "out of bounds")
        self.names = self.sections.get(1, b"")

    def entry(self, position):
        """Name, flags and field records."""
        record = part(self.sections[3], 24 * position, 24)
        at, length, flags, first, count = struct.unpack("<5I4x", record)
        fields = struct.iter_unpack("<BBHIIIQQQ", part(self.sections[4], 40 * first, 40 * count))
        return part(self.names, at, length), flags, list(fields)

    def find(self, name):
        wanted = fnv(name)
        for step in range(self.slot_count):
            slot = (wanted + step) % self.slot_count
            found, position = struct.unpack("<II", part(self.sections[2], 8 * slot, 8))
            if position == 0:
                return None
            if found == wanted and self.entry(position - 1)[0] == name:
                return position - 1

    def dictionary(self, kind):
        check(kind in self.sections, "no dictionary")
        if zstd is None:
            raise Undecoded
        frame = self.sections[kind]
        try:
            length = zstd.get_frame_info(frame).decompressed_size
        except zstd.ZstdError:
            raise Damaged("decompress") from None
        check(length is not None and length <= MAX_DICTIONARY, "decompress")
        content = decompress(frame, length)
        return zstd.ZstdDict(content, is_raw=not content.startswith(DICTIONARY_MAGIC))

    def value(self, encoding, offset, stored_length, length):
        stored = part(self.data, offset, stored_length)
        check(encoding in (0, 1, 2) or 128 <= encoding < 160, "unknown encoding")
        if encoding in (0, 2):
            check(length == stored_length, "out of bounds")
            return {"file": text(stored)} if encoding == 2 else readable(stored)
        return readable(decompress(stored, length, self.dictionary(encoding) if encoding != 1 else None))

    def stored_digest(self):
        digest = self.sections.get(18)
        check(digest is None or len(digest) == 32, "out of bounds")
        return digest and digest.hex()

    def digest(self):
        data = bytearray(self.data)
        data[8:12] = bytes(4)
        for number, (kind, _, offset, length) in enumerate(self.records):
            if kind == 18:
                if length == 32:
                    data[52 + 24 * number : 56 + 24 * number] = bytes(4)
                    data[offset : offset + 32] = bytes(32)
                break
        return hashlib.sha256(data).hexdigest()

    def is_right(self):
        """Whether everything is in its place and has its checksum; that values decode is looked at elsewhere."""
        previous = None
        for position in range(self.entry_count):
            name, _, fields = self.entry(position)
            pairs = [(field[0], part(self.names, field[3], field[4])) for field in fields]
            if (previous is not None and previous >= name) or pairs != sorted(set(pairs)):
                return False
            found = self.find(name)
            if found is None or self.entry(found)[0] != name:
                return False
            previous = name
            for kind, _, _, _, _, crc, offset, stored, _ in fields:
                if 1 <= kind <= 14 and zlib.crc32(part(self.data, offset, stored)) != crc:
                    return False
        if any(zlib.crc32(part(self.data, offset, length)) != crc for _, crc, offset, length in self.records):
            return False
        return self.stored_digest() in (None, self.digest())


def readable(data):
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def attempt(function, *arguments):
    try:
        return function(*arguments)
    except Damaged as error:
        return {"error": str(error)}
    except Undecoded:
        return {"undecoded": True}


def describe_field(blob, record):
    kind, encoding, mode, key, key_length, crc, offset, stored, length = record
    return {
        "kind": kind,
        "key": text(part(blob.names, key, key_length)),
        "encoding": encoding,
        "mode": mode & 0o7777,
        "crc": crc,
        "offset": offset,
        "stored_length": stored,
        "length": length,
        "value": attempt(blob.value, encoding, offset, stored, length),
    }


def describe_entry(blob, position):
    name, flags, fields = blob.entry(position)
    fields = [attempt(describe_field, blob, field) for field in fields if 1 <= field[0] <= 14]
    return {"name": text(name), "flags": flags, "fields": fields}


def describe_section(blob, kind):
    content = blob.sections[kind]
    described = {"kind": kind, "length": len(content)}
    return {**described, "content": readable(content)} if kind >= 16 else described


def describe(data):
    blob = Blob(data)
    entries = [attempt(describe_entry, blob, position) for position in range(blob.entry_count)]
    fields = [field for entry in entries for field in entry.get("fields", [entry])]
    errors = [thing for thing in fields if "error" in thing or "error" in thing["value"]]
    return {
        "length": len(blob.data),
        "sections": [describe_section(blob, record[0]) for record in blob.records],
        "entries": entries,
        "digest": attempt(blob.stored_digest),
        "computed_digest": blob.digest(),
        "verified": not errors and attempt(blob.is_right) is True,
    }


if __name__ == "__main__":
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            print(json.dumps(attempt(describe, file.read())))
