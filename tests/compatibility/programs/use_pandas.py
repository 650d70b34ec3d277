# /// script
# dependencies = ["pandas", "openpyxl", "jinja2"]
# ///
"""Frames, grouping, time series with zones, CSV, JSON and Excel files, styling with its template files, plugins by entry point."""

import io
import tempfile

import numpy as np
import pandas as pd

csv = """name,team,score,when
Ada,a,3.5,2024-01-01
Bob,b,,2024-01-02
Cy,a,4.5,2024-02-03
Di,b,1.0,2024-02-04
"""
frame = pd.read_csv(io.StringIO(csv), parse_dates=["when"])
print(frame.isna().sum().to_dict(), str(frame["when"].dtype).split("[")[0])
print(frame.groupby("team")["score"].agg(["count", "mean"]).round(3).to_dict("index"))
print(frame.set_index("when").resample("MS")["score"].sum().tolist())
print(frame.pivot_table(index="team", columns=frame["when"].dt.month, values="score", aggfunc="sum").to_string())
print(frame.merge(pd.DataFrame({"team": ["a", "b"], "city": ["Rome", "Oslo"]}))["city"].tolist())
print(frame["score"].rolling(2, min_periods=1).mean().round(3).tolist())
print(frame.eval("score * 2").sum(), frame.query("score > 2 and team == 'a'")["name"].tolist())
print(frame["name"].str.extract(r"^(.)")[0].str.cat(sep="-"), frame["team"].astype("category").cat.codes.tolist())
zone = pd.date_range("2024-03-30 12:00", periods=3, freq="D", tz="UTC").tz_convert("Europe/Berlin")
print([str(moment) for moment in zone])
print(pd.Timestamp("2024-02-29") + pd.offsets.BMonthEnd(), pd.Timedelta("1 day 2 h") / pd.Timedelta("1 h"))
print(pd.cut([1, 5, 9], 3, labels=["low", "middle", "high"]).tolist(), pd.Series([3, 1, 2]).rank().tolist())
print(frame.to_json(orient="records", date_format="iso")[:60])
print(pd.read_json(io.StringIO(frame.to_json(orient="split")), orient="split").shape)
print(frame[["name", "score"]].to_html(index=False).count("<td>"))
style = frame[["name", "score"]].style.set_uuid("x").highlight_max(subset="score", color="red").format(precision=1, na_rep="-")
print(len(style.to_html().splitlines()), style.to_latex().splitlines()[0])
with tempfile.TemporaryDirectory() as directory:
    frame.to_excel(f"{directory}/x.xlsx", index=False, sheet_name="data")
    again = pd.read_excel(f"{directory}/x.xlsx")
    print(again["score"].tolist(), again["when"].equals(frame["when"].astype(again["when"].dtype)))
    frame.to_pickle(f"{directory}/x.pkl")
    pd.testing.assert_frame_equal(pd.read_pickle(f"{directory}/x.pkl"), frame)
try:
    frame.loc["nothing"]
except KeyError as error:
    print("error", error)
try:
    frame.plot()
except ImportError as error:
    print("error", error)
print(np.asarray(frame["score"]).sum() != np.asarray(frame["score"]).sum())
