# /// script
# dependencies = ["tzdata"]
# ///
"""Time zones of zoneinfo where the system has none."""

import datetime
import importlib.resources
import zoneinfo

zoneinfo.reset_tzpath([])
print(len(zoneinfo.available_timezones()) > 400, "Europe/Berlin" in zoneinfo.available_timezones())
for name in ("Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kolkata", "UTC", "Pacific/Kiritimati"):
    zone = zoneinfo.ZoneInfo(name)
    print(name, [datetime.datetime(2024, month, 1, tzinfo=zone).strftime("%z %Z") for month in (1, 7)])
print(datetime.datetime(2024, 3, 31, 1, 0, tzinfo=datetime.timezone.utc).astimezone(zoneinfo.ZoneInfo("Europe/Berlin")))
print((importlib.resources.files("tzdata.zoneinfo") / "zone.tab").read_text().count("\n") > 300)
try:
    zoneinfo.ZoneInfo("No/Where")
except zoneinfo.ZoneInfoNotFoundError as error:
    print("error", error)
