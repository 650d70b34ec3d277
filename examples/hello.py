"""A bit of everything that is hard to carry around: encryption, a database, time zones, compiled modules."""

import json
import platform
import sqlite3
import ssl
import sys
from decimal import Decimal


def main() -> None:
    who = " ".join(sys.argv[1:]) or "world"
    database = sqlite3.connect(":memory:")
    database.execute("create table greeting (text)")
    database.execute("insert into greeting values (?)", (f"Hello, {who}!",))
    facts = {
        "greeting": database.execute("select text from greeting").fetchone()[0],
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "ssl": ssl.OPENSSL_VERSION,
        "a third": str(Decimal(1) / 3),
    }
    print(json.dumps(facts, indent=2))
    loaders = [type(getattr(module, "__loader__", None)).__name__ for module in sys.modules.values()]
    if getattr(sys, "oxidized", False):
        print(f"{loaders.count('OxidizedFinder')} modules were imported from memory, none from files.")
    else:
        print(f"{loaders.count('SourceFileLoader')} modules were imported from files.")


if __name__ == "__main__":
    main()
