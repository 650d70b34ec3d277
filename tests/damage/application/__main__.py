"""Uses modules, native code, libraries and data, so that a changed bit of them changes what it prints, if anything can.

With the argument `modules` it prints the names of all modules it has imported instead, with `version` that of its Python.
"""

import base64
import collections
import csv
import datetime
import decimal
import difflib
import email.message
import enum
import fractions
import hashlib
import html.parser
import importlib.resources
import io
import ipaddress
import json
import logging
import lzma
import random
import re
import sqlite3
import ssl
import statistics
import struct
import sys
import tempfile
import textwrap
import unicodedata
import urllib.parse
import xml.etree.ElementTree
import zlib

TEXT = importlib.resources.files("application").joinpath("text.txt").read_text(encoding="utf-8")


class Kind(enum.Enum):
    SHORT = 1
    LONG = 2


def words():
    return re.findall(r"[^\W\d_]+", TEXT.lower())


def rows():
    """What is printed: a name and a value for each thing that is used."""
    yield "words", collections.Counter(words()).most_common(5)
    yield "kinds", [Kind(1 + (len(word) > 6)).name for word in words()[:5]]
    yield "names", [unicodedata.name(letter) for letter in sorted({letter for letter in TEXT if letter > "~"})]
    for name in "md5", "sha1", "sha256", "sha3_256", "blake2b":
        yield name, hashlib.new(name, TEXT.encode()).hexdigest()
    for name, packed in ("zlib", zlib.compress(TEXT.encode())), ("lzma", lzma.compress(TEXT.encode())):
        yield name, len((zlib if name == "zlib" else lzma).decompress(packed))
    yield "decimal", str(decimal.Decimal(2).sqrt())
    yield "fraction", str(fractions.Fraction("0.125") + fractions.Fraction(1, 3))
    yield "median", statistics.median(map(len, words()))
    yield "random", random.Random(13).sample(words(), 4)
    yield "struct", struct.pack("<hfd", 1, 2.5, -3).hex()
    yield "base64", base64.b85encode(TEXT.encode()[:30]).decode()
    yield "address", str(ipaddress.ip_network("192.0.2.0/24")[7])
    yield "date", (datetime.date(2024, 2, 29) + datetime.timedelta(366)).isoformat()
    yield "url", urllib.parse.urlunsplit(urllib.parse.urlsplit("https://user@host:1/a?b=c#d")._replace(path="/ä"))
    yield "difference", list(difflib.ndiff("one\ntwo\n".splitlines(), "one\ntoo\n".splitlines()))
    yield "wrapped", textwrap.wrap(TEXT, 40)[:2]
    table = io.StringIO()
    csv.writer(table).writerows([["a", 'b"'], ["c,d", None]])
    yield "csv", table.getvalue()
    message = email.message.EmailMessage()
    message["Subject"] = "Grüße"
    message.set_content("a")
    yield "message", message.as_string()
    found = []
    parser = html.parser.HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append([tag, attributes])
    parser.feed("<p class=a>&lt;<br>")
    yield "html", found
    tree = xml.etree.ElementTree.fromstring("<a><b c='1'>d</b></a>")
    yield "xml", xml.etree.ElementTree.tostring(tree, "unicode")
    database = sqlite3.connect(":memory:")
    database.execute("create table word (text)")
    database.executemany("insert into word values (?)", [(word,) for word in words()])
    yield "sqlite", database.execute("select count(distinct text), max(text) from word").fetchall()
    yield "ciphers", sorted(cipher["name"] for cipher in ssl.create_default_context().get_ciphers())
    logging.basicConfig(stream=sys.stdout, format="%(levelname)s %(message)s")
    logging.warning("%d words", len(words()))
    with tempfile.TemporaryFile() as file:
        yield "written", file.write(TEXT.encode())


def main():
    printed = {
        "version": "{}.{}.{}".format(*sys.version_info),
        "computed": json.dumps(dict(rows()), indent=1),
        "modules": "\n".join(sorted(sys.modules)),
    }
    print(printed[sys.argv[1] if sys.argv[1:] else "computed"])


if __name__ == "__main__":
    main()
