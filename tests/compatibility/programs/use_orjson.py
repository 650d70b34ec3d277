# /// script
# dependencies = ["orjson"]
# ///
"""Dumps and loads JSON with its options: dataclasses, dates with zones, UUIDs, sorted keys, default, fragments, errors."""

import dataclasses
import datetime
import enum
import uuid

import orjson


@dataclasses.dataclass
class Point:
    x: int
    y: float


class Colour(enum.Enum):
    RED = "red"


moment = datetime.datetime(2024, 7, 1, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
value = {"p": Point(1, 0.5), "when": moment, "id": uuid.UUID(int=7), "c": Colour.RED, "ü": ["€", None, True]}
print(orjson.dumps(value).decode())
print(orjson.dumps({"b": 1, "a": {"d": [], "c": {}}}, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode())
print(orjson.dumps({1: 2, None: 3}, option=orjson.OPT_NON_STR_KEYS).decode())
print(orjson.dumps({"s": {3}}, default=list).decode(), orjson.dumps([orjson.Fragment(b'{"raw":1}')]).decode())
print(orjson.loads('{"a": [1, 2.5e3, "\\u00e9", 18446744073709551615]}'))
for wrong in ("[1,]", '{"a": NaN}', b"\xff"):
    try:
        orjson.loads(wrong)
    except orjson.JSONDecodeError as error:
        print("error", error)
try:
    orjson.dumps({1})
except TypeError as error:
    print("error", error)
