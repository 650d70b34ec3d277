# /// script
# dependencies = ["rasterio"]
# ///
"""GDAL and PROJ with their data files: writes and reads rasters in memory, reprojects, masks, coordinate systems, drivers, errors."""

import numpy as np
import rasterio
from rasterio import features, warp
from rasterio.crs import CRS
from rasterio.io import MemoryFile
from rasterio.transform import from_origin

print("drivers", sorted(set(rasterio.drivers.raster_driver_extensions().values()) & {"GTiff", "PNG", "JPEG"}))
values = np.arange(16, dtype="uint8").reshape(1, 4, 4)
profile = {"driver": "GTiff", "width": 4, "height": 4, "count": 1, "dtype": "uint8", "crs": "EPSG:4326", "transform": from_origin(10, 50, 1, 1)}
with MemoryFile() as memory:
    with memory.open(**profile, compress="deflate") as raster:
        raster.write(values)
        raster.update_tags(maker="test")
    with memory.open() as raster:
        print("raster", raster.crs.to_epsg(), raster.bounds, int(raster.read().sum()), raster.tags()["maker"], raster.index(11.5, 48.5))
print("system", CRS.from_epsg(25832).is_projected, CRS.from_user_input("EPSG:3857").linear_units, CRS.from_epsg(2056).to_dict()["units"])
print("point", [round(number, 2) for (number,) in warp.transform("EPSG:4326", "EPSG:25832", [9], [50])])
target, transform = warp.reproject(values[0], src_transform=profile["transform"], src_crs="EPSG:4326", dst_crs="EPSG:3857")
print("warped", target.shape[-2:], round(transform.a))
shape = {"type": "Polygon", "coordinates": [[(10, 50), (12, 50), (12, 48), (10, 48), (10, 50)]]}
print("mask", features.rasterize([shape], out_shape=(4, 4), transform=profile["transform"]).tolist())
print("shapes", [value for _, value in features.shapes((values[0] > 7).astype("uint8"))])
try:
    rasterio.open("missing.tif")
except rasterio.RasterioIOError as error:
    print("error", error)
