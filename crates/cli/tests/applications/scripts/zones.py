import datetime
import zoneinfo

zoneinfo.reset_tzpath(to=[])
for name in "Europe/Berlin", "Asia/Kathmandu", "America/Argentina/Buenos_Aires", "UTC":
    zone = zoneinfo.ZoneInfo(name)
    print(name, datetime.datetime(2024, 7, 1, 12, tzinfo=zone).isoformat())
print(len(zoneinfo.available_timezones()) > 500)
try:
    zoneinfo.ZoneInfo("No/Such")
except zoneinfo.ZoneInfoNotFoundError as error:
    print(error)
