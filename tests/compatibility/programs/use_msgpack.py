# /// script
# dependencies = ["msgpack"]
# ///
"""Packs and unpacks with its native module: extension types, timestamps, streams, hooks, limits."""

import datetime
import io

import msgpack

print("native", msgpack.Packer.__module__)
value = {"a": [1, -1, 2**40, 1.5, None, True], "b": b"bytes", "ü": "€"}
data = msgpack.packb(value)
print(data.hex(), msgpack.unpackb(data) == value)
moment = datetime.datetime(2024, 2, 29, tzinfo=datetime.timezone.utc)
print(msgpack.unpackb(msgpack.packb(moment, datetime=True), timestamp=3), msgpack.Timestamp(1, 5))
print(msgpack.unpackb(msgpack.packb(msgpack.ExtType(5, b"x"))))
print(msgpack.packb({1, 2}, default=sorted).hex(), msgpack.unpackb(b"\x93\x01\x02\x03", use_list=False))
unpacker = msgpack.Unpacker()
stream = io.BytesIO(b"".join(msgpack.packb(number) for number in (1, 300, "x")))
while chunk := stream.read(2):
    unpacker.feed(chunk)
    for item in unpacker:
        print("item", item)
for wrong in (b"\xc1", b"\x92\x01", data + b"\x00"):
    try:
        msgpack.unpackb(wrong)
    except (msgpack.FormatError, msgpack.ExtraData, ValueError) as error:
        print("error", type(error).__name__)
