# /// script
# dependencies = ["pyarrow"]
# ///
"""Tables, computation, Parquet with several codecs, Feather, CSV, JSON, datasets, Flight, Acero, Substrait, time zones, file systems."""

import io
import pathlib
import tempfile

import pyarrow as pa
import pyarrow.acero
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.dataset
import pyarrow.feather
import pyarrow.flight
import pyarrow.fs
import pyarrow.json
import pyarrow.orc
import pyarrow.parquet as pq

table = pa.table({"n": [1, 2, 3, None], "s": ["a", "b", "a", "c"], "l": [[1], [], [2, 3], None]})
print(table.schema.to_string().splitlines())
print("sum", pc.sum(table["n"]).as_py(), pc.value_counts(table["s"]).to_pylist())
print("grouped", table.group_by("s").aggregate([("n", "sum")]).sort_by("s").to_pylist())
print("strings", pc.utf8_upper(table["s"]).to_pylist(), pc.replace_substring_regex(["a1b2"], r"\d", "#")[0].as_py())
moment = pc.strptime(["2024-07-01 12:00"], "%Y-%m-%d %H:%M", "s")
print("codecs", [name for name in ("gzip", "snappy", "zstd", "lz4", "brotli", "bz2") if pa.Codec.is_available(name)])
print("decimal", pc.add(pa.scalar("1.10").cast(pa.decimal128(5, 2)), pa.scalar("2.25").cast(pa.decimal128(5, 2))).as_py())
print("time", moment.to_pylist()[0].isoformat())
with tempfile.TemporaryDirectory() as directory:
    place = pathlib.Path(directory)
    for codec in ("snappy", "zstd", "gzip", "brotli"):
        pq.write_table(table, place / f"{codec}.parquet", compression=codec)
        print("parquet", codec, pq.read_table(place / f"{codec}.parquet").equals(table))
    print("statistics", pq.read_metadata(place / "zstd.parquet").row_group(0).column(0).statistics.max)
    pyarrow.feather.write_feather(table, place / "x.feather", compression="zstd")
    print("feather", pyarrow.feather.read_table(place / "x.feather").num_rows)
    pyarrow.orc.write_table(table.select(["n", "s"]), place / "x.orc")
    print("orc", pyarrow.orc.read_table(place / "x.orc").to_pydict()["s"])
    (place / "x.csv").write_text("a,b\n1,2.5\n3,x\n")
    print("csv", pyarrow.csv.read_csv(place / "x.csv").to_pydict())
    (place / "x.json").write_text('{"a": [1, 2], "b": {"c": null}}\n')
    print("json", pyarrow.json.read_json(place / "x.json").to_pylist())
    pyarrow.dataset.write_dataset(table, place / "set", format="parquet", partitioning=["s"], partitioning_flavor="hive")
    data = pyarrow.dataset.dataset(place / "set", partitioning="hive")
    print("dataset", sorted(data.to_table(filter=pc.field("s") == "a")["n"].to_pylist()), len(data.files))
    local = pyarrow.fs.LocalFileSystem()
    print("files", sorted(info.base_name for info in local.get_file_info(pyarrow.fs.FileSelector(str(place))))[:3])
plan = pyarrow.acero.Declaration.from_sequence([
    pyarrow.acero.Declaration("table_source", pyarrow.acero.TableSourceNodeOptions(table)),
    pyarrow.acero.Declaration("filter", pyarrow.acero.FilterNodeOptions(pc.field("n") > 1)),
])
print("acero", plan.to_table()["n"].to_pylist())


class Server(pyarrow.flight.FlightServerBase):
    def do_get(self, context, ticket):
        return pyarrow.flight.RecordBatchStream(table.filter(pc.field("s") == ticket.ticket.decode()))


with Server("grpc://127.0.0.1:0") as server, pyarrow.flight.connect(f"grpc://127.0.0.1:{server.port}") as client:
    print("flight", client.do_get(pyarrow.flight.Ticket(b"a")).read_all()["n"].to_pylist())
buffer = io.BytesIO()
with pa.ipc.new_stream(buffer, table.schema) as writer:
    writer.write_table(table)
print("ipc", pa.ipc.open_stream(buffer.getvalue()).read_all().equals(table))
try:
    pa.array([1, "x"])
except pa.ArrowInvalid as error:
    print("error", str(error).splitlines()[0])
print("included", sorted(pathlib.Path(pa.get_include()).parts[-2:]), pathlib.Path(pa.get_include(), "arrow", "api.h").is_file())
