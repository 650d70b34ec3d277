# /// script
# dependencies = ["duckdb", "numpy"]
# ///
"""SQL with its built-in extensions: aggregates, windows, JSON, Parquet, CSV, time zones, full files, Python functions, errors."""

import tempfile

import duckdb

connection = duckdb.connect()
print(connection.sql("SELECT sum(n), median(n) FROM range(10) t(n)").fetchall())
connection.execute("CREATE TABLE t AS SELECT * FROM (VALUES (1, 'a', 2.5), (2, 'b', NULL), (3, 'a', 1.0)) v(n, s, x)")
print(connection.execute("SELECT s, count(*), avg(x) FROM t GROUP BY s ORDER BY s").fetchall(), connection.description[1][0])
print(connection.execute("SELECT n, lag(n) OVER (ORDER BY n) FROM t ORDER BY n").fetchall())
print(connection.execute("SELECT list(n ORDER BY n), struct_pack(a := max(x)), map {'k': 1} FROM t").fetchall())
print(connection.execute("""SELECT '{"a": [1, {"b": "x"}]}'::JSON ->> '$.a[1].b'""").fetchall())
print(connection.execute("SELECT timezone('Europe/Berlin', TIMESTAMPTZ '2024-07-01 12:00:00+00')").fetchall())
print(connection.execute("SELECT x FROM t WHERE s = $s ORDER BY x", {"s": "a"}).fetchall())
connection.create_function("twice", lambda n: n * 2, ["BIGINT"], "BIGINT")
print(connection.execute("SELECT twice(n) FROM t ORDER BY n").fetchall())
with tempfile.TemporaryDirectory() as directory:
    for kind, options in (("parquet", "(FORMAT parquet, COMPRESSION zstd)"), ("csv", "(HEADER)"), ("json", "")):
        connection.execute(f"COPY t TO '{directory}/t.{kind}' {options}")
        print(kind, connection.execute(f"SELECT count(*), sum(x) FROM '{directory}/t.{kind}'").fetchall())
    with duckdb.connect(f"{directory}/t.db") as other:
        other.execute("CREATE TABLE kept (a INTEGER PRIMARY KEY)")
        other.begin()
        other.executemany("INSERT INTO kept VALUES (?)", [[1], [2]])
        other.commit()
    with duckdb.connect(f"{directory}/t.db", read_only=True) as other:
        print(other.table("kept").filter("a > 1").fetchall(), len(other.execute("EXPLAIN SELECT * FROM kept").fetchall()))
print(connection.table("t").aggregate("max(n) AS n").project("n + 1").fetchall())
print(sorted(row[0] for row in connection.execute("SELECT extension_name FROM duckdb_extensions() WHERE loaded").fetchall()))
for wrong in ("SELEKT 1", "SELECT * FROM nothing", "SELECT 'x'::INTEGER"):
    try:
        connection.execute(wrong)
    except duckdb.Error as error:
        print("error", type(error).__name__)
