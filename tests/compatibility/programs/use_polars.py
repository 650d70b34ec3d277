# /// script
# dependencies = ["polars"]
# ///
"""Lazy and eager queries, joins, windows, dates with zones, Parquet, CSV, IPC and JSON, SQL, Python functions, errors."""

import datetime
import io

import polars as pl

frame = pl.DataFrame({
    "name": ["Ada", "Bob", "Cy", "Di"],
    "team": ["a", "b", "a", "b"],
    "score": [3.5, None, 4.5, 1.0],
    "when": [datetime.date(2024, 1, day) for day in (1, 2, 3, 4)],
})
print(frame)
print(frame.group_by("team").agg(pl.col("score").mean(), pl.len()).sort("team").rows())
query = frame.lazy().filter(pl.col("score") > 1).with_columns((pl.col("score") * 2).alias("double")).sort("double", descending=True)
print(query.collect().select("name", "double").rows(), query.collect(engine="streaming").height)
print(frame.select(pl.col("score").sum().over("team")).to_series().to_list())
print(frame.join(pl.DataFrame({"team": ["a"], "city": ["Rome"]}), on="team", how="left")["city"].to_list())
print(frame.sort("when").group_by_dynamic("when", every="2d").agg(pl.col("name")).rows())
zone = pl.Series([datetime.datetime(2024, 7, 1, 12)]).dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Berlin")
print(zone.dt.strftime("%H:%M %z")[0], zone.dtype)
print(frame.select(pl.col("name").str.to_uppercase().str.extract(r"(.)$"), pl.col("name").map_elements(len, return_dtype=pl.Int64).alias("length")).rows())
for kind in ("parquet", "ipc", "csv", "ndjson"):
    buffer = io.BytesIO()
    getattr(frame, f"write_{kind}")(buffer)
    buffer.seek(0)
    again = getattr(pl, f"read_{kind}")(buffer)
    print(kind, again.shape, again["score"].sum())
print(pl.SQLContext(people=frame).execute("SELECT team, MAX(score) AS best FROM people GROUP BY team ORDER BY team", eager=True).rows())
print(frame.pivot("team", index="when", values="score", aggregate_function="first").columns, frame.describe().height)
print(pl.Series([[1, 2], [3]]).list.sum().to_list(), pl.Series(["x", "y", "x"], dtype=pl.Categorical).to_physical().n_unique())
for wrong in (lambda: frame.select("nothing"), lambda: pl.Series([1]) + pl.Series([1, 2, 3]), lambda: pl.Series(["x"]).cast(pl.Int8)):
    try:
        wrong()
    except pl.exceptions.PolarsError as error:
        print("error", type(error).__name__)
