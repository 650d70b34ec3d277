# /// script
# dependencies = ["shapely"]
# ///
"""Geometry through its bundled GEOS: predicates, operations, WKT, WKB and GeoJSON, trees, arrays, errors."""

import numpy as np
import shapely
from shapely import affinity, geometry, ops, prepared, validation, wkt

print("geos", shapely.geos_version >= (3, 11))
square = geometry.box(0, 0, 4, 4)
circle = geometry.Point(4, 4).buffer(2, quad_segs=64)
print(round(circle.area, 4), square.intersects(circle), round(square.intersection(circle).area, 4))
print(round(ops.unary_union([square, circle]).length, 4), square.difference(geometry.box(1, 1, 2, 2)).interiors[0].length)
line = wkt.loads("LINESTRING (0 0, 1 1, 2 0)")
print(round(line.length, 6), line.interpolate(0.5, normalized=True).wkt, line.is_simple, line.centroid.wkt)
print(geometry.shape({"type": "Point", "coordinates": [1, 2]}).wkb_hex, geometry.mapping(square)["type"])
print(affinity.rotate(square, 90, origin=(0, 0)).bounds, shapely.voronoi_polygons(geometry.MultiPoint([(0, 0), (2, 2)])).geom_type)
tree = shapely.STRtree([geometry.Point(n, n) for n in range(10)])
print(tree.query(geometry.box(2.5, 2.5, 5.5, 5.5)).tolist(), tree.nearest(geometry.Point(8.6, 8)))
print(shapely.distance(shapely.points(np.arange(3), 0), geometry.Point(0, 0)).tolist(), prepared.prep(square).contains(geometry.Point(1, 1)))
bow = geometry.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
print(bow.is_valid, validation.explain_validity(bow), shapely.make_valid(bow).geom_type)
print(list(ops.polygonize([[(0, 0), (1, 0)], [(1, 0), (1, 1)], [(1, 1), (0, 0)]]))[0].area, shapely.simplify(line, 2).wkt)
try:
    wkt.loads("POINT (1")
except shapely.errors.GEOSException as error:
    print("error", str(error).splitlines()[0])
